import type { Columns, Reason, Review } from "../../review/review.ts";
import type { MessageKey } from "../languages/en.ts";
import type { Context } from "../context.ts";
import type { Cell, Line, Section } from "../document.ts";
import { separated } from "./list.ts";

const COLUMNS = {
  projected: "review.projected",
  measured: "review.measured",
  invoiced: "review.invoiced",
} as const satisfies Record<keyof Columns, MessageKey>;

/** What was expected, what was measured and what was billed, side by side, and why they differ. */
export function reviewSection(review: Review, context: Context): Section {
  const { comparison, words, numbers } = context;
  const { current: target } = comparison;
  const { currency } = numbers;
  const caption =
    review.month === undefined
      ? words.text("review.caption", { target, currency })
      : words.text("review.caption-month", { target, currency, month: numbers.month(review.month) });
  const right = (key: MessageKey) => ({ title: words.text(key), align: "right" as const });
  const columns = Object.values(COLUMNS);
  return {
    id: "review",
    title: words.text("review.title"),
    blocks: [
      {
        kind: "table",
        caption,
        columns: [
          { title: words.text("review.line"), align: "left" },
          ...columns.map(right),
          { title: words.text("review.why"), align: "left" },
        ],
        rows: [
          ...review.providers.flatMap((provider) => [
            rowOf(
              [words.text("review.all-of", { provider: provider.provider })],
              provider,
              provider.reasons,
              context,
            ),
            ...provider.rows.map((row) => rowOf([words.phrase(row.what)], row, row.reasons, context)),
          ]),
          rowOf([words.text("review.total")], review.total, review.reasons, context),
        ],
      },
    ],
  };
}

function rowOf(name: Line, columns: Columns, reasons: readonly Reason[], context: Context): readonly Cell[] {
  const { words, numbers } = context;
  return [
    { line: name },
    ...(Object.keys(COLUMNS) as (keyof Columns)[]).map((column): Cell => {
      const amount = columns[column];
      return { line: [amount === undefined ? words.text("review.none") : numbers.plainMoney(amount)] };
    }),
    {
      line: separated(
        reasons.map((reason) => reasonLine(reason, context)),
        "; ",
      ),
    },
  ];
}

function reasonLine(reason: Reason, { words, numbers }: Context): Line {
  const column = (name: keyof Columns): string => words.text(COLUMNS[name]);
  switch (reason.kind) {
    case "price-changed":
      return words.line("review.price-changed", {
        from: numbers.unitPrice(reason.from),
        to: numbers.unitPrice(reason.to),
      });
    case "quantity-changed":
      return words.line("review.quantity-changed", {
        from: numbers.estimate(reason.from),
        to: numbers.estimate(reason.to),
        unit: words.phrase(reason.unit),
      });
    case "missing":
      return words.line("review.missing", { column: column(reason.in) });
    case "unknown":
      return words.line("review.unknown", {
        column: column(reason.in),
        because: separated(reason.because.map((each) => [words.phrase(each)])),
      });
    case "more":
      return words.line("review.more", { by: numbers.money(reason.by), column: column(reason.than) });
    case "less":
      return words.line("review.less", { by: numbers.money(reason.by), column: column(reason.than) });
    case "agrees":
      return words.line("review.agrees", { column: column(reason.with) });
  }
}
