import type { FleetCapacity } from "../../capacity/target.ts";
import { USUAL_PATTERN } from "../../capacity/pattern.ts";
import type { ComparedTarget } from "../../compared-target.ts";
import type { Estimate } from "../../estimate.ts";
import { entriesOf, type Context } from "../context.ts";
import type { Block, Cell, Line, Section } from "../document.ts";
import { objectiveCell, secondsOf } from "./behaviour-cells.ts";

const HOUR_SECONDS = 3_600;
const MONTH_DAYS = 365 / 12;

/** How fast answers are, at what rate a target is full, and what to set. */
export function capacitySection(context: Context): Section {
  const { comparison, words } = context;
  const seconds = context.numbers.count(comparison.objectiveMs / 1_000, 1);
  return {
    id: "capacity",
    title: words.text("capacity.title"),
    blocks: [
      tableOf(context, seconds),
      { kind: "paragraph", line: words.line("meets.about", { seconds }) },
      ...adviceBlocks(context),
      replyChart(context, seconds),
      ...dayCharts(context),
    ],
  };
}

/** What is assumed, and what is not in the times. */
export function assumptionsSection({ comparison: { targets }, words }: Context): Section {
  const said = targets.flatMap(({ capacity, availability }) => [
    ...capacity.assumptions,
    ...availability.assumptions,
    capacity.leftOut,
  ]);
  return {
    id: "assumptions",
    title: words.text("capacity.assumed"),
    isDetail: true,
    blocks: [{ kind: "list", items: [...new Set(said)].map((each) => [words.phrase(each)]) }],
  };
}

function tableOf(context: Context, seconds: string): Block {
  const { comparison, words, numbers } = context;
  const [first] = comparison.targets.flatMap(({ capacity }) => capacity.fleets);
  const right = (title: string) => ({ title, align: "right" as const });
  return {
    kind: "table",
    caption: words.text("capacity.caption"),
    columns: [
      { title: words.text("costs.target"), align: "left" },
      right(words.text("capacity.p50")),
      right(words.text("capacity.p95")),
      right(words.text("capacity.p99")),
      right(words.text("capacity.late", { seconds })),
      right(words.text("capacity.used")),
      right(words.text("capacity.saturation")),
      right(words.text("capacity.burst", { messages: numbers.count(first?.burst.messages ?? 0) })),
      right(words.text("capacity.rtt")),
      right(words.text("capacity.brazil")),
    ],
    rows: comparison.targets.flatMap((target) =>
      target.capacity.fleets.map((fleet) => rowOf(target, fleet, context)),
    ),
  };
}

function rowOf(target: ComparedTarget, fleet: FleetCapacity, context: Context): readonly Cell[] {
  const { numbers, sources } = context;
  const { reply, lateShare, utilisation, saturation, burst, storeRttMs } = fleet;
  const { brazilMs } = target.capacity;
  const name = target.capacity.fleets.length === 1 ? target.name : `${target.name}, ${fleet.fleet}`;
  const figure = ({ estimate, sources: ids }: typeof storeRttMs): Cell => ({
    line: [sources.figure(numbers.plainEstimate(estimate), entriesOf(ids, context))],
    ...(estimate.kind === "unknown" ? { tone: "unknown" as const } : {}),
  });
  const { tone } = objectiveCell(target, context);
  return [
    { line: [name] },
    timeCell(reply.p50, context),
    { ...timeCell(reply.p95, context), ...(tone === undefined ? {} : { tone }) },
    timeCell(reply.p99, context),
    shareCell(lateShare, context),
    shareCell(utilisation, context),
    estimateCell(saturation, context),
    estimateCell(burst.goneAfterSeconds, context),
    figure(storeRttMs),
    figure(brazilMs),
  ];
}

function timeCell(ms: Estimate, context: Context): Cell {
  return estimateCell(secondsOf(ms), context);
}

function estimateCell(estimate: Estimate, { numbers }: Context): Cell {
  return {
    line: [numbers.plainEstimate(estimate)],
    ...(estimate.kind === "unknown" ? { tone: "unknown" as const } : {}),
  };
}

function shareCell(share: Estimate, context: Context): Cell {
  if (share.kind === "unknown") return estimateCell(share, context);
  const { numbers } = context;
  return { line: [numbers.percentRange({ low: share.low * 100, high: share.high * 100 }, 1)] };
}

/** Those who are told the same are told together. */
function adviceBlocks({ comparison: { targets }, words }: Context): Block[] {
  const told = new Map<string, string[]>();
  for (const { name, capacity } of targets)
    for (const { advice } of capacity.fleets)
      for (const sentence of advice?.sentences ?? [])
        told.set(sentence, [...(told.get(sentence) ?? []), name]);
  const items = [...told].map(([sentence, names]): Line => [`${names.join(", ")}: `, words.phrase(sentence)]);
  return items.length === 0 ? [] : [{ kind: "list", items }];
}

function replyChart(
  { comparison: { targets, objectiveMs }, words, numbers }: Context,
  seconds: string,
): Block {
  const worst = (at: "p50" | "p95" | "p99") =>
    targets.map(({ capacity: { fleets } }) => {
      const times = fleets.map(({ reply }) => secondsOf(reply[at]));
      const known = times.flatMap((time) => (time.kind === "known" ? [time.high] : []));
      return known.length === 0 ? undefined : Math.max(...known);
    });
  return {
    kind: "chart",
    title: words.text("capacity.chart", { seconds }),
    description: words.text("capacity.chart-words"),
    chart: {
      kind: "bars",
      unit: "seconds",
      stacked: false,
      categories: targets.map(({ name }) => name),
      series: [
        { name: "p50", values: worst("p50") },
        { name: "p95", values: worst("p95") },
        { name: "p99", values: worst("p99") },
      ],
      limit: {
        at: objectiveMs / 1_000,
        label: `${words.text("capacity.objective")}, ${numbers.count(objectiveMs / 1_000, 1)} s`,
      },
    },
  };
}

/** What arrives by the hour beside what each can take, and who waits where that is not enough. */
function dayCharts({ comparison: { targets, usage }, words, numbers }: Context): Block[] {
  if (usage.messages === undefined) return [];
  const arrivals = hourly(usage.messages.high);
  const known = targets.flatMap(({ name, capacity: { saturation } }) =>
    saturation.kind === "known" ? [{ name, perSecond: saturation.low }] : [],
  );
  const day = (values: readonly number[]) => values.map((low, hour) => ({ x: hour, low }));
  const lines = (list: readonly string[], key: "capacity.day-words" | "capacity.backlog-words") =>
    words.text(key, { list: list.join("; ") });
  const x = { name: words.text("capacity.hour"), unit: "hour", isLog: false } as const;
  const waiting = known
    .map(({ name, perSecond }) => ({ name, backlog: backlogOf(arrivals, perSecond) }))
    .filter(({ backlog }) => Math.max(...backlog) > 0);
  const arrivalChart: Block = {
    kind: "chart",
    title: words.text("capacity.day"),
    description: lines(
      known.map(({ name, perSecond }) =>
        words.text("capacity.day-part", {
          target: name,
          rate: numbers.range({ low: perSecond, high: perSecond }),
        }),
      ),
      "capacity.day-words",
    ),
    chart: {
      kind: "lines",
      x,
      y: { name: words.text("capacity.per-second"), unit: "count", isLog: true },
      series: [
        { name: words.text("capacity.arrives"), points: day(arrivals) },
        ...known.map(({ name, perSecond }) => ({ name, points: day(arrivals.map(() => perSecond)) })),
      ],
    },
  };
  if (waiting.length === 0) return [arrivalChart];
  return [
    arrivalChart,
    {
      kind: "chart",
      title: words.text("capacity.backlog"),
      description: lines(
        waiting.map(({ name, backlog }) =>
          words.text("capacity.backlog-part", { target: name, count: numbers.count(Math.max(...backlog)) }),
        ),
        "capacity.backlog-words",
      ),
      chart: {
        kind: "lines",
        x,
        y: { name: words.text("capacity.waiting"), unit: "count", isLog: false },
        series: waiting.map(({ name, backlog }) => ({ name, points: day(backlog) })),
      },
    },
  ];
}

/** Messages per second at each hour of a day, and at its end. */
function hourly(messages: number): readonly number[] {
  const { curve } = USUAL_PATTERN;
  const total = curve.reduce((all, weight) => all + weight, 0);
  const rates = curve.map((weight) => ((messages / MONTH_DAYS) * weight) / total / HOUR_SECONDS);
  return [...rates, rates[0] ?? 0];
}

/** What is left over from hour to hour. */
function backlogOf(arrivals: readonly number[], perSecond: number): readonly number[] {
  let waiting = 0;
  return arrivals.map((rate) => {
    const before = waiting;
    waiting = Math.max(0, waiting + (rate - perSecond) * HOUR_SECONDS);
    return before;
  });
}
