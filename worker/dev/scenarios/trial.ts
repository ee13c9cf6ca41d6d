import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Redis } from "ioredis";
import { LocalDeployment } from "../deployment.ts";
import { RedisProxy } from "../proxies/redis-proxy.ts";
import { startRedisServer, type RedisServer } from "../redis-server.ts";
import { namingEach } from "./naming-each.ts";
import { scriptNames, WORKER } from "./script-names.ts";
import { SocketProxy } from "../proxies/socket-proxy.ts";
import { Talk } from "./talk.ts";
import type { Phone } from "../whatsapp/phone.ts";
import type { WhatsAppSimulator } from "../whatsapp/simulator.ts";
import type { WorkerProcess } from "../worker-process.ts";

/** Quick take-overs, so that a trial need not wait for a lease of production length. */
const QUICK = {
  OXY_LEASE_SECONDS: "1.5",
  OXY_ACK_TIMEOUT_MS: "2000",
  OXY_AI_BACKOFF_MS: "100",
  DRAIN_SECONDS: "10",
};
const LOOK_EVERY_MS = 50;
/** Looks in a row that find nothing left to do: a message may be on its way between two of its places. */
const QUIET_LOOKS = 4;

export interface TrialOptions {
  readonly organizations?: readonly string[];
  /** Directory of the worker to run. */
  readonly worker?: URL;
  readonly environment?: Readonly<Record<string, string>>;
}

/** A deployment whose worker talks to Redis and WhatsApp through proxies, so that it can be killed at an instant. */
export class Trial {
  readonly deployment: LocalDeployment;
  readonly redis: RedisProxy;
  readonly sockets: SocketProxy;
  /** Directly, not through the proxy. */
  readonly store: Redis;
  readonly phones: Phone[] = [];
  readonly #server: RedisServer;
  readonly #main: string;
  #messages = 0;

  private constructor(
    parts: Pick<Trial, "deployment" | "redis" | "sockets" | "store">,
    server: RedisServer,
    main: string,
  ) {
    ({ deployment: this.deployment, redis: this.redis, sockets: this.sockets, store: this.store } = parts);
    this.#server = server;
    this.#main = main;
  }

  /** Starts everything, with a worker that is ready and a phone paired for each organization. */
  static async start(options: TrialOptions = {}): Promise<Trial> {
    const { worker: directory = WORKER, organizations = ["ana"], environment = {} } = options;
    const main = fileURLToPath(new URL("main.ts", directory));
    const scripts = await scriptNames(directory);
    const server = await startRedisServer();
    const redis = await RedisProxy.start(server.url, { scripts });
    const deployment = await LocalDeployment.start({
      answering: namingEach,
      redisUrl: redis.url,
      environment: { ...QUICK, ...environment },
    });
    const sockets = await SocketProxy.start(deployment.whatsapp.url);
    const store = new Redis(server.url);
    const trial = new Trial({ deployment, redis, sockets, store }, server, main);
    try {
      await trial.next().ready();
      for (const organization of organizations) await trial.#pair(organization);
      return trial;
    } catch (error) {
      await trial.stop();
      throw error;
    }
  }

  get whatsapp(): WhatsAppSimulator {
    return this.deployment.whatsapp;
  }

  /** The one that was started last. */
  get worker(): WorkerProcess {
    return this.deployment.workers.at(-1) ?? this.next();
  }

  /** The first organization's. */
  get phone(): Phone {
    const [phone] = this.phones;
    if (phone === undefined) throw new Error("this trial has no organization");
    return phone;
  }

  /** Starts the next process; does not wait until it is ready. */
  next(): WorkerProcess {
    return this.deployment.worker({ OXY_WHATSAPP_URL: this.sockets.url }, this.#main);
  }

  /** New contacts, whose messages are counted from here on. */
  talk(contacts = 1): Talk {
    const { whatsapp } = this.deployment;
    return new Talk(
      this,
      Array.from({ length: contacts }, () => whatsapp.contact()),
      () => `m${++this.#messages}`,
    );
  }

  /** Resolves when there is nothing left to do: every message confirmed, every conversation at rest. */
  async settled(timeoutMs = 30_000): Promise<boolean> {
    const deadline = performance.now() + timeoutMs;
    let quiet = 0;
    while (performance.now() < deadline) {
      quiet = (await this.#quiet()) ? quiet + 1 : 0;
      if (quiet === QUIET_LOOKS) return true;
      await delay(LOOK_EVERY_MS);
    }
    return false;
  }

  async stop(): Promise<void> {
    this.store.disconnect();
    await this.deployment.stop();
    await this.sockets.close();
    await this.redis.close();
    await this.#server.stop();
    for (const error of this.deployment.whatsapp.errors) throw error;
  }

  async #pair(organization: string): Promise<void> {
    await this.deployment.addOrganization(organization);
    this.phones.push(await this.deployment.pair(organization));
  }

  async #quiet(): Promise<boolean> {
    const { whatsapp, namespace } = this.deployment;
    await Promise.all([...whatsapp.contacts, ...this.phones].map((handset) => handset.idle()));
    if (this.phones.some((phone) => phone.pending > 0)) return false;
    return (await this.store.exists(`{${namespace}}:due`)) === 0;
  }
}
