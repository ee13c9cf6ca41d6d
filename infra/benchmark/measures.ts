import { known, mapped, unknown, type Estimate } from "../compare/estimate.ts";
import type { Outcome } from "./outcome.ts";

/** Something that a limit may be set on. */
export interface Measure {
  readonly about: string;
  readonly unit: string;
  /** A limit is the most that it may be, or the least. */
  readonly limit: "most" | "least";
  of(outcome: Outcome): Estimate;
}

type Of = Measure["of"];

/** By the key that a limit has in the file. */
export const measures = {
  replyP50Ms: most(
    "ms",
    "Reply time that half of the messages keep, from when one was due to when its answer was seen.",
    ({ measurement }) => measurement.reply.p50,
  ),
  replyP95Ms: most(
    "ms",
    "Reply time that 95 of 100 messages keep.",
    ({ measurement }) => measurement.reply.p95,
  ),
  replyP99Ms: most(
    "ms",
    "Reply time that 99 of 100 messages keep.",
    ({ measurement }) => measurement.reply.p99,
  ),
  queueP95Ms: most(
    "ms",
    "Of the reply time, until the AI was asked, of 95 of 100 messages; without the time behind an earlier answer.",
    ({ measurement }) => measurement.split.queue.p95,
  ),
  sendP95Ms: most(
    "ms",
    "Of the reply time, from the AI's answer until the customer saw it, of 95 of 100 messages.",
    ({ measurement }) => measurement.split.send.p95,
  ),
  lost: most(
    "messages",
    "Messages whose customer saw neither an answer nor a fallback message.",
    ({ measurement }) => known(measurement.lost),
  ),
  failedPercent: most(
    "%",
    "Messages that got a fallback message or nothing, of 100.",
    ({ measurement: { messages, failed, lost } }) =>
      messages === 0 ? unknown("nothing was written") : known((100 * (failed + lost)) / messages),
  ),
  seenTwice: most("messages", "Messages whose answer a customer saw more than once.", ({ measurement }) =>
    known(measurement.seenTwice),
  ),
  unreadable: most(
    "messages",
    "Messages that somebody could not decrypt, or that the worker refused for good.",
    ({ measurement }) => known(measurement.undecryptable + measurement.nacks),
  ),
  answeredPerSecond: least(
    "messages/s",
    "Throughput, from the first message due to the last answer seen.",
    ({ measurement }) => measurement.answeredPerSecond,
  ),
  redisCommandsPerMessage: most(
    "commands",
    "Commands of Redis for a message, those inside scripts and of idling included.",
    ({ redisCommands, measurement: { messages } }) =>
      messages === 0 ? unknown("nothing was written") : mapped(redisCommands, (count) => count / messages),
  ),
  deploySeconds: most(
    "s",
    "From nothing deployed until every process runs.",
    ({ deploySeconds }) => deploySeconds,
  ),
  drainSeconds: most(
    "s",
    "From when the processes were told to stop until the last was gone.",
    ({ drainSeconds }) => drainSeconds,
  ),
  writtenLateP95Ms: most(
    "ms",
    "How late the simulator itself wrote 95 of 100 messages: beyond it, its own machine is measured.",
    ({ measurement }) => measurement.writtenLate.p95,
  ),
} as const satisfies Readonly<Record<string, Measure>>;

export type MeasureName = keyof typeof measures;

function most(unit: string, about: string, of: Of): Measure {
  return { about, unit, limit: "most", of };
}

function least(unit: string, about: string, of: Of): Measure {
  return { about, unit, limit: "least", of };
}
