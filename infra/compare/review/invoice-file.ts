import { z } from "zod";
import { field } from "../../stack-config/field.ts";
import { InvalidFile, readYaml } from "../../yaml-file.ts";

/** Of the file's form. */
const INVOICES_VERSION = 1;
/** No bill of this is as high; a slip of the finger is. */
const MOST = 1e9;

/** A line of an invoice, in USD. */
export interface InvoiceLine {
  /** As the first part of the catalogue's ids names it: `render`, `upstash`; `ai` for the AI. */
  readonly provider: string;
  readonly what: string;
  /** Catalogue's id of what it is; without it the line counts for its provider as a whole. */
  readonly price?: string;
  /** A credit is negative. */
  readonly usd: number;
}

/** What providers have billed for a month. */
export interface Invoices {
  /** ISO 8601: `2026-10`. */
  readonly month: string;
  readonly lines: readonly InvoiceLine[];
}

function text(about: string, expected: string, pattern = /\S/) {
  return field(z.string().regex(pattern).max(200), { about, expected });
}

const amount = field(z.number().min(-MOST).max(MOST), {
  about: "As it is on the invoice; a credit is negative.",
  expected: `an amount from -${MOST} to ${MOST}`,
});

const schema = z.strictObject({
  version: field(z.literal(INVOICES_VERSION), {
    about: "Of this file's form.",
    expected: `version ${INVOICES_VERSION}, which is what this oxy reads`,
  }),
  month: text("Which month was billed.", "a month, such as 2026-10", /^\d{4}-(0[1-9]|1[0-2])$/),
  invoices: field(
    z
      .array(
        z.strictObject({
          provider: text(
            "Who bills.",
            "a provider as the catalogue names it, such as render; ai for the AI",
            /^[a-z0-9-]{1,40}$/,
          ),
          currency: field(z.enum(["USD", "BRL"]).default("USD"), {
            about: "Of the amounts.",
            expected: "USD or BRL",
          }),
          brl_per_usd: field(z.number().min(0.01).max(1_000).optional(), {
            about: "What a dollar cost, taxes included; with currency BRL.",
            expected: "how many BRL a USD cost, taxes included",
          }),
          lines: field(
            z
              .array(
                z.strictObject({
                  what: text("As the invoice names it.", "a text"),
                  price: text(
                    "The catalogue's id of it.",
                    "an id of the catalogue, such as render/instance/starter",
                    /^[a-z0-9][a-z0-9./@-]{1,99}$/,
                  ).optional(),
                  amount,
                }),
              )
              .min(1),
            { about: "Of the invoice.", expected: "a list of lines, one at the least" },
          ),
        }),
      )
      .min(1),
    { about: "By provider.", expected: "a list of invoices, one at the least" },
  ),
});

/**
 * Reads what was billed.
 * @param name as it is shown
 * @throws InvalidFile with file and line of every problem
 */
export function readInvoices(name: string, content: string): Invoices {
  const file = readYaml(name, content, schema);
  const { month, invoices } = file.value;
  const problems = invoices.flatMap(({ currency, brl_per_usd: rate, provider, lines }, index) => [
    ...(currency === "BRL" && rate === undefined
      ? [
          file.problem(
            ["invoices", index, "brl_per_usd"],
            "it with currency BRL: what a dollar cost",
            "nothing",
          ),
        ]
      : []),
    ...(currency === "USD" && rate !== undefined
      ? [file.problem(["invoices", index, "brl_per_usd"], "it with currency BRL only", `${rate}`)]
      : []),
    ...lines.flatMap(({ price }, line) =>
      price === undefined || providerOf(price) === provider
        ? []
        : [
            file.problem(
              ["invoices", index, "lines", line, "price"],
              `an id that begins with ${provider}/`,
              `"${price}"`,
            ),
          ],
    ),
  ]);
  if (problems.length > 0) throw new InvalidFile(problems);
  const lines = invoices.flatMap(({ provider, brl_per_usd: rate = 1, lines: billed }) =>
    billed.map(({ what, price, amount: given }): InvoiceLine => ({
      provider,
      what,
      ...(price === undefined ? {} : { price }),
      usd: given / rate,
    })),
  );
  return { month, lines };
}

/** Whose price an id is. */
export function providerOf(price: string): string {
  return price.split("/")[0] ?? price;
}
