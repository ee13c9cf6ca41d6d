import { randomUUID } from "node:crypto";
import { Redis } from "ioredis";
import type { z } from "zod";
import { keysOf } from "../adapters/redis/keys.ts";
import type { organizationSettings } from "../sessions/organization.ts";
import { startAi, type Answering, type DevelopmentAi } from "./ai.ts";
import { oxy } from "./oxy.ts";
import { startRedisServer, type RedisServer } from "./redis-server.ts";
import type { Phone } from "./whatsapp/phone.ts";
import { startWhatsAppSimulator, type WhatsAppSimulator } from "./whatsapp/simulator.ts";
import { newEncryptionKey, WorkerProcess } from "./worker-process.ts";

/** Longer than until any worker's next heartbeat. */
const CONFIGURE_SECONDS = 20;

export interface DeploymentOptions {
  readonly answering: Answering;
  /** A Redis that runs already; else one is started. */
  readonly redisUrl?: string | undefined;
  /** Unique on a Redis that others use. */
  readonly namespace?: string;
  /** Further environment of every worker. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Everything the worker talks to, on this machine: Redis, WhatsApp, an AI; and any number of workers. */
export class LocalDeployment {
  readonly redisUrl: string;
  readonly namespace: string;
  readonly whatsapp: WhatsAppSimulator;
  readonly ai: DevelopmentAi;
  readonly workers: WorkerProcess[] = [];
  readonly #redis: RedisServer | undefined;
  readonly #environment: Readonly<Record<string, string>>;
  readonly #encryptionKey = newEncryptionKey();

  private constructor(
    options: DeploymentOptions,
    parts: {
      redis: RedisServer | undefined;
      redisUrl: string;
      whatsapp: WhatsAppSimulator;
      ai: DevelopmentAi;
    },
  ) {
    this.#redis = parts.redis;
    this.redisUrl = parts.redisUrl;
    this.whatsapp = parts.whatsapp;
    this.ai = parts.ai;
    this.namespace = options.namespace ?? "oxy";
    this.#environment = options.environment ?? {};
  }

  static async start(options: DeploymentOptions): Promise<LocalDeployment> {
    const redis = options.redisUrl === undefined ? await startRedisServer() : undefined;
    const whatsapp = await startWhatsAppSimulator();
    const ai = await startAi(options.answering);
    return new LocalDeployment(options, { redis, redisUrl: options.redisUrl ?? redis!.url, whatsapp, ai });
  }

  /** What a worker needs to run here. */
  get environment(): Readonly<Record<string, string>> {
    return {
      REDIS_URL: this.redisUrl,
      OXY_NAMESPACE: this.namespace,
      OXY_ENCRYPTION_KEYS: this.#encryptionKey,
      OPENAI_API_KEY: "development-key",
      OPENAI_BASE_URL: this.ai.url,
      OXY_WHATSAPP_URL: this.whatsapp.url,
      OXY_WHATSAPP_TRUST_ROOT: this.whatsapp.trustRoot,
      ...this.#environment,
    };
  }

  /** Starts another worker process; does not wait until it is ready. */
  worker(environment: Readonly<Record<string, string>> = {}, main?: string): WorkerProcess {
    const worker = new WorkerProcess({ ...this.environment, ...environment }, main);
    this.workers.push(worker);
    return worker;
  }

  /** `npx oxy org add`. */
  async addOrganization(organization: string, options: readonly string[] = []): Promise<void> {
    for await (const _answer of oxy(["org", "add", organization, ...options], this.environment)) continue;
  }

  /**
   * Adds an organization with any settings, or changes it: the request that `npx oxy org add` makes.
   * @throws Error with the worker's reason, or when none answers
   */
  async configure(organization: string, settings: z.input<typeof organizationSettings>): Promise<void> {
    const redis = new Redis(this.redisUrl);
    try {
      const keys = keysOf(this.namespace);
      const [id, at] = [randomUUID(), Date.now()];
      await redis.hset(keys.requests, id, JSON.stringify({ at, verb: "org add", organization, settings }));
      const [, answer] = (await redis.blpop(keys.answers(id), CONFIGURE_SECONDS)) ?? [];
      const { kind, reason } = JSON.parse(answer ?? "{}") as { kind?: string; reason?: string };
      if (kind !== "done") throw new Error(reason ?? `no worker answered in ${CONFIGURE_SECONDS} s`);
    } finally {
      redis.disconnect();
    }
  }

  /** `npx oxy pair`, scanned by this phone, or a new one. */
  async pair(
    organization: string,
    phone = this.whatsapp.phone(),
    show = (_qr: string): void => {},
  ): Promise<Phone> {
    for await (const answer of oxy(["pair", organization], this.environment)) {
      if (answer.kind !== "qr") continue;
      const qr = answer["qr"] ?? "";
      show(qr);
      await phone.scan(qr);
    }
    await phone.waitFor(() => phone.online);
    return phone;
  }

  /** Ends every worker at once, then what they talk to. */
  async stop(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.kill()));
    await this.whatsapp.close();
    await this.ai.stop();
    await this.#redis?.stop();
  }
}
