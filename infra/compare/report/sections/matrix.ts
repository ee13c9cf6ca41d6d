import { CRITERION_IDS } from "../../decision/criterion-ids.ts";
import { CRITERIA } from "../../decision/criteria.ts";
import type { Score } from "../../decision/score.ts";
import { entriesOf, type Context } from "../context.ts";
import type { Cell, Line, Section } from "../document.ts";
import { separated } from "./list.ts";

/** Who comes first, by weighted points. */
export function rankingSection(context: Context): Section {
  const { comparison, words, numbers } = context;
  const { rows } = comparison.matrix;
  return {
    id: "ranking",
    title: words.text("matrix.title"),
    blocks: [
      { kind: "paragraph", line: words.line("matrix.about") },
      {
        kind: "table",
        caption: words.text("matrix.ranking"),
        columns: [
          { title: words.text("costs.target"), align: "left" },
          { title: words.text("matrix.place"), align: "right" },
          { title: words.text("matrix.points"), align: "right" },
          { title: words.text("matrix.open"), align: "left" },
        ],
        rows: rows.map(({ target, place, total, unknown }) => [
          { line: [target] },
          { line: [numbers.range(place)] },
          { line: [numbers.range(total)] },
          {
            line: separated(unknown.map((id) => [words.phrase(CRITERIA[id].label)])),
            ...(unknown.length === 0 ? {} : { tone: "unknown" as const }),
          },
        ]),
      },
    ],
  };
}

/** Each criterion for each target, and why; once for those that have it for the same reason. */
export function matrixSection(context: Context): Section {
  const { comparison, words, numbers } = context;
  const { rows, weights } = comparison.matrix;
  const counted = CRITERION_IDS.filter((id) => weights[id] > 0);
  return {
    id: "matrix",
    title: words.text("matrix.caption"),
    isDetail: true,
    blocks: [
      {
        kind: "table",
        caption: words.text("matrix.caption"),
        columns: [
          { title: words.text("matrix.criterion"), align: "left" },
          ...rows.map(({ target }) => ({ title: target, align: "right" as const })),
        ],
        rows: counted.map((id) => [
          {
            line: [
              words.phrase(CRITERIA[id].label),
              ...(weights[id] === 1
                ? []
                : [`, ${words.text("matrix.weight", { weight: numbers.count(weights[id], 2) })}`]),
            ],
          },
          ...rows.map(({ scores }) => scoreCell(scores[id], context)),
        ]),
      },
      {
        kind: "list",
        items: counted.flatMap((id) => {
          const reasons = Map.groupBy(rows, ({ scores }) => `${scores[id].value}\n${scores[id].because}`);
          return [...reasons.values()].flatMap((same) => {
            const score = same[0]?.scores[id];
            const names = same.map(({ target }) => target).join(", ");
            return score === undefined ? [] : [reasonLine(CRITERIA[id].label, names, score, context)];
          });
        }),
      },
    ],
  };
}

function scoreCell({ points, basis }: Score, { words, numbers }: Context): Cell {
  const shown = numbers.range(points);
  if (basis === "judgement") return { line: [`${shown}, ${words.text("matrix.judged")}`] };
  return basis === "unknown" ? { line: [shown], tone: "unknown" } : { line: [shown] };
}

function reasonLine(
  label: string,
  target: string,
  { value, because, sources: ids }: Score,
  context: Context,
): Line {
  const { words, sources } = context;
  const phrase = words.phrase(value);
  const entries = entriesOf(ids, context);
  return words.line("matrix.reason", {
    criterion: words.phrase(label),
    target,
    value: typeof phrase === "string" && entries.length > 0 ? sources.figure(phrase, entries) : phrase,
    because: words.phrase(because),
  });
}
