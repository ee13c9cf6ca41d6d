import Table3 from "cli-table3";
import { styleText } from "node:util";
import {
  textOf,
  type Block,
  type Cell,
  type Document,
  type Line,
  type Section,
  type Table,
  type Tone,
} from "./document.ts";

/** What a terminal is expected to show in a line. */
const WIDTH = 100;
const GAP = 2;
/** Where words allow no other. */
const NARROW_GAP = 1;
const COLORS = { good: "green", bad: "red", unknown: "yellow" } as const satisfies Record<
  Tone,
  "green" | "red" | "yellow"
>;

/**
 * A report for a terminal; charts are left out, since their numbers are in tables.
 * @param details with all sections, and the notes of what is in tables
 */
export function terminalTextOf(
  { title, lead, sections, notes }: Document,
  { details }: { readonly details: boolean },
): string {
  const shown = sections.filter(({ isDetail }) => details || isDetail !== true);
  const used = new Set(
    shown.flatMap(({ blocks }) =>
      blocks.flatMap((block) => (block.kind === "table" && !details ? [] : notesOf(block))),
    ),
  );
  const cited = notes.notes.filter(({ number }) => used.has(number));
  return [
    styleText("bold", title),
    ...lead.map((line) => wrapped(lineOf(line))),
    ...shown.flatMap((section) => sectionOf(section, details)),
    ...(cited.length === 0
      ? []
      : [
          styleText("bold", notes.title),
          cited
            .map(({ number, line, url }) =>
              hanging(`[${number}] `, `${textOf(line)}${url === undefined ? "" : ` ${url}`}`),
            )
            .join("\n"),
        ]),
  ].join("\n\n");
}

function sectionOf({ title, blocks }: Section, details: boolean): string[] {
  const [first, ...rest] = blocks
    .filter(({ kind }) => kind !== "chart")
    .map((block) => blockOf(block, details));
  return first === undefined ? [] : [`${styleText("bold", title)}\n${first}`, ...rest];
}

function blockOf(block: Block, details: boolean): string {
  switch (block.kind) {
    case "paragraph":
      return wrapped(lineOf(block.line));
    case "list":
      return block.items.map((item) => hanging("- ", lineOf(item))).join("\n");
    case "table":
      return tableOf(block, details);
    case "chart":
      return "";
  }
}

/** Without lines between columns: what is wider than a terminal is wrapped, the widest columns first. */
function tableOf({ columns, rows }: Table, details: boolean): string {
  const cells = rows.map((row) => row.map(({ line }) => (details ? lineOf(line) : textOf(line))));
  const { widths, gap } = layoutOf([columns.map(({ title }) => title), ...cells]);
  const table = new Table3({
    head: columns.map(({ title }) => title),
    colAligns: columns.map(({ align }) => align),
    colWidths: widths.map((width) => width + gap),
    wordWrap: true,
    chars: BORDERLESS,
    style: { head: [], border: [], "padding-left": 0, "padding-right": gap },
  });
  table.push(...rows.map((row, at) => row.map((cell, column) => toned(cells[at]?.[column] ?? "", cell))));
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}

const BORDERLESS = {
  ...{ top: "", "top-mid": "", "top-left": "", "top-right": "" },
  ...{ bottom: "", "bottom-mid": "", "bottom-left": "", "bottom-right": "" },
  ...{ left: "", "left-mid": "", mid: "", "mid-mid": "", right: "", "right-mid": "", middle: "" },
};

function toned(text: string, { tone }: Cell): string {
  return tone === undefined ? text : styleText(COLORS[tone], text);
}

/** As wide as the widest cell, and together no wider than a terminal where words allow it. */
function layoutOf(rows: readonly (readonly string[])[]): {
  readonly widths: readonly number[];
  readonly gap: number;
} {
  const columns = (rows[0] ?? []).map((_, column) => rows.map((row) => row[column] ?? ""));
  const widths = columns.map((cells) => longestOf(cells));
  // The first names the row: it is found by it.
  const narrowest = columns.map((cells, column) =>
    column === 0 ? longestOf(cells) : longestOf(cells.flatMap((cell) => cell.split(" "))),
  );
  const gap = widthOf(narrowest, GAP) > WIDTH ? NARROW_GAP : GAP;
  for (let over = widthOf(widths, gap) - WIDTH; over > 0; over--) {
    const widest = Math.max(...widths.filter((width, column) => width > (narrowest[column] ?? 0)), 0);
    const column = widths.findLastIndex((width, at) => width === widest && width > (narrowest[at] ?? 0));
    if (column === -1) break;
    widths[column] = widest - 1;
  }
  return { widths, gap };
}

function widthOf(widths: readonly number[], gap: number): number {
  return widths.reduce((sum, width) => sum + width + gap, 0) - gap;
}

function longestOf(texts: readonly string[]): number {
  return Math.max(0, ...texts.map((text) => text.length));
}

function lineOf(line: Line): string {
  return line
    .map((part) =>
      typeof part === "string" || part.kind !== "figure" || part.notes.length === 0
        ? textOf([part])
        : `${part.text} [${part.notes.join(",")}]`,
    )
    .join("");
}

function notesOf(block: Block): readonly number[] {
  const lines = {
    paragraph: () => (block.kind === "paragraph" ? [block.line] : []),
    list: () => (block.kind === "list" ? block.items : []),
    table: () => (block.kind === "table" ? block.rows.flatMap((row) => row.map(({ line }) => line)) : []),
    chart: () => [],
  }[block.kind]();
  return lines.flatMap((line) =>
    line.flatMap((part) => (typeof part !== "string" && part.kind === "figure" ? part.notes : [])),
  );
}

function wrapped(text: string): string {
  return hanging("", text);
}

/** Broken between words, and further lines under the first one's words. */
function hanging(sign: string, text: string): string {
  const lines: string[] = [];
  let line = sign;
  for (const word of text.split(" ")) {
    if (line.length > sign.length && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = " ".repeat(sign.length);
    }
    line += line.trim() === "" || line === sign ? word : ` ${word}`;
  }
  return [...lines, line].join("\n");
}
