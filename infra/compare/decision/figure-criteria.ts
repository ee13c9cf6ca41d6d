import type { Range } from "../estimate.ts";
import type { Criterion } from "./criteria.ts";
import { HOST_OPINIONS } from "./host-opinions.ts";
import type { Scale } from "./scale.ts";
import { judged, scoreOf, type Score } from "./score.ts";
import type { Figure } from "./target-facts.ts";
import { worstOf } from "./worst.ts";

/** Hours. */
const SETUP: Scale = { best: 1, worst: 100, spacing: "factor" };
/** Hours a month: half a working week is a job of its own. */
const UPKEEP: Scale = { best: 1, worst: 20, spacing: "factor" };
/** ms; a round trip in the same city, and one around the world. */
const BRAZIL: Scale = { best: 20, worst: 250, spacing: "factor" };
/** Minutes a month: 99.99% and 99%. The 99.9% that customers were promised are in the middle. */
const DOWN: Scale = { best: 4.38, worst: 438, spacing: "factor" };

export const setupCriterion: Criterion = {
  label: "Setup time",
  about:
    "Hours of work until it is there: 10 for 1 or less, 0 for 100 or more. None where production is already.",
  isOfTarget: true,
  score: ({ setupHours }) => ofFigure(setupHours, SETUP, "hours of work, once", hours),
};

export const maintenanceCriterion: Criterion = {
  label: "Maintenance",
  about: "Hours of work a month: 10 for 1 or less, 0 for 20 or more; judged where nobody counted them.",
  isOfTarget: true,
  score: ({ upkeepHours, plan }) => {
    if (upkeepHours.estimate.kind === "known")
      return ofFigure(upkeepHours, UPKEEP, "hours of work a month", hours);
    return worstOf(
      plan.fleets.map(({ host }): Score => {
        const opinion = HOST_OPINIONS[host]?.maintenance;
        return opinion === undefined
          ? ofFigure(upkeepHours, UPKEEP, "hours of work a month", hours)
          : judged(opinion.points, opinion.word, opinion.because);
      }),
    );
  },
};

export const reliabilityCriterion: Criterion = {
  label: "Reliability",
  about:
    "Minutes a month without answers, by contract and by our own measurements: 10 for 4.38 (99.99%), 0 for 438 (99%). " +
    "Where nobody promises anything it is unknown.",
  isOfTarget: true,
  score: ({ downMinutes }) =>
    ofFigure(downMinutes, DOWN, "published SLAs and measured take-overs, one after the other", minutes),
};

export const latencyCriterion: Criterion = {
  label: "Latency to Brazil",
  about: "Round trip between São Paulo and its processes: 10 for 20 ms or less, 0 for 250 ms or more.",
  isOfTarget: true,
  score: ({ brazilMs }) => ofFigure(brazilMs, BRAZIL, "measured round trips between the two places", ms),
};

function ofFigure(
  { estimate, sources, isOpinion }: Figure,
  scale: Scale,
  because: string,
  show: (range: Range) => string,
): Score {
  return scoreOf(estimate, scale, { because, sources, isJudgement: isOpinion === true, show });
}

const hours = shownIn("h");
const ms = shownIn("ms");
const minutes = shownIn("min");

function shownIn(unit: string): (range: Range) => string {
  return ({ low, high }) => {
    const [from, to] = [short(low), short(high)];
    return from === to ? `${from} ${unit}` : `${from} to ${to} ${unit}`;
  };
}

function short(value: number): string {
  return new Intl.NumberFormat("en", { maximumFractionDigits: value < 10 ? 1 : 0 }).format(value);
}
