/** When customers write within a day, and how. Nobody measured it of these customers: an input, with its reasons. */
export interface Pattern {
  /** Weights of the 24 hours. */
  readonly curve: readonly number[];
  /** Share of messages that a customer adds to what they just wrote, and after how long on average. */
  readonly followUps: { readonly share: number; readonly afterMs: number };
  /** That comes on top, such as answers to a campaign. */
  readonly burst: { readonly messages: number; readonly withinMs: number };
  /** What of it is assumed, each in a sentence. */
  readonly assumptions: readonly string[];
}

const NIGHT = 0.9;
const WORK = 6;
const EVENING = 6.4;

export const USUAL_PATTERN: Pattern = {
  curve: Array.from({ length: 24 }, (_, hour) =>
    hour < 8 || hour === 23 ? NIGHT : hour < 18 ? WORK : EVENING,
  ),
  followUps: { share: 0.25, afterMs: 8_000 },
  burst: { messages: 100, withinMs: 10_000 },
  assumptions: [
    "60% of a day's messages come from 8 to 18 h (sudonum.com, WhatsApp enquiries to marketplaces of cars and houses); most of the rest is assumed to come until 23 h.",
    "A quarter of the messages is assumed to be added to another one, 8 s later on average.",
    "A burst is assumed to be 100 messages within 10 s.",
    "Every day is assumed to be like the others.",
  ],
};

/** How much more than on average comes in the busiest hour. */
export function peakOf({ curve }: Pick<Pattern, "curve">): number {
  const total = curve.reduce((sum, weight) => sum + weight, 0);
  return (Math.max(...curve) * curve.length) / total;
}
