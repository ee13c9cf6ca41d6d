import type { Move } from "../../decision/staying.ts";
import type { Context } from "../context.ts";
import { strong, type Block, type Line, type Section } from "../document.ts";
import { conjunction } from "./list.ts";

/** Staying, and what each move would bring beside it. */
export function stayingSection({ comparison, words, numbers }: Context): Section {
  const { current, targets, moves } = comparison;
  const here = targets.find(({ name }) => name === current);
  const sure = moves.filter(({ payback }) => payback.kind === "after" && payback.months.high !== undefined);
  return {
    id: "staying",
    title: words.text("staying.title"),
    blocks: [
      ...(here === undefined
        ? []
        : [
            {
              kind: "paragraph" as const,
              line: words.line("staying.here", {
                target: strong(current),
                amount: numbers.money(here.cost.hosting.total),
              }),
            },
          ]),
      { kind: "list", items: moves.map((move) => moveLine(move, { words, numbers })) },
      {
        kind: "paragraph",
        line:
          sure.length === 0
            ? words.line("staying.better-stay")
            : words.line("staying.better-move", {
                targets: conjunction(
                  sure.map(({ to }) => to),
                  words,
                  "disjunction",
                ),
              }),
      },
      {
        kind: "paragraph",
        line: words.line("staying.assumed", {
          low: comparison.switchDays.low,
          high: comparison.switchDays.high,
        }),
      },
    ],
  };
}

function moveLine(
  { to, savesMonthly, costsOnce, payback }: Move,
  { words, numbers }: Pick<Context, "words" | "numbers">,
): Line {
  const target = strong(to);
  if (payback.kind === "never")
    return words.line("staying.never", { target, because: words.phrase(payback.because) });
  if (payback.kind === "unknown")
    return words.line("staying.unknown", {
      target,
      because: payback.because.flatMap((each, index) => [index === 0 ? "" : "; ", words.phrase(each)]),
    });
  const { low, high } = payback.months;
  const saves = savesText(savesMonthly, { words, numbers });
  const once = numbers.money({ ...costsOnce, currency: "USD" });
  return high === undefined
    ? words.line("staying.after-perhaps", { target, saves, once, months: numbers.count(low, 1) })
    : words.line("staying.after", { target, saves, once, months: numbers.range({ low, high }) });
}

function savesText(
  { low, high }: Move["savesMonthly"],
  { words, numbers }: Pick<Context, "words" | "numbers">,
): string {
  const money = (value: number): string =>
    value < 0 ? `−${numbers.usd({ low: -value, high: -value })}` : numbers.usd({ low: value, high: value });
  if (low !== undefined && high !== undefined) {
    if (low === high) return money(low);
    return low >= 0 ? numbers.usd({ low, high }) : `${money(low)} … ${money(high)}`;
  }
  if (low !== undefined) return words.text("staying.at-least", { low: money(low) });
  return high === undefined ? words.text("unknown") : words.text("staying.at-most", { high: money(high) });
}

/** At which volumes another target becomes the cheapest one. */
export function breakEvenSection(context: Context): Section {
  const { comparison, words, numbers } = context;
  const { cheapest, pairs, series, to: most } = comparison.breakEvens;
  const [only, ...others] = cheapest;
  const to = numbers.count(most);
  const spans: Line[] = cheapest.map(({ from, to: end, targets }) =>
    words.line(targets.length === 1 ? "breakeven.span" : "breakeven.span-open", {
      from: numbers.count(from),
      to: numbers.count(end),
      targets: conjunction(targets, words, "disjunction"),
    }),
  );
  const turns = pairs
    .filter(({ one, other }) => one === comparison.current || other === comparison.current)
    .flatMap(({ one, other, spans: parts }) =>
      parts.slice(1).flatMap(({ from, cheaper }) => {
        if (cheaper !== "one" && cheaper !== "other") return [];
        const [better, worse] = cheaper === "one" ? [one, other] : [other, one];
        return [words.line("breakeven.pair", { at: numbers.count(from), cheaper: better, other: worse })];
      }),
    );
  const summary: Block =
    only !== undefined && others.length === 0
      ? {
          kind: "paragraph",
          line: words.line(only.targets.length === 1 ? "breakeven.never" : "breakeven.never-open", {
            target: only.targets[0] ?? "",
            targets: conjunction(only.targets, words, "disjunction"),
            to,
          }),
        }
      : { kind: "list", items: spans };
  return {
    id: "break-evens",
    title: words.text("breakeven.title"),
    blocks: [
      summary,
      ...(turns.length === 0 ? [] : [{ kind: "list" as const, items: turns }]),
      {
        kind: "chart",
        title: words.text("breakeven.chart"),
        description: words.text("breakeven.chart-words", { to }),
        chart: {
          kind: "lines",
          x: { name: words.text("breakeven.x"), unit: "count", isLog: true },
          y: { name: words.text("breakeven.y", { currency: numbers.currency }), unit: "money", isLog: true },
          series: series.map(({ target, points }) => ({
            name: target,
            points: points.map(({ messages, low, high }) => ({
              x: messages,
              low: numbers.value(low),
              ...(high === undefined ? {} : { high: numbers.value(high) }),
            })),
          })),
          ...(comparison.usage.messages === undefined
            ? {}
            : {
                marks: [
                  { at: Math.max(1, comparison.usage.messages.high), label: words.text("breakeven.now") },
                ],
              }),
        },
      },
    ],
  };
}
