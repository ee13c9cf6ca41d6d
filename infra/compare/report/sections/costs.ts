import { lowestOf } from "../../estimate.ts";
import type { ComparedTarget } from "../../compared-target.ts";
import type { Context } from "../context.ts";
import { entriesOf } from "../context.ts";
import { strong, type Block, type Cell, type Figure, type Line, type Section } from "../document.ts";
import { availabilityCell, objectiveCell } from "./behaviour-cells.ts";
import { billId } from "./bill.ts";
import { conjunction, separated } from "./list.ts";

/** What each target costs and how it does, a row each; then what one has to know to read it. */
export function costsSection(context: Context): Section {
  const { comparison, words } = context;
  const { targets } = comparison;
  return {
    id: "costs",
    title: words.text("costs.title"),
    blocks: [
      tableOf(context),
      ...(targets.length === 1 ? [] : [{ kind: "paragraph" as const, line: cheapestLine(context) }]),
      { kind: "paragraph", line: words.line("costs.about") },
      ...aiBlocks(context),
      ...peopleBlocks(context),
      ...dependsBlocks(targets, context),
      chartOf(context),
    ],
  };
}

function tableOf(context: Context): Block {
  const { comparison, words, numbers } = context;
  const seconds = numbers.count(comparison.objectiveMs / 1_000, 1);
  return {
    kind: "table",
    caption: words.text("costs.caption", { currency: numbers.currency }),
    columns: [
      { title: words.text("costs.target"), align: "left" },
      { title: words.text("costs.baseline"), align: "right" },
      { title: words.text("costs.usage"), align: "right" },
      { title: words.text("costs.total"), align: "right" },
      { title: words.text("costs.meets", { seconds }), align: "left" },
      { title: words.text("costs.available"), align: "left" },
      { title: words.text("costs.work"), align: "left" },
    ],
    rows: comparison.targets.map((target) => [
      { line: [target.name] },
      { line: [sumFigure(numbers.plainMoney(target.cost.hosting.baseline), target, context)] },
      usageCell(target, context),
      {
        line: [sumFigure(numbers.plainMoney(target.cost.hosting.total), target, context)],
        ...(target.cost.hosting.total.kind === "unknown" ? { tone: "unknown" as const } : {}),
      },
      objectiveCell(target, context),
      availabilityCell(target, context),
      workCell(target, context),
    ]),
  };
}

function sumFigure(text: string, { name }: ComparedTarget, { words }: Context): Figure {
  return {
    kind: "figure",
    text,
    notes: [],
    madeOf: { section: billId(name), words: words.text("figure.sum") },
  };
}

/** Without messages there is nothing to multiply, and the prices are listed below the table. */
function usageCell(target: ComparedTarget, context: Context): Cell {
  const { words, numbers, comparison } = context;
  const { usage } = target.cost.hosting;
  if (usage.kind === "known") return { line: [sumFigure(numbers.plainMoney(usage), target, context)] };
  const text =
    comparison.usage.messages === undefined ? words.text("costs.depends") : numbers.plainMoney(usage);
  return { line: [sumFigure(text, target, context)], tone: "unknown" };
}

function workCell({ name, work: { setupHours, upkeepHours } }: ComparedTarget, context: Context): Cell {
  const { words, numbers, sources, comparison } = context;
  const hours = ({ estimate, sources: ids }: typeof setupHours): Figure =>
    sources.figure(numbers.plainEstimate(estimate), entriesOf(ids, context));
  const upkeep = hours(upkeepHours);
  const line =
    name === comparison.current
      ? words.line("costs.work-current", { upkeep })
      : words.line("costs.work-known", { setup: hours(setupHours), upkeep });
  return { line };
}

function cheapestLine({ comparison: { targets }, words }: Context): Line {
  const costs = targets.map(({ name, cost: { hosting } }) => ({ name, total: hosting.total }));
  const most = Math.min(
    ...costs.map(({ total }) => (total.kind === "known" ? total.high : Number.POSITIVE_INFINITY)),
  );
  const possible = costs.filter(({ total }) => lowestOf(total) <= most).map(({ name }) => name);
  const [only, ...others] = possible;
  return others.length === 0 && only !== undefined
    ? words.line("costs.cheapest-one", { target: strong(only) })
    : words.line("costs.cheapest-open", { targets: conjunction(possible, words, "disjunction") });
}

/** The same for all, so that the first one's is everybody's. */
function aiBlocks({ comparison: { targets }, words, numbers, sources }: Context): Block[] {
  const ai = targets[0]?.cost.ai;
  if (ai === undefined) return [];
  if (ai.total.kind === "unknown") {
    const because = separated(ai.total.because.map((each) => [words.phrase(each)]));
    return [{ kind: "paragraph", line: words.line("costs.ai-unknown", { because }) }];
  }
  const entries = ai.lines.flatMap((line) => line.entries);
  const amount = sources.figure(numbers.money(ai.total), entries);
  return [{ kind: "paragraph", line: words.line("costs.ai", { amount }) }];
}

function peopleBlocks({ comparison: { targets, usage }, words, numbers }: Context): Block[] {
  if (usage.hourlyRate === undefined) return [];
  const list = targets
    .map(({ name, cost: { people } }) => `${name} ${numbers.money(people.total)}`)
    .join("; ");
  return [{ kind: "paragraph", line: words.line("costs.people", { list }) }];
}

function dependsBlocks(targets: readonly ComparedTarget[], { words, numbers, sources }: Context): Block[] {
  const items = targets.flatMap(({ name, cost: { hosting } }) =>
    hosting.lines
      .filter(({ basis, quantity }) => basis === "usage" && quantity.kind === "unknown")
      .map((line) =>
        words.line("costs.depends-line", {
          target: name,
          price: sources.figure(numbers.unitPrice(line.unitPrice), line.entries),
          unit: words.phrase(line.unit),
          what: words.phrase(line.what),
        }),
      ),
  );
  if (items.length === 0) return [];
  return [
    { kind: "paragraph", line: words.line("costs.depends-list") },
    { kind: "list", items },
  ];
}

function chartOf({ comparison: { targets }, words, numbers }: Context): Block {
  const least = (amount: ComparedTarget["cost"]["total"]): number => numbers.value(lowestOf(amount));
  return {
    kind: "chart",
    title: `${words.text("costs.chart")}, ${numbers.currency}`,
    description: words.text("costs.chart-words", {
      list: targets
        .map(({ name, cost }) =>
          words.text("costs.chart-part", { target: name, amount: numbers.money(cost.hosting.total) }),
        )
        .join("; "),
    }),
    chart: {
      kind: "bars",
      unit: "money",
      stacked: true,
      categories: targets.map(({ name }) => name),
      series: [
        {
          name: words.text("costs.baseline"),
          values: targets.map(({ cost }) => least(cost.hosting.baseline)),
        },
        { name: words.text("costs.usage"), values: targets.map(({ cost }) => least(cost.hosting.usage)) },
      ],
      whiskers: targets.map(({ cost: { hosting } }) => ({
        low: least(hosting.total),
        ...(hosting.total.kind === "known" ? { high: numbers.value(hosting.total.high) } : {}),
      })),
    },
  };
}
