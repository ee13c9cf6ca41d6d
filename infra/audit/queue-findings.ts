import type { Finding } from "./finding.ts";
import type { QueueState } from "./queues.ts";
import type { Rates } from "./rates.ts";
import { between, count, counted, seconds } from "./words.ts";

/** A queue with how many workers are connected to it, where the user may know. */
export interface AuditedQueue extends QueueState {
  readonly workers?: number;
}

/** What customers were promised, and what is known of how jobs are worked on. */
export interface Expectation {
  /** From being added to being answered, in s. */
  readonly objectiveSeconds: number;
  /** What a job takes at its worker, in s: mostly the AI. */
  readonly aiSeconds: { readonly low: number; readonly high: number };
  /** Jobs that all workers together work on at once, where it is told. */
  readonly concurrency?: number;
}

/** @param now ms since the epoch, by the server's clock */
export function queueFindings(
  queues: readonly AuditedQueue[],
  now: number,
  { objectiveSeconds }: Expectation,
): Finding[] {
  return [
    stalled(queues),
    failed(queues),
    oldest(queues, now, objectiveSeconds),
    workers(queues),
    ...paused(queues),
  ];
}

function stalled(queues: readonly AuditedQueue[]): Finding {
  const about = "stalled jobs";
  const lying = queues.filter((queue) => queue.stalled > 0);
  if (lying.length === 0)
    return { verdict: "ok", about, text: "every job under way has a worker that holds its lock" };
  return {
    verdict: "wrong",
    about,
    text: `${listed(lying, (queue) => queue.stalled)}: under way, and no worker holds the lock any more`,
    remedy:
      "their workers died or block their event loop; BullMQ tries such jobs again once a worker looks for them",
  };
}

function failed(queues: readonly AuditedQueue[]): Finding {
  const about = "failed jobs";
  const with_ = queues.filter((queue) => queue.failed > 0);
  if (with_.length === 0) return { verdict: "ok", about, text: "none is kept" };
  return {
    verdict: "risk",
    about,
    text: `${listed(with_, (queue) => queue.failed)}, as far as they are kept (removeOnFail)`,
    remedy: "look at why on the board, then retry or remove them",
  };
}

function oldest(queues: readonly AuditedQueue[], now: number, objectiveSeconds: number): Finding {
  const about = "waiting";
  const waiting = queues.filter(({ oldestAt, paused: rests }) => oldestAt !== undefined && !rests);
  const total = queues.reduce((sum, queue) => sum + queue.waiting, 0);
  const age = ({ oldestAt = now }: AuditedQueue): number => Math.max(0, (now - oldestAt) / 1_000);
  const [longest] = waiting.toSorted((one, other) => age(other) - age(one));
  if (longest === undefined)
    return {
      verdict: "ok",
      about,
      text: total === 0 ? "no job waits" : `${counted(total, "job")} in queues that are paused`,
    };
  const text = `${counted(total, "job")}; in ${longest.name} the next one has waited ${seconds(age(longest))}`;
  if (age(longest) <= objectiveSeconds) return { verdict: "ok", about, text };
  return {
    verdict: "wrong",
    about,
    text: `${text}, and the objective is ${seconds(objectiveSeconds)}`,
    remedy: "more concurrency or workers, or find out what holds up those there are",
  };
}

function workers(queues: readonly AuditedQueue[]): Finding {
  const about = "workers";
  if (queues.some((queue) => queue.workers === undefined))
    return {
      verdict: "unknown",
      about,
      text: "this user may not run CLIENT LIST, which names connected workers",
    };
  const without = queues.filter((queue) => queue.workers === 0);
  const needed = without.filter((queue) => queue.waiting > 0 || queue.delayed > 0);
  const all = queues.reduce((sum, queue) => sum + (queue.workers ?? 0), 0);
  const text = `${counted(all, "worker")} connected to ${counted(queues.length, "queue")}`;
  if (needed.length > 0)
    return {
      verdict: "wrong",
      about,
      text: `${text}; nobody works on ${named(needed)}, where jobs wait`,
      remedy: "start its worker, or remove the queue",
    };
  if (without.length > 0)
    return { verdict: "risk", about, text: `${text}; nobody works on ${named(without)}, where none waits` };
  return { verdict: "ok", about, text };
}

function paused(queues: readonly AuditedQueue[]): Finding[] {
  const resting = queues.filter((queue) => queue.paused);
  return resting.length === 0
    ? []
    : [{ verdict: "risk", about: "paused", text: `${named(resting)}: no job of it is taken` }];
}

/** Whether as many jobs as come can be worked on: Little's law, jobs a second × seconds each = jobs at once. */
export function concurrencyFinding(rates: Rates, expectation: Expectation): Finding {
  const about = "concurrency";
  const { aiSeconds, objectiveSeconds, concurrency } = expectation;
  const each = between(aiSeconds.low, aiSeconds.high, seconds);
  if (aiSeconds.low > objectiveSeconds)
    return {
      verdict: "wrong",
      about,
      text: `a job takes ${each} at its worker, which alone is more than the objective of ${seconds(objectiveSeconds)}`,
      remedy: "a faster model, or a holding message that goes out in time",
    };
  const perSecond = rates.jobs / rates.seconds;
  const needed = { low: perSecond * aiSeconds.low, high: perSecond * aiSeconds.high };
  const came = `${count(perSecond)} jobs a second came; at ${each} each that is ${between(needed.low, needed.high)} at once`;
  if (concurrency === undefined)
    return {
      verdict: "unknown",
      about,
      text: `${came}; how many jobs the workers take at once is not told by Redis`,
      remedy: "say it: --concurrency <jobs of all workers together>",
    };
  const able = { low: concurrency / aiSeconds.high, high: concurrency / aiSeconds.low };
  const text = `${came}; ${count(concurrency)} at once answer ${between(able.low, able.high)} a second`;
  if (needed.high <= concurrency) return { verdict: "ok", about, text };
  return {
    verdict: needed.low > concurrency ? "wrong" : "risk",
    about,
    text: `${text}: jobs pile up`,
    remedy: `concurrency ${Math.ceil(needed.high)} or more`,
  };
}

function listed(queues: readonly AuditedQueue[], of: (queue: AuditedQueue) => number): string {
  return queues.map((queue) => `${count(of(queue))} in ${queue.name}`).join(", ");
}

function named(queues: readonly AuditedQueue[]): string {
  return queues.map(({ name }) => name).join(", ");
}
