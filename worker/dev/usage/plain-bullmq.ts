import * as bullmq4 from "bullmq-4";
import * as bullmq5 from "bullmq-5";
import * as bullmq6 from "bullmq";
import { CountedRedis, type RedisFigures } from "./counted-redis.ts";

/** The analysis's own example: a worker for each of three queues. */
const QUEUES = ["messages", "campaigns", "automations"];

interface AnyJob {
  readonly name: string;
}
interface Closable {
  close(): Promise<unknown>;
}
interface AnyQueue extends Closable {
  add(name: string, data: object, options: object): Promise<AnyJob>;
}
interface AnyWorker extends Closable {
  waitUntilReady(): Promise<unknown>;
  on(event: "completed", listener: () => void): unknown;
}
interface BullMq {
  readonly Queue: new (name: string, options: { connection: { url: string } }) => AnyQueue;
  readonly Worker: new (
    name: string,
    work: () => Promise<void>,
    options: { connection: { url: string; maxRetriesPerRequest: null } },
  ) => AnyWorker;
}

/** The major versions that are in use. */
export const VERSIONS = {
  4: bullmq4 as unknown as BullMq,
  5: bullmq5 as unknown as BullMq,
  6: bullmq6 as unknown as BullMq,
} as const;

/** Three workers as BullMQ makes them unless told, each with a queue of its own, on a Redis that is counted. */
export class PlainBullMq {
  readonly #redis: CountedRedis;
  readonly #queues: readonly AnyQueue[];
  readonly #workers: readonly AnyWorker[];
  #done = 0;
  #finished: (() => void) | undefined;

  private constructor(redis: CountedRedis, { Queue, Worker }: BullMq) {
    this.#redis = redis;
    const { hostname, port } = new URL(redis.url);
    const connection = { host: hostname, port: Number(port), url: redis.url };
    this.#queues = QUEUES.map((name) => new Queue(name, { connection }));
    this.#workers = QUEUES.map(
      (name) =>
        new Worker(name, async () => {}, { connection: { ...connection, maxRetriesPerRequest: null } }),
    );
    for (const worker of this.#workers) {
      worker.on("completed", () => {
        this.#done++;
        this.#finished?.();
      });
    }
  }

  /** @param redis that is ended with it, too */
  static async start(version: BullMq, redis?: CountedRedis): Promise<PlainBullMq> {
    const plain = new PlainBullMq(redis ?? (await CountedRedis.start()), version);
    await Promise.all(plain.#workers.map((worker) => worker.waitUntilReady()));
    return plain;
  }

  /** Adds jobs one after the other, and resolves when all are done. */
  async work(jobs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const goal = this.#done + jobs;
    this.#finished = () => {
      if (this.#done >= goal) resolve();
    };
    for (let job = 0; job < jobs; job++) {
      const options = { attempts: 3, removeOnComplete: true };
      await this.#queues[job % this.#queues.length]?.add("job", { job }, options);
    }
    await promise;
  }

  figures(): Promise<RedisFigures> {
    return this.#redis.figures();
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#workers, ...this.#queues].map((each) => each.close()));
    await this.#redis.stop();
  }
}
