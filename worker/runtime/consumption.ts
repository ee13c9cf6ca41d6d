import type { Redis } from "ioredis";
import type { Keys } from "../adapters/redis/keys.ts";
import { Script } from "../adapters/redis/script.ts";
import { queuesLua } from "../metrics/scripts.ts";
import { errorFields, type Logger } from "./logging.ts";
import type { Fetching, LongBlockingWorker } from "./long-blocking-worker.ts";
import { within } from "./within.ts";

/** What waits while slots are free is to be fetched within this time, in ms. */
const STOPPED_AFTER_MS = 20_000;
/** How long Redis may take to say what waits, in ms. */
const PATIENCE_MS = 1_000;
/** A check that comes sooner gets the answer of the one before, in ms. */
const FRESH_MS = 5_000;
/** Connections come in twos; one proof is enough. */
const PROOF_AFTER_MS = 500;
/** A connection that hangs is replaced no more often than this, in ms. */
const MEND_EVERY_MS = 60_000;

const script = new Script("consumption", [...queuesLua, new URL("consumption.lua", import.meta.url)]);

/** What stands in a queue. */
export interface InQueue {
  readonly waiting: number;
  readonly paused: boolean;
}

/** How this process takes from one queue. */
interface QueueHealth {
  readonly queue: string;
  /** `unknown` while Redis is away. Only `stopped` is a reason to replace the process. */
  readonly state: "starting" | "consuming" | "busy" | "paused" | "draining" | "unknown" | "stopped";
  readonly active: number;
  readonly concurrency: number;
  /** Since Redis answered a fetch last, in s. */
  readonly fetchedSecondsAgo?: number;
  readonly reason?: string;
}

export interface ConsumptionReport {
  readonly status: "ok" | "stopped";
  readonly queues: readonly QueueHealth[];
}

export interface ConsumptionOptions {
  readonly redis: Redis;
  readonly keys: Keys;
  readonly log: Logger;
  /** What waits while slots are free is to be fetched within this time, in ms; 20 s unless told. */
  readonly stoppedAfterMs?: number;
  /** A check that comes sooner gets the answer of the one before, in ms; 5 s unless told. */
  readonly freshMs?: number;
}

interface Watched {
  readonly worker: LongBlockingWorker;
  readonly since: number;
  /** Adds a job that does nothing to a queue of which only this process takes. */
  readonly prove?: () => Promise<unknown>;
  /** When such a job was added that did not come yet. */
  provingSince?: number;
  proof?: NodeJS.Timeout;
  /** When something was seen to wait; nothing was fetched since. */
  waitingSince?: number;
  mendedAt?: number;
}

/**
 * Whether this process takes what stands in its queues. That it does is shown by what it fetched last: a fetch is one
 * more thing than a connection that answers. A process whose slots are all taken, or that has nothing to take, is well.
 */
export class Consumption {
  readonly #redis: Redis;
  readonly #prefix: string;
  readonly #log: Logger;
  readonly #stoppedAfterMs: number;
  readonly #freshMs: number;
  readonly #watched = new Map<string, Watched>();
  #last: { readonly at: number; readonly report: Promise<ConsumptionReport> } | undefined;

  constructor(options: ConsumptionOptions) {
    this.#redis = options.redis;
    this.#prefix = options.keys.prefix;
    this.#log = options.log;
    this.#stoppedAfterMs = options.stoppedAfterMs ?? STOPPED_AFTER_MS;
    this.#freshMs = options.freshMs ?? FRESH_MS;
  }

  /**
   * From now until the worker is closed.
   * @param prove adds a job that does nothing, where only this worker could take it; called after the start and after
   *   each reconnect, unless a job came since
   */
  watch(worker: LongBlockingWorker, prove?: () => Promise<unknown>): void {
    const watched: Watched = {
      worker,
      since: performance.now(),
      ...(prove === undefined ? {} : { prove }),
    };
    this.#watched.set(worker.name, watched);
    worker.onConnected(() => this.#connected(watched));
    worker.once("closing", () => clearTimeout(watched.proof));
    worker.once("closed", () => {
      if (this.#watched.get(worker.name) === watched) this.#watched.delete(worker.name);
    });
  }

  /** At most one command, and none while every queue has been fetched from lately. */
  async report(): Promise<ConsumptionReport> {
    const now = performance.now();
    if (this.#last === undefined || now - this.#last.at > this.#freshMs)
      this.#last = { at: now, report: this.#ask() };
    return await this.#last.report;
  }

  /** Queues of which it has to be known what waits in them. */
  get doubtful(): readonly string[] {
    const now = performance.now();
    return [...this.#watched].flatMap(([name, watched]) =>
      isQuiet(watched, now, this.#stoppedAfterMs) ? [name] : [],
    );
  }

  /** @param inQueues what stands in the {@link doubtful} ones; undefined where Redis does not say */
  judge(inQueues: ReadonlyMap<string, InQueue> | undefined): ConsumptionReport {
    const now = performance.now();
    const queues = [...this.#watched].map(([name, watched]): QueueHealth => {
      const { active, concurrency, fetchedAt } = watched.worker.fetching;
      const verdict = verdictOn(
        watched,
        inQueues === undefined ? undefined : inQueues.get(name),
        now,
        this.#stoppedAfterMs,
      );
      // Whoever took what wakes may have died of it.
      if (watched.waitingSince === now) this.#nudge(name);
      if (verdict.state === "stopped") this.#mend(name, watched, verdict.reason ?? "");
      const health = { queue: name, active, concurrency };
      const ago = fetchedAt === undefined ? {} : { fetchedSecondsAgo: Math.round((now - fetchedAt) / 1000) };
      return Object.assign(health, verdict, ago);
    });
    return { status: queues.some(({ state }) => state === "stopped") ? "stopped" : "ok", queues };
  }

  async #ask(): Promise<ConsumptionReport> {
    const names = this.doubtful;
    if (names.length === 0) return this.judge(new Map());
    if (this.#redis.status !== "ready") return this.judge(undefined);
    const reply = await within(script.run(this.#redis, [], [this.#prefix, ...names]), PATIENCE_MS);
    return this.judge(
      reply === undefined ? undefined : inQueuesOf(names, JSON.parse(reply as string) as [number, boolean][]),
    );
  }

  #connected(watched: Watched): void {
    clearTimeout(watched.proof);
    const connectedAt = performance.now();
    watched.proof = setTimeout(() => {
      const { name, fetching } = watched.worker;
      const { tookAt = -Infinity, fetchedAt = -Infinity, closing } = fetching;
      if (closing || tookAt >= connectedAt) return;
      if (watched.prove === undefined) {
        // The first fetch comes by itself.
        if (fetchedAt < connectedAt) this.#nudge(name);
        return;
      }
      const provingSince = performance.now();
      watched.prove().then(
        () => (watched.provingSince = provingSince),
        // Then nothing can be added, and there is nothing to fetch.
        (error: unknown) => this.#log.warn("proof not added", { queue: name, ...errorFields(error) }),
      );
    }, PROOF_AFTER_MS).unref();
  }

  /**
   * Wakes whoever blocks on the queue. What wakes them is taken off by the server: if the connection breaks just then,
   * nobody hears of it, and what waits would wait for minutes.
   */
  #nudge(name: string): void {
    this.#redis
      .zadd(`${this.#prefix}:${name}:marker`, 0, "0")
      .catch((error: unknown) => this.#log.warn("queue not nudged", { queue: name, ...errorFields(error) }));
  }

  /** The known way in which a fetch stops is a connection that hangs. */
  #mend(name: string, watched: Watched, reason: string): void {
    const now = performance.now();
    if (watched.mendedAt !== undefined && now - watched.mendedAt < MEND_EVERY_MS) return;
    watched.mendedAt = now;
    this.#log.error("queue not taken from, its connection is replaced", { queue: name, reason });
    watched.worker
      .reconnect()
      .then(() => this.#nudge(name))
      .catch((error: unknown) =>
        this.#log.warn("connection not replaced", { queue: name, ...errorFields(error) }),
      );
  }
}

/** @param counts waiting and paused, in the order of the names; as Lua writes lists, an empty one is an object */
export function inQueuesOf(
  names: readonly string[],
  counts: readonly (readonly [number, boolean])[],
): Map<string, InQueue> {
  return new Map(
    names.map((name, index) => {
      const [waiting = 0, paused = false] = counts[index] ?? [];
      return [name, { waiting, paused }];
    }),
  );
}

/** Has fetched nothing for a while, though it could. */
function isQuiet({ worker, since }: Watched, now: number, afterMs: number): boolean {
  const { running, closing, active, concurrency, fetchedAt = since, freeSince } = worker.fetching;
  if (!running || closing || active >= concurrency) return false;
  return now - Math.max(fetchedAt, freeSince) >= afterMs;
}

/** @param inQueue what stands in it, where it is known */
function verdictOn(
  watched: Watched,
  inQueue: InQueue | undefined,
  now: number,
  afterMs: number,
): Pick<QueueHealth, "state" | "reason"> {
  const fetching: Fetching = watched.worker.fetching;
  if (fetching.closing) return { state: "draining" };
  // Its queue is emptied first, which takes as long as Redis is away.
  if (!fetching.begun) return { state: "starting" };
  if (!fetching.running) return { state: "stopped", reason: "its loop has ended" };
  if (fetching.active >= fetching.concurrency) return { state: "busy" };
  if (!isQuiet(watched, now, afterMs))
    return { state: fetching.fetchedAt === undefined ? "starting" : "consuming" };
  // Redis is away, and so is what could be fetched.
  if (inQueue === undefined) return { state: "unknown" };
  if (inQueue.paused) return { state: "paused" };
  const { tookAt = -Infinity, fetchedAt = -Infinity } = fetching;
  if (inQueue.waiting === 0) {
    delete watched.waitingSince;
    delete watched.provingSince;
    return { state: "consuming" };
  }
  const { provingSince } = watched;
  if (provingSince !== undefined && provingSince > tookAt && now - provingSince >= afterMs)
    return { state: "stopped", reason: "a job of proof was not taken" };
  if (watched.waitingSince === undefined || watched.waitingSince < fetchedAt) watched.waitingSince = now;
  if (now - watched.waitingSince < afterMs) return { state: "consuming" };
  return { state: "stopped", reason: `${inQueue.waiting} waiting, and none was taken` };
}
