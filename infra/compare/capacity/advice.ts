import { erlangC } from "./erlang-c.ts";
import { slotSeconds } from "./saturation.ts";
import type { CapacityInput } from "./input.ts";

/** What to set, and why, in sentences. */
export interface Advice {
  /** Slots of each process with which nobody waits for one, as good as; undefined where no number of them helps. */
  readonly concurrency?: number;
  readonly sentences: readonly string[];
}

/** Of an AI: its quick answers and its slow ones. */
interface Spread {
  readonly fastMs: number;
  readonly slowMs: number;
}

/** OXY_CONCURRENCY as the 2025 analysis has it. */
const ANALYSIS_SLOTS = 5;
/** Of the messages, those that may wait for a slot longer than {@link PATIENCE_MS}. */
const QUANTILE = 0.99;
const PATIENCE_MS = 250;
/** OXY_CONCURRENCY takes no more. */
const MOST_SLOTS = 1_000;

/**
 * What a number of slots can do with an AI that takes from `fastMs` to `slowMs`, by Little's law: slots = rate × time.
 * @param slots of all processes together
 */
export function slotsCan(slots: number, ai: Spread): string {
  return (
    `${slots} turns at once, each of ${seconds(ai.fastMs)} to ${seconds(ai.slowMs)} s of the AI, are full at ` +
    `${fullAt(slots, ai)} messages/s; what comes beyond that waits ever longer.`
  );
}

function fullAt(slots: number, { fastMs, slowMs }: Spread): string {
  const [from, to] = [rate((slots * 1_000) / slowMs), rate((slots * 1_000) / fastMs)];
  return from === to ? from : `${from} to ${to}`;
}

/**
 * What to set for messages that come at that rate at the busiest time.
 * @throws RangeError for an input that cannot be
 */
export function adviceOn(input: CapacityInput, ai: Spread): Advice {
  const { processes, concurrency, objectiveMs, arrivals } = input;
  const perSecond = arrivals.perSecond;
  const storeMs = tripsOfReply(input) * input.storeRttMs;
  const patience = objectiveMs - ai.slowMs - storeMs;
  const tooSlow =
    patience < 0
      ? [
          `An AI that takes ${seconds(ai.slowMs)} s, and ${seconds(storeMs)} s of round trips to the store, are over the objective of ` +
            `${seconds(objectiveMs)} s by themselves: no number of slots helps, a faster model or a nearer store does.`,
        ]
      : [];
  const needed = slotsFor(perSecond / processes, slotSeconds(input) * 1_000);
  const analysis =
    concurrency === ANALYSIS_SLOTS
      ? []
      : [`The ${ANALYSIS_SLOTS} of the 2025 analysis would be full at ${fullAt(ANALYSIS_SLOTS, ai)}.`];
  const sentences = [slotsCan(processes * concurrency, ai), ...analysis, ...tooSlow];
  if (needed === undefined)
    return {
      sentences: [
        ...sentences,
        `At ${rate(perSecond)} messages/s, ${processesOf(processes)} would need more than the ${MOST_SLOTS} slots that OXY_CONCURRENCY allows.`,
      ],
    };
  const setting =
    needed <= concurrency
      ? `At ${rate(perSecond)} messages/s, OXY_CONCURRENCY=${concurrency} is enough; ${needed} would be.`
      : `At ${rate(perSecond)} messages/s, set OXY_CONCURRENCY=${needed}, or more, in place of ${concurrency}: a turn waits for ` +
        "the AI most of the time, and a slot costs next to nothing.";
  return { concurrency: needed, sentences: [...sentences, setting] };
}

/** Round trips to the store that a reply waits for. */
export function tripsOfReply({ trips }: Pick<CapacityInput, "trips">): number {
  const { receive, wake, notice, fetch, begin, commit, send } = trips;
  return receive + wake + notice + fetch + begin + commit + send;
}

/** The fewest slots with which 99 of 100 wait for one no longer than a quarter of a second. */
function slotsFor(perSecond: number, slotMs: number): number | undefined {
  const perMs = perSecond / 1_000;
  const enough = (slots: number): boolean => erlangC(perMs, slotMs, slots).quantile(QUANTILE) <= PATIENCE_MS;
  if (!enough(MOST_SLOTS)) return undefined;
  // More slots never make anybody wait longer.
  let [few, many] = [0, MOST_SLOTS];
  while (many - few > 1) {
    const between = Math.floor((few + many) / 2);
    if (enough(between)) many = between;
    else few = between;
  }
  return many;
}

function processesOf(count: number): string {
  return count === 1 ? "one process" : `${count} processes`;
}

function seconds(ms: number): string {
  return number(ms / 1_000, 2);
}

function rate(perSecond: number): string {
  return number(perSecond, perSecond < 1 ? 2 : 1);
}

function number(value: number, digits: number): string {
  return new Intl.NumberFormat("en", { maximumFractionDigits: digits }).format(value);
}
