import type { Line } from "../document.ts";
import type { Words } from "../words.ts";

/** Names as the language lists them: `a, b and c`, or `a, b or c`. */
export function conjunction(
  names: readonly string[],
  { language }: Words,
  type: "conjunction" | "disjunction" = "conjunction",
): string {
  return new Intl.ListFormat(language, { type }).format(names);
}

/** With something between them. */
export function separated(lines: readonly Line[], by = ", "): Line {
  return lines.flatMap((line, index) => (index === 0 ? [line] : [[by], line])).flat();
}
