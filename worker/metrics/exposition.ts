import type { Redis } from "ioredis";
import { Gauge, Registry } from "prom-client";
import type { Keys } from "../adapters/redis/keys.ts";
import { within } from "../runtime/within.ts";
import { readFigures, type DeploymentFigures, type SharedQueueCounts } from "./deployment.ts";
import { LABELS, valueOf } from "./labels.ts";
import type { Meters } from "./meters.ts";

/** Whoever scrapes sooner gets the figures of before, in ms. */
const FRESH_MS = 5_000;
/** How long the store may take to say what it knows, in ms; without it a process tells what it counted itself. */
const PATIENCE_MS = 2_000;

/** A metric, without values. */
interface Described {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly labels: readonly string[];
}

/** What Prometheus reads: what this process has counted, and what the store knows of the deployment. */
export class Exposition {
  readonly #options: { readonly redis: Redis; readonly keys: Keys; readonly meters: Meters };
  readonly #registry = new Registry();
  readonly #all: Registry;
  readonly #known = this.#gauge("store_known", "1 where the store said what it knows of the deployment.", []);
  readonly #waiting = this.#gauge("queue_waiting", "What could be taken from a queue now.", ["queue"]);
  readonly #oldest = this.#gauge("queue_oldest_seconds", "For how long the oldest of it has waited.", [
    "queue",
  ]);
  readonly #delayed = this.#gauge("queue_delayed", "Jobs whose time has not come.", ["queue"]);
  readonly #failed = this.#gauge("queue_failed", "Jobs that failed and are kept for a person to see.", [
    "queue",
  ]);
  readonly #sessions = this.#gauge("sessions", "WhatsApp sessions by how they are, or why they ended.", [
    "session",
  ]);
  readonly #free = this.#gauge("shards_free", "Shards that no process owns.", []);
  readonly #paused = this.#gauge(
    "bulk_paused",
    "Numbers that pause what goes to many, because WhatsApp refused some of it.",
    [],
  );
  #last: { readonly at: number; readonly text: Promise<string> } | undefined;

  constructor(options: { readonly redis: Redis; readonly keys: Keys; readonly meters: Meters }) {
    this.#options = options;
    this.#all = Registry.merge([options.meters.registry, this.#registry]);
  }

  get contentType(): string {
    return this.#all.contentType;
  }

  /** What may be told. */
  get described(): readonly Described[] {
    return this.#all.getMetricsAsArray().map((metric) => {
      // Its own types leave out what it has.
      const { name, help, labelNames, constructor } = metric as unknown as Pick<
        Described,
        "name" | "help"
      > & {
        readonly labelNames: readonly string[];
      };
      return { name, help, type: constructor.name.toLowerCase(), labels: labelNames };
    });
  }

  /** @returns Prometheus's text format; at most one command of Redis every five seconds */
  async text(): Promise<string> {
    const now = performance.now();
    if (this.#last === undefined || now - this.#last.at > FRESH_MS)
      this.#last = { at: now, text: this.#collect() };
    return await this.#last.text;
  }

  async #collect(): Promise<string> {
    this.#registry.resetMetrics();
    const figures = await this.#figures();
    this.#known.set(figures === undefined ? 0 : 1);
    // Unknown is not 0.
    if (figures !== undefined) this.#tell(figures);
    else for (const gauge of [this.#free, this.#paused]) gauge.remove();
    return await this.#all.metrics();
  }

  #tell({
    conversations,
    oldestMs,
    queues,
    bulk,
    sessions,
    freeShards,
  }: DeploymentFigures<SharedQueueCounts>): void {
    this.#waiting.set({ queue: "message" }, conversations);
    this.#oldest.set({ queue: "message" }, oldestMs / 1000);
    for (const [queue, { waiting, oldestMs: queueMs, delayed, failed }] of Object.entries(queues)) {
      this.#waiting.set({ queue }, waiting);
      this.#oldest.set({ queue }, queueMs / 1000);
      this.#delayed.set({ queue }, delayed);
      this.#failed.set({ queue }, failed);
    }
    this.#waiting.set({ queue: "bulk" }, bulk.parts);
    this.#paused.set(Object.keys(bulk.paused).length);
    for (const session of LABELS.session) this.#sessions.set({ session }, 0);
    for (const { state, reason = "other" } of sessions.values())
      this.#sessions.inc({ session: state === "open" ? "open" : valueOf("session", reason) });
    this.#free.set(freeShards);
  }

  async #figures(): Promise<DeploymentFigures<SharedQueueCounts> | undefined> {
    const { redis, keys } = this.#options;
    return redis.status === "ready" ? await within(readFigures(redis, keys), PATIENCE_MS) : undefined;
  }

  #gauge<L extends string>(name: string, help: string, labelNames: readonly L[]): Gauge<L> {
    return new Gauge({ name: `oxy_${name}`, help, labelNames, registers: [this.#registry] });
  }
}
