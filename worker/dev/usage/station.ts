import { setTimeout as delay } from "node:timers/promises";
import { LocalDeployment } from "../deployment.ts";
import { ByteRelay } from "../proxies/byte-relay.ts";
import type { Contact } from "../whatsapp/contact.ts";
import type { Phone } from "../whatsapp/phone.ts";
import type { WorkerProcess } from "../worker-process.ts";
import { CountedRedis, type RedisFigures } from "./counted-redis.ts";
import { processFigures, type ProcessFigures } from "./process-figures.ts";

/** What a worker, and the Redis that it has to itself, have used until now. */
export interface StationFigures {
  /** Monotonic, in ms. */
  readonly at: number;
  readonly redis: RedisFigures;
  readonly process: ProcessFigures;
  readonly toStoreBytes: number;
  readonly fromStoreBytes: number;
  /** Sent to WhatsApp and the AI. */
  readonly egressBytes: number;
  readonly logBytes: number;
}

export interface StationOptions {
  readonly sessions: number;
  readonly answer: string;
  /** Of the worker. */
  readonly environment?: Readonly<Record<string, string>>;
  /** The worker's entry; its sources unless told. */
  readonly main?: string;
}

/** Two commands of an operator at once are enough for two cores. */
const AT_ONCE = 2;
const QUIET_MS = 50;
const QUIET_LOOKS = 5;
const SETTLED_WITHIN_MS = 30_000;

/** One real worker with a Redis, a WhatsApp and an AI of its own, all of whose ways are counted. */
export class Station {
  readonly phones: Phone[] = [];
  readonly worker: WorkerProcess;
  readonly #deployment: LocalDeployment;
  readonly #redis: CountedRedis;
  readonly #relays: { readonly store: ByteRelay; readonly whatsapp: ByteRelay; readonly ai: ByteRelay };
  #logBytes = 0;

  private constructor(
    deployment: LocalDeployment,
    redis: CountedRedis,
    relays: { readonly store: ByteRelay; readonly whatsapp: ByteRelay; readonly ai: ByteRelay },
    { environment = {}, main }: StationOptions,
  ) {
    this.#deployment = deployment;
    this.#redis = redis;
    this.#relays = relays;
    const ways = {
      REDIS_URL: relays.store.url,
      OXY_WHATSAPP_URL: relays.whatsapp.url,
      OPENAI_BASE_URL: relays.ai.url,
    };
    this.worker = deployment.worker({ ...ways, ...environment }, main);
    // As the worker prints it: JSON without spaces.
    this.worker.on("log", (line) => (this.#logBytes += Buffer.byteLength(JSON.stringify(line)) + 1));
  }

  static async start(options: StationOptions): Promise<Station> {
    const redis = await CountedRedis.start();
    const deployment = await LocalDeployment.start({ answering: () => options.answer, redisUrl: redis.url });
    const relays = {
      store: await ByteRelay.start(redis.url),
      whatsapp: await ByteRelay.start(deployment.whatsapp.url),
      ai: await ByteRelay.start(deployment.ai.url),
    };
    const station = new Station(deployment, redis, relays, options);
    try {
      await station.worker.ready();
      for (let from = 0; from < options.sessions; from += AT_ONCE) {
        const numbers = Array.from(
          { length: Math.min(AT_ONCE, options.sessions - from) },
          (_, i) => from + i,
        );
        await Promise.all(numbers.map((number) => station.#pair(`org-${number}`)));
      }
      return station;
    } catch (error) {
      await station.stop();
      throw error;
    }
  }

  contact(): Contact {
    return this.#deployment.whatsapp.contact();
  }

  /** Nothing is under way any more: all acknowledged, every conversation at rest. @throws Error when it never is */
  async settled(): Promise<void> {
    const deadline = performance.now() + SETTLED_WITHIN_MS;
    for (let quiet = 0; quiet < QUIET_LOOKS;) {
      if (performance.now() > deadline) throw new Error("the worker does not come to rest");
      const { namespace, whatsapp } = this.#deployment;
      await Promise.all([...whatsapp.contacts, ...this.phones].map((handset) => handset.idle()));
      const waits = this.phones.some(({ pending }) => pending > 0);
      quiet = waits || (await this.#redis.exists(`{${namespace}}:due`)) ? 0 : quiet + 1;
      await delay(QUIET_MS);
    }
  }

  async figures(): Promise<StationFigures> {
    const { store, whatsapp, ai } = this.#relays;
    const [redis, process] = await Promise.all([this.#redis.figures(), processFigures(this.worker.pid)]);
    return {
      at: performance.now(),
      redis,
      process,
      toStoreBytes: store.sent,
      fromStoreBytes: store.received,
      egressBytes: whatsapp.sent + ai.sent,
      logBytes: this.#logBytes,
    };
  }

  /** @throws Error when the simulator saw a fault, or something could not be read */
  async stop(): Promise<void> {
    await this.#deployment.stop();
    await Promise.all(Object.values(this.#relays).map((relay) => relay.close()));
    await this.#redis.stop();
    for (const error of this.#deployment.whatsapp.errors) throw error;
  }

  async #pair(organization: string): Promise<void> {
    await this.#deployment.addOrganization(organization);
    this.phones.push(await this.#deployment.pair(organization));
  }
}
