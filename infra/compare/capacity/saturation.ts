import { meanLatencyMs } from "./ai-latency.ts";
import type { CapacityInput } from "./input.ts";

/** What is full first. */
export type Bottleneck = "slots" | "limit" | "processor" | "numbers" | "pace";

export interface Saturation {
  /** Turns per second beyond which those that wait become ever more. */
  readonly perSecond: number;
  readonly by: Bottleneck;
}

/**
 * By Little's law: what takes a slot for so long is done so many times a second by so many slots. Messages that join
 * each other's turns are one.
 * @throws RangeError for an AI that cannot be
 */
export function saturationOf(input: CapacityInput): Saturation {
  const { processes, concurrency, limit, processor, pacingMs, arrivals, storeRttMs, trips } = input;
  const receiveMs = trips.receive * storeRttMs;
  const bounds: [Bottleneck, number][] = [
    ["slots", (processes * concurrency) / slotSeconds(input)],
    ["limit", limit?.perSecond ?? Number.POSITIVE_INFINITY],
    [
      "processor",
      processor === undefined || processor.msPerMessage === 0
        ? Number.POSITIVE_INFINITY
        : (processes * Math.min(1, processor.share) * 1_000) / processor.msPerMessage,
    ],
    ["numbers", receiveMs === 0 ? Number.POSITIVE_INFINITY : (arrivals.sessions * 1_000) / receiveMs],
    [
      "pace",
      pacingMs === undefined || pacingMs === 0
        ? Number.POSITIVE_INFINITY
        : (arrivals.sessions * 1_000) / pacingMs,
    ],
  ];
  const [by, perSecond] = bounds.reduce((least, bound) => (bound[1] < least[1] ? bound : least));
  return { perSecond, by };
}

/** How long a turn has its slot, on average. */
export function slotSeconds({ ai, attempt, storeRttMs, trips }: CapacityInput): number {
  const { begin, commit, send, finish } = trips;
  const aiMs = Math.min(meanLatencyMs(ai), attempt.timeoutMs);
  return (aiMs + (begin + commit + send + finish) * storeRttMs) / 1_000;
}
