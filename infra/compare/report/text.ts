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
const NARROWEST = 8;
const COLORS = { good: "green", bad: "red", unknown: "yellow" } as const satisfies Record<
  Tone,
  "green" | "red" | "yellow"
>;

/** A report for a terminal; charts are left out, since their numbers are in tables. */
export function terminalTextOf(
  { title, lead, sections, notes }: Document,
  { details }: { readonly details: boolean },
): string {
  const shown = sections.filter(({ isDetail }) => details || isDetail !== true);
  const used = new Set(shown.flatMap(({ blocks }) => blocks.flatMap(notesOf)));
  const cited = notes.notes.filter(({ number }) => used.has(number));
  return [
    styleText("bold", title),
    ...lead.map((line) => wrapped(lineOf(line))),
    ...shown.flatMap(sectionOf),
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

function sectionOf({ title, blocks }: Section): string[] {
  const [first, ...rest] = blocks.filter(({ kind }) => kind !== "chart").map(blockOf);
  return first === undefined ? [] : [`${styleText("bold", title)}\n${first}`, ...rest];
}

function blockOf(block: Block): string {
  switch (block.kind) {
    case "paragraph":
      return wrapped(lineOf(block.line));
    case "list":
      return block.items.map((item) => hanging("- ", lineOf(item))).join("\n");
    case "table":
      return tableOf(block);
    case "chart":
      return "";
  }
}

/** Without lines between columns: what is wider than a terminal is wrapped, the widest columns first. */
function tableOf({ columns, rows }: Table): string {
  const cells = rows.map((row) => row.map((cell) => lineOf(cell.line)));
  const widths = widthsOf([columns.map(({ title }) => title), ...cells]);
  const table = new Table3({
    head: columns.map(({ title }) => title),
    colAligns: columns.map(({ align }) => align),
    colWidths: widths.map((width) => width + GAP),
    wordWrap: true,
    chars: BORDERLESS,
    style: { head: [], border: [], "padding-left": 0, "padding-right": GAP },
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

/** As wide as the widest cell, and together no wider than a terminal. */
function widthsOf(rows: readonly (readonly string[])[]): number[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  // The first names the row: it is found by it.
  const shrinkable = () => Math.max(...widths.slice(1).filter((width) => width > NARROWEST), 0);
  const total = () => widths.reduce((sum, width) => sum + width + GAP, 0);
  while (total() > WIDTH + GAP) {
    const widest = shrinkable();
    if (widest === 0) break;
    widths[widths.lastIndexOf(widest)] = widest - 1;
  }
  return widths;
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
