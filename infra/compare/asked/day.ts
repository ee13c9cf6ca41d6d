import { quoted } from "../../stack-config/problems.ts";
import { OptionRefused } from "../option-refused.ts";

const DAY = /^(\d{4})-(\d{2})(?:-(\d{2}))?$/;
/** Nobody looked for prices before the analysis. */
const FIRST = "2025-01-01";

/**
 * Reads a day, or a month, of which it is the last day that has been: prices that changed in it are the new ones.
 * @param today ISO 8601
 * @throws OptionRefused
 */
export function parseDay(option: string, text: string, today: string): string {
  const refused = (expected: string) =>
    new OptionRefused(`${option}: expected ${expected}, such as 2025-01 or 2025-01-31, got ${quoted(text)}`);
  const [, year, month, day] = DAY.exec(text) ?? [];
  if (year === undefined || month === undefined) throw refused("a month or a day");
  const lastDay = new Date(Date.UTC(Number(year), Number(month), 0));
  const asked = day === undefined ? isoOf(lastDay) : text;
  if (Number(month) < 1 || Number(month) > 12 || isoOf(new Date(`${asked}T00:00:00Z`)) !== asked)
    throw refused("a month or a day that exists");
  if (asked < FIRST) throw refused(`${FIRST.slice(0, 7)} or later, from when on there are prices`);
  if (text > today) throw refused(`no day to come (today is ${today}), because nobody knows its prices`);
  return asked > today ? today : asked;
}

function isoOf(date: Date): string {
  return Number.isNaN(date.getTime()) ? "" : date.toISOString().slice(0, 10);
}
