import type { ComparedTarget } from "../../compared-target.ts";
import type { CostLine } from "../../cost/cost.ts";
import type { Context } from "../context.ts";
import type { Cell, Line, Section } from "../document.ts";
import { conjunction } from "./list.ts";

/** Of a target's bill: what sums link to. */
export function billId(target: string): string {
  return `bill-${target.replaceAll(/[^a-z0-9]+/gi, "-").toLowerCase()}`;
}

/** Every line of a target's bill, with what one costs, how many there are, and who says so. */
export function billSection(target: ComparedTarget, context: Context): Section {
  const { words, numbers } = context;
  const { hosting, ai, people } = target.cost;
  const lines = [...hosting.lines, ...ai.lines, ...people.lines];
  return {
    id: billId(target.name),
    title: words.text("bill.title", { target: target.name }),
    isDetail: true,
    blocks: [
      ...shapeLines(target, context).map((line) => ({ kind: "paragraph" as const, line })),
      {
        kind: "table",
        caption: words.text("bill.caption", { target: target.name, currency: numbers.currency }),
        columns: [
          { title: words.text("bill.item"), align: "left" },
          { title: words.text("bill.of"), align: "left" },
          { title: words.text("bill.unit-price"), align: "right" },
          { title: words.text("bill.quantity"), align: "right" },
          { title: words.text("bill.amount"), align: "right" },
        ],
        rows: lines.map((line) => rowOf(line, context)),
      },
    ],
  };
}

function shapeLines({ shape: { fleets, store }, remarks }: ComparedTarget, { words }: Context): Line[] {
  const shapes = fleets.map(({ name, host, region, size, processes }) =>
    words.line("bill.shape", {
      fleet: name,
      place: `${host}/${region}`,
      size,
      store: words.phrase(store.identity),
      processes: conjunction(
        processes.map((process) =>
          words.text("bill.processes", {
            count: process.least === process.most ? `${process.least}` : `${process.least}–${process.most}`,
            name: process.name,
          }),
        ),
        words,
      ),
    }),
  );
  return [...shapes, ...remarks.map((remark) => [words.phrase(remark)])];
}

function rowOf(line: CostLine, { words, numbers, sources }: Context): readonly Cell[] {
  const price = sources.figure(numbers.unitPrice(line.unitPrice), line.entries);
  const isUnknown = line.amount.kind === "unknown";
  return [
    { line: [words.phrase(line.what)] },
    { line: [words.phrase(line.of), ", ", words.text(`bill.basis.${line.basis}`)] },
    { line: words.line("bill.per", { price, unit: words.phrase(line.unit) }) },
    { line: [numbers.plainEstimate(line.quantity)] },
    {
      line: [
        numbers.plainMoney(line.amount),
        ...(line.paidFrom === undefined ? [] : [`, ${words.text("bill.paid-from")}`]),
      ],
      ...(isUnknown ? { tone: "unknown" as const } : {}),
    },
  ];
}
