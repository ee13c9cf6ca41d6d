import type { StackPlan } from "../../plan.ts";
import type { Figure } from "../decision/target-facts.ts";
import { sum, type Estimate } from "../estimate.ts";
import type { UsedFacts } from "../facts.ts";
import { gapsOf, USUAL_EVENTS, type Events, type Gap } from "./gaps.ts";
import {
  minutesAllowed,
  minutesBeside,
  nothingPromised,
  parallel,
  serial,
  verdictOn,
  type Promised,
  type Verdict,
} from "./promise.ts";
import { promisesOf, type PartPromise } from "./promises.ts";

/** What the 2025 analysis says was promised to customers, in percent of a month: 43.8 minutes. */
const CUSTOMERS_PROMISE = 99.9;

export interface AvailabilityParts extends UsedFacts {
  readonly events?: Events;
  /** Percent of a month that is promised to customers. */
  readonly objective?: number;
}

/** How much of a month a target answers: what contracts say of it, and what was measured. */
export interface TargetAvailability {
  readonly parts: readonly PartPromise[];
  /** Of all parts together. */
  readonly promised: Promised;
  /** Minutes of a month that the contracts let it be down. */
  readonly allowedMinutes: Estimate;
  readonly gaps: readonly Gap[];
  /** Minutes of a month that releases and deaths take. */
  readonly gapMinutes: Estimate;
  /** Both. */
  readonly downMinutes: Figure;
  readonly objective: { readonly percent: number; readonly minutes: number };
  readonly verdict: Verdict;
  /** What is assumed, each in a sentence. */
  readonly assumptions: readonly string[];
}

/** What is known of a plan's availability at that day; it asks nobody. */
export function availabilityOfPlan(plan: StackPlan, request: AvailabilityParts): TargetAvailability {
  const { usage, events = USUAL_EVENTS, objective: percent = CUSTOMERS_PROMISE } = request;
  const { fleets, store } = promisesOf(plan, usage.accounts, request);
  // Whoever lives takes the numbers of a fleet that is gone; without the store nobody answers.
  const host =
    fleets.length === 0
      ? nothingPromised("no fleet has work")
      : parallel(fleets.map((fleet) => fleet.promise));
  const promise = serial([host, store.promise]);
  const allowedMinutes = minutesAllowed(promise);
  const gaps = gapsOf(plan, request);
  const gapMinutes = sum(gaps.map(({ minutes }) => minutes));
  const down = sum([allowedMinutes, gapMinutes]);
  const parts = [...fleets, store];
  return {
    parts,
    promised: promise,
    allowedMinutes,
    gaps,
    gapMinutes,
    downMinutes: {
      estimate: down,
      sources: [...new Set([...parts, ...gaps].flatMap(({ sources }) => sources))],
    },
    objective: { percent, minutes: minutesBeside(percent) },
    verdict: verdictOn(promise, down, { percent }),
    assumptions: [
      `${shown(events.releases)} releases and ${shown(events.deaths)} processes that die are assumed in a month.`,
      "What the contracts allow is counted as if it happened; what the AI, WhatsApp and the internet do is not in it.",
      ...(fleets.length > 1 ? ["Fleets are taken to fail independently of each other."] : []),
    ],
  };
}

function shown({ low, high }: { readonly low: number; readonly high: number }): string {
  return low === high ? `${low}` : `${low} to ${high}`;
}
