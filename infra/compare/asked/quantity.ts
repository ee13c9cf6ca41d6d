import { quoted } from "../../stack-config/problems.ts";
import type { Range } from "../estimate.ts";
import { OptionRefused } from "../option-refused.ts";

const SUFFIXES: Readonly<Record<string, number>> = { "": 1, k: 1e3, m: 1e6 };
const QUANTITY = /^(\d{1,15}(?:\.\d{1,6})?)([km]?)$/i;

/**
 * Reads `500k`, `1.5M`, or `100k-500k` for what is between them.
 * @param most above it a slip of the finger is more likely than a number
 * @throws OptionRefused
 */
export function parseQuantity(option: string, text: string, most: number): Range {
  const expected = `a number from 0 to ${most.toLocaleString("en")}, with k or M, or two of them as low-high`;
  const refused = () => new OptionRefused(`${option}: expected ${expected}, got ${quoted(text)}`);
  const [low, high, ...rest] = text.split("-").map(numberIn);
  if (rest.length > 0 || low === undefined || (text.includes("-") && high === undefined)) throw refused();
  const range = { low, high: high ?? low };
  if (range.high > most || range.low > range.high) throw refused();
  return range;
}

function numberIn(text: string): number | undefined {
  const [, digits, suffix = ""] = QUANTITY.exec(text.trim()) ?? [];
  const factor = SUFFIXES[suffix.toLowerCase()];
  return digits === undefined || factor === undefined ? undefined : Number(digits) * factor;
}
