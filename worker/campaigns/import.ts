import { setImmediate as others } from "node:timers/promises";
import { type Audience, InvalidAudience, type Listed, listed } from "./audience.ts";
import { phoneNumberOf } from "./phone-number.ts";
import { render, required, type Template, variablesOf } from "./template.ts";

/** Somebody a campaign goes to, with what its template needs to know of them. */
export interface CampaignRecipient {
  /** Digits with the country's code. */
  readonly number: string;
  readonly values: Readonly<Record<string, string>>;
}

/** Who is not in a campaign, and why. */
export interface LeftOut {
  /** Reason → how many. */
  readonly counts: Readonly<Record<string, number>>;
  /** The first ones. */
  readonly lines: readonly { readonly line: number; readonly reason: string }[];
}

/** More is refused: no number could send as much while it matters. */
const RECIPIENTS_MAX = 200_000;
const LINES_KEPT = 100;
const TEXT_MAX = 4_096;
/** After so many rows, others get their turn: a file of rows that are all left out would keep the process busy. */
const ROWS_AT_ONCE = 250;
/** Control characters, and what a decoder puts in the place of what it cannot read. */
const UNREADABLE = /(?![\t\n\r])\p{Cc}|\uFFFD/u;

/**
 * Reads an audience, one row at a time: what is kept of all of them are the numbers, each once.
 * @param take is given everybody who is in the campaign
 * @throws InvalidAudience
 */
export async function importAudience(
  audience: Audience,
  template: Template,
  take: (recipient: CampaignRecipient) => Promise<void>,
): Promise<{ total: number; leftOut: LeftOut }> {
  const names = variablesOf(template);
  const needed = required(template);
  // Numbers have at most 15 digits: half the memory that strings take.
  const seen = new Set<number>();
  const counts: Record<string, number> = {};
  const lines: { line: number; reason: string }[] = [];
  let rows = 0;
  for await (const row of listed(audience)) {
    if (++rows % ROWS_AT_ONCE === 0) await others();
    const values = Object.fromEntries(
      names.filter((name) => Object.hasOwn(row.values, name)).map((name) => [name, row.values[name] ?? ""]),
    );
    const number = phoneNumberOf(row.number);
    const reason = whyNot(row, number, values, seen, needed, template);
    if (reason === undefined && number !== undefined) {
      seen.add(Number(number));
      if (seen.size > RECIPIENTS_MAX)
        throw new InvalidAudience(`audience: expected at most ${RECIPIENTS_MAX} recipients, got more`);
      await take({ number, values });
      continue;
    }
    const told = reason ?? "not a phone number";
    counts[told] = (counts[told] ?? 0) + 1;
    if (lines.length < LINES_KEPT) lines.push({ line: row.line, reason: told });
  }
  return { total: seen.size, leftOut: { counts, lines } };
}

function whyNot(
  { number: written, unclosed }: Listed,
  number: string | undefined,
  values: Readonly<Record<string, string>>,
  seen: ReadonlySet<number>,
  needed: readonly string[],
  template: Template,
): string | undefined {
  // Before anything is made of it: its values are other people's rows.
  if (unclosed) return "several lines in one: a quote is not closed";
  if (written.trim() === "") return "no phone number";
  if (number === undefined) return "not a phone number";
  if (seen.has(Number(number))) return "the same number again";
  const missing = needed.find((name) => (values[name] ?? "").trim() === "");
  if (missing !== undefined) return `no value for {{${missing}}}`;
  const given = Object.values(values);
  if (given.some((value) => UNREADABLE.test(value) || !value.isWellFormed()))
    return "characters that cannot be read";
  const tooLong = `a text of more than ${TEXT_MAX} characters`;
  // Not put together first: a template may have a value in it hundreds of times.
  if (given.some((value) => value.trim().length > TEXT_MAX)) return tooLong;
  const text = render(template, values);
  if (text.trim() === "") return "no text";
  return text.length > TEXT_MAX ? tooLong : undefined;
}
