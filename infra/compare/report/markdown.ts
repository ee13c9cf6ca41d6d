import type { Block, Cell, Document, Inline, Line, Section, Table } from "./document.ts";

/** A report as GitHub's Markdown; charts are said in words. */
export function markdownOf({ title, lead, sections, notes }: Document): string {
  return [
    `# ${title}`,
    ...lead.map(lineOf),
    ...sections.flatMap(sectionOf),
    ...(notes.notes.length === 0
      ? []
      : [
          `## ${notes.title}`,
          ...notes.notes.map(
            ({ number, line, url }) => `[^${number}]: ${lineOf(line)}${url === undefined ? "" : ` <${url}>`}`,
          ),
        ]),
  ]
    .join("\n\n")
    .concat("\n");
}

/** GitHub makes anchors of headings by their text, which is not ours: this one is what figures link to. */
function sectionOf({ id, title, blocks }: Section): string[] {
  return [`<a id="${id}"></a>\n\n## ${escaped(title)}`, ...blocks.map(blockOf)];
}

function blockOf(block: Block): string {
  switch (block.kind) {
    case "paragraph":
      return lineOf(block.line);
    case "list":
      return block.items.map((item) => `- ${lineOf(item)}`).join("\n");
    case "table":
      return tableOf(block);
    case "chart":
      return `*${escaped(block.title)}.* ${escaped(block.description)}`;
  }
}

function tableOf({ caption, columns, rows }: Table): string {
  const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [
    `**${escaped(caption)}**`,
    "",
    row(columns.map(({ title }) => escaped(title))),
    row(columns.map(({ align }) => (align === "right" ? "---:" : "---"))),
    ...rows.map((cells) => row(cells.map(cellOf))),
  ].join("\n");
}

function cellOf({ line }: Cell): string {
  return lineOf(line).replaceAll("|", "\\|");
}

function lineOf(line: Line): string {
  return line.map(inlineOf).join("");
}

function inlineOf(part: Inline): string {
  if (typeof part === "string") return escaped(part);
  switch (part.kind) {
    case "figure":
      return part.madeOf === undefined
        ? `${escaped(part.text)}${part.notes.map((number) => `[^${number}]`).join("")}`
        : `[${escaped(part.text)}](#${part.madeOf.section})`;
    case "strong":
      return `**${escaped(part.text)}**`;
    case "foreign":
      return escaped(part.text);
  }
}

/** What would be markup. */
function escaped(text: string): string {
  return text.replace(/[\\`*_[\]<>~$]/g, "\\$&");
}
