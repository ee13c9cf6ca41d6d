import { THEN } from "../../analysis/evidence.ts";
import type { Explanation } from "../../analysis/explain.ts";
import type { ExplainedTotal } from "../../analysis/totals.ts";
import type { Verdict } from "../../analysis/verdict.ts";
import type { Cost } from "../../cost/cost.ts";
import type { MessageKey } from "../languages/en.ts";
import type { Context } from "../context.ts";
import type { Cell, Line, Section } from "../document.ts";
import { conjunction, separated } from "./list.ts";
import { quotation } from "./triggers.ts";

const VERDICTS: Readonly<Record<Verdict, MessageKey>> = {
  stands: "verdict.stands",
  wrong: "verdict.wrong",
  stale: "verdict.stale",
  unsupported: "verdict.unsupported",
  "not like for like": "verdict.not-like-for-like",
  "left out": "verdict.left-out",
  unknown: "verdict.unknown",
};

/** The analysis's own totals, beside what such stacks were really billed that month, and are on the day asked for. */
export function totalsSection(totals: readonly ExplainedTotal[], context: Context): Section {
  const { comparison, words, numbers } = context;
  const { day } = comparison;
  const month = THEN.slice(0, 7);
  // In the month of the analysis itself, "then" is what was asked for.
  const isThen = day.startsWith(month);
  const right = (title: string) => ({ title, align: "right" as const });
  return {
    id: "analysis",
    title: words.text("analysis.title"),
    blocks: [
      {
        kind: "table",
        caption: words.text("analysis.caption", { currency: numbers.currency }),
        columns: [
          { title: words.text("analysis.option"), align: "left" },
          right(words.text("analysis.printed")),
          right(words.text("analysis.lines")),
          right(words.text("analysis.before", { month: numbers.month(month) })),
          ...(isThen ? [] : [right(words.text("analysis.now", { day: numbers.day(day) }))]),
          { title: words.text("analysis.verdict"), align: "left" },
        ],
        rows: totals.map((total) => [
          { line: [quotation(total.title)] },
          { line: [quotation(total.printed)] },
          { line: [numbers.plainMoney({ ...total.said, currency: "USD" })] },
          costCell(isThen ? total.now : total.before, context),
          ...(isThen ? [] : [costCell(total.now, context)]),
          verdictCell(total.verdict, context),
        ]),
      },
      {
        kind: "paragraph",
        line: words.line("analysis.about", {
          after: isThen ? "" : words.text("analysis.and-now", { day: numbers.day(day) }),
        }),
      },
      { kind: "list", items: totals.flatMap((total) => linesOf(total, context)) },
    ],
  };
}

function costCell({ total, lines }: Cost, { numbers, sources }: Context): Cell {
  return {
    line: [
      sources.figure(
        numbers.plainMoney(total),
        lines.flatMap(({ entries }) => entries),
      ),
    ],
    ...(total.kind === "unknown" ? { tone: "unknown" as const } : {}),
  };
}

function linesOf({ title, lines, differs }: ExplainedTotal, { words, numbers }: Context): Line[] {
  const option = quotation(title);
  const own = separated(
    lines.map(({ what, usd }): Line => [
      quotation(what),
      ` ${numbers.plainMoney({ ...usd, currency: "USD" })}`,
    ]),
    "; ",
  );
  return [
    words.line("analysis.line", { option, lines: own }),
    ...(differs === undefined
      ? []
      : [words.line("analysis.differs", { option, because: words.phrase(differs) })]),
  ];
}

function verdictCell(verdict: Verdict, { words }: Context): Cell {
  const line = [words.text(VERDICTS[verdict])];
  if (verdict === "stands") return { line, tone: "good" };
  return { line, tone: verdict === "unknown" ? "unknown" : "bad" };
}

/** Then, now, verdict and source, claim by claim. */
export function claimsSection({ claims, verdicts }: Explanation, context: Context): Section {
  const { catalogue, comparison, words, numbers, sources } = context;
  const counts = Object.entries(verdicts).map(([verdict, count]) =>
    words.text("claims.count-part", {
      count: numbers.count(count),
      verdict: words.text(VERDICTS[verdict as Verdict]),
    }),
  );
  return {
    id: "claims",
    title: words.text("claims.title"),
    blocks: [
      {
        kind: "paragraph",
        line: words.line("claims.count", {
          count: numbers.count(claims.length),
          list: conjunction(counts, words),
        }),
      },
      {
        kind: "table",
        caption: words.text("claims.caption"),
        columns: [
          { title: words.text("claims.number"), align: "left" },
          { title: words.text("claims.then"), align: "left" },
          { title: words.text("claims.now"), align: "left" },
          { title: words.text("analysis.verdict"), align: "left" },
        ],
        rows: claims.map(({ number, quote, now, verdict, sources: said }) => {
          const entries = said.flatMap(({ id }) =>
            id === undefined ? [] : (catalogue.entry(id, comparison.day) ?? []),
          );
          return [
            { line: [`${number}`] },
            { line: [quotation(quote)] },
            { line: [words.phrase(now), ...(entries.length === 0 ? [] : [sources.figure("", entries)])] },
            verdictCell(verdict, context),
          ];
        }),
      },
    ],
  };
}
