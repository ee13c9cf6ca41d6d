import type { Verdict } from "../../availability/promise.ts";
import type { ComparedTarget } from "../../compared-target.ts";
import type { MessageKey } from "../languages/en.ts";
import { entriesOf, type Context } from "../context.ts";
import type { Cell, Line, Section, Tone } from "../document.ts";
import { availabilityCell } from "./behaviour-cells.ts";
import { separated } from "./list.ts";

const VERDICTS: Readonly<Record<Verdict, readonly [MessageKey, Tone]>> = {
  kept: ["availability.kept", "good"],
  "not kept": ["availability.not-kept", "bad"],
  "nothing promised": ["availability.nothing-promised", "bad"],
  uncertain: ["availability.uncertain", "unknown"],
  unknown: ["unknown", "unknown"],
};

/** What contracts promise, what releases and deaths take, and whether that leaves what customers were promised. */
export function availabilitySection(context: Context): Section {
  const { comparison, words, numbers } = context;
  const [first] = comparison.targets;
  const percent = numbers.percentRange({
    low: first?.availability.objective.percent ?? 0,
    high: first?.availability.objective.percent ?? 0,
  });
  const minutes = numbers.count(first?.availability.objective.minutes ?? 0, 1);
  const right = (title: string) => ({ title, align: "right" as const });
  return {
    id: "availability",
    title: words.text("availability.title"),
    blocks: [
      {
        kind: "table",
        caption: words.text("availability.caption"),
        columns: [
          { title: words.text("costs.target"), align: "left" },
          right(words.text("availability.promise")),
          right(words.text("availability.allowed")),
          right(words.text("availability.gaps")),
          right(words.text("availability.down")),
          { title: words.text("availability.verdict", { percent }), align: "left" },
        ],
        rows: comparison.targets.map((target) => rowOf(target, context)),
      },
      { kind: "paragraph", line: words.line("available.about", { percent, minutes }) },
    ],
  };
}

/** Why nothing is promised, how long each gap is, and what a dead store takes along. */
export function outagesSection(context: Context): Section {
  const { comparison, words } = context;
  return {
    id: "outages",
    title: words.text("availability.outages"),
    isDetail: true,
    blocks: [{ kind: "list", items: comparison.targets.flatMap((target) => linesOf(target, context)) }],
  };
}

function rowOf(target: ComparedTarget, context: Context): readonly Cell[] {
  const { words, numbers } = context;
  const { allowedMinutes, gapMinutes, downMinutes, verdict } = target.availability;
  const minutes = (estimate: typeof allowedMinutes): Cell => ({
    line: [numbers.plainEstimate(estimate)],
    ...(estimate.kind === "unknown" ? { tone: "unknown" as const } : {}),
  });
  const [key, tone] = VERDICTS[verdict];
  return [
    { line: [target.name] },
    availabilityCell(target, context),
    minutes(allowedMinutes),
    minutes(gapMinutes),
    minutes(downMinutes.estimate),
    { line: [words.text(key)], tone },
  ];
}

function linesOf(
  { name: target, availability: { promised, gaps }, shape }: ComparedTarget,
  context: Context,
): Line[] {
  const { words, numbers, sources } = context;
  return [
    ...(promised.kind === "promised"
      ? []
      : [
          words.line("availability.why", {
            target,
            because: separated(
              promised.because.map((each) => [words.phrase(each)]),
              "; ",
            ),
          }),
        ]),
    ...gaps.map(({ of, what, seconds, how, sources: ids }) =>
      words.line("availability.gap", {
        target,
        of: separated([[of], [words.phrase(what)]]),
        seconds: sources.figure(numbers.estimate(seconds), entriesOf(ids, context)),
        how: words.phrase(how),
      }),
    ),
    words.line("availability.loses", { target, loses: words.phrase(shape.store.mayLose) }),
  ];
}
