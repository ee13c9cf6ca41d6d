import { monitorEventLoopDelay } from "node:perf_hooks";
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { AiCall, AiObserver, BreakerState } from "../conversation/completions.ts";
import type { Part } from "../conversation/types.ts";
import type { ReplySplit } from "../conversation/replies.ts";
import { PROOF_JOB } from "../jobs/message/job.ts";
import { queueKind } from "../runtime/queue-names.ts";
import { LABELS, valueOf } from "./labels.ts";
import { RedisCommands } from "./redis-commands.ts";
import { REPLY_BOUNDS, ReplyWindow } from "./reply-window.ts";

/** Models are named by people: more of them than this are told together. */
const MODELS_MAX = 8;
const RESOLUTION_MS = 20;
const LOST_WINDOW_MS = 10 * 60_000;
const NS = 1e9;

/** A worker whose jobs are counted. */
interface Worker {
  readonly name: string;
  on(event: "completed" | "failed", listener: (job: { readonly name: string } | undefined) => void): unknown;
}

/** What this process counts while it works; docs/metrics.md has the table. */
export class Meters implements AiObserver {
  readonly registry = new Registry();
  readonly replies = new ReplyWindow();
  readonly #commands = new RedisCommands();
  readonly #loop = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  readonly #models = new Set<string>();
  readonly #open = new Set<string>();
  #shards: () => number = () => 0;
  #lostAt: number[] = [];

  readonly #jobs = this.#counter("jobs", "Jobs that ended in this process.", ["queue", "outcome"]);
  readonly #parts = this.#counter(
    "parts",
    "Messages that WhatsApp's server acked or refused, and those that were sent again for want of an ack.",
    ["source", "result"],
  );
  readonly #losses = this.#counter("leases_lost", "How often shards were taken from this process.", []);
  readonly #calls = this.#counter("ai_calls", "Calls of the AI that ended, or were not made.", [
    "model",
    "purpose",
    "answer",
  ]);
  readonly #tokens = this.#counter("ai_tokens", "Tokens that calls of the AI used.", ["model", "direction"]);
  readonly #cost = this.#counter("ai_cost_usd", "What calls of the AI cost, as far as prices are known.", [
    "model",
  ]);
  readonly #breaker = new Gauge({
    name: "oxy_ai_breaker",
    help: "1 for the state in which the breaker of a model is.",
    labelNames: ["model", "breaker"],
    registers: [this.registry],
  });
  readonly #reply = new Histogram({
    name: "oxy_reply_seconds",
    help: "From the arrival of a message to the server's ack of its answer, and the parts of that.",
    labelNames: ["step"],
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, ...REPLY_BOUNDS],
    registers: [this.registry],
  });

  constructor() {
    this.#loop.enable();
    const commands = this.#commands;
    this.#sampled(
      "redis_commands",
      "Commands that this process sent to Redis.",
      "counter",
      ["command"],
      (set) => {
        for (const [name, count] of commands.counts) set({ command: valueOf("command", name) }, count);
      },
    );
    this.#sampled(
      "event_loop_delay_seconds",
      "By how much the event loop was late since it was looked at last.",
      "gauge",
      ["quantile"],
      (set) => {
        const at = { "0.5": 50, "0.99": 99, "1": 100 } as const;
        for (const [quantile, percent] of Object.entries(at))
          set({ quantile }, Math.max(0, this.#loop.percentile(percent) / NS - RESOLUTION_MS / 1000));
        this.#loop.reset();
      },
    );
    this.#sampled("memory_bytes", "Memory of this process.", "gauge", ["memory"], (set) => {
      const { rss, heapUsed, external } = process.memoryUsage();
      set({ memory: "rss" }, rss);
      set({ memory: "heap" }, heapUsed);
      set({ memory: "external" }, external);
    });
    this.#sampled("cpu_seconds", "Processor time of this process.", "counter", [], (set) => {
      const { user, system } = process.cpuUsage();
      set({}, (user + system) / 1e6);
    });
    this.#sampled("shards_held", "Shards that this process owns.", "gauge", [], (set) =>
      set({}, this.#shards()),
    );
  }

  /** Models whose breaker is open now. */
  get openBreakers(): number {
    return this.#open.size;
  }

  /** How often shards were taken from this process in the last ten minutes. */
  get leasesLost(): number {
    const since = performance.now() - LOST_WINDOW_MS;
    this.#lostAt = this.#lostAt.filter((at) => at >= since);
    return this.#lostAt.length;
  }

  /** Shards were taken from this process, or it cut their sockets because it could not renew their leases. */
  lost(): void {
    this.#losses.inc();
    this.#lostAt.push(performance.now());
  }

  /** @param shards how many this process holds now */
  owner(shards: () => number): void {
    this.#shards = shards;
  }

  /** Counts its jobs. */
  watch(worker: Worker): void {
    const queue = valueOf("queue", queueKind(worker.name));
    for (const outcome of LABELS.outcome)
      worker.on(outcome, (job) => {
        if (job?.name !== PROOF_JOB) this.#jobs.inc({ queue, outcome });
      });
  }

  /** An answer arrived whole. */
  answered({ queueMs, aiMs, sendMs }: ReplySplit): void {
    const total = (queueMs + aiMs + sendMs) / 1000;
    this.#reply.observe({ step: "queue" }, queueMs / 1000);
    this.#reply.observe({ step: "ai" }, aiMs / 1000);
    this.#reply.observe({ step: "send" }, sendMs / 1000);
    this.#reply.observe({ step: "total" }, total);
    this.replies.add(total);
  }

  /** What the server said of a part. */
  part({ turn, sends }: Pick<Part, "turn" | "sends">, result: "acked" | "refused"): void {
    const source = typeof turn === "number" ? "reply" : valueOf("source", turn.split(/[ :]/, 1)[0] ?? "");
    this.#parts.inc({ source, result });
    if (sends > 1) this.#parts.inc({ source, result: "repeated" }, sends - 1);
  }

  called({ model: name, purpose, outcome, usage }: AiCall): void {
    const model = this.#model(name);
    this.#calls.inc({ model, purpose: valueOf("purpose", purpose), answer: valueOf("answer", outcome) });
    if (usage === undefined) return;
    this.#tokens.inc({ model, direction: "prompt" }, usage.promptTokens);
    this.#tokens.inc({ model, direction: "completion" }, usage.completionTokens);
    this.#cost.inc({ model }, usage.microUsd / 1e6);
  }

  breaker(name: string, state: BreakerState): void {
    const model = this.#model(name);
    this.#setBreaker(model, state);
    if (state === "closed") this.#open.delete(model);
    else this.#open.add(model);
  }

  stop(): void {
    this.#commands.stop();
    this.#loop.disable();
  }

  #model(name: string): string {
    const model = this.#models.has(name) || this.#models.size < MODELS_MAX ? name : "other";
    if (!this.#models.has(model)) {
      this.#models.add(model);
      // Until it is told otherwise.
      this.#setBreaker(model, "closed");
    }
    return model;
  }

  #setBreaker(model: string, state: BreakerState): void {
    for (const breaker of LABELS.breaker) this.#breaker.set({ model, breaker }, breaker === state ? 1 : 0);
  }

  #counter<L extends string>(name: string, help: string, labelNames: readonly L[]): Counter<L> {
    return new Counter({ name: `oxy_${name}_total`, help, labelNames, registers: [this.registry] });
  }

  /** What is counted elsewhere, and asked for when somebody looks. */
  #sampled(
    name: string,
    help: string,
    type: "counter" | "gauge",
    labelNames: readonly string[],
    sample: (set: (labels: Record<string, string>, value: number) => void) => void,
  ): void {
    const common = { help, labelNames, registers: [] };
    this.registry.registerMetric(
      type === "gauge"
        ? new Gauge({
            ...common,
            name: `oxy_${name}`,
            collect() {
              sample((labels, value) => this.set(labels, value));
            },
          })
        : new Counter({
            ...common,
            name: `oxy_${name}_total`,
            collect() {
              this.reset();
              // Several may come to the same labels.
              sample((labels, value) => this.inc(labels, value));
            },
          }),
    );
  }
}
