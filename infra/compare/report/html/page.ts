import {
  textOf,
  type Block,
  type Cell,
  type Document,
  type Figure,
  type Inline,
  type Line,
  type Notes,
  type Section,
  type Table,
} from "../document.ts";
import type { Chart } from "../chart.ts";
import { escaped } from "./escape.ts";
import { STYLE } from "./style.ts";

/** Words of the page itself. */
export interface PageWords {
  readonly contents: string;
  /** After the name of a table that can be moved sideways. */
  readonly scrolls: string;
}

/** Draws a chart as SVG that takes its colours from the page. */
export type Draw = (chart: Chart) => string;

/** A report as one page that asks for nothing else: its policy forbids it. */
export function pageOf(document: Document, words: PageWords, draw: Draw): string {
  const { language, title, lead, sections, notes } = document;
  return `<!doctype html>
<html lang="${escaped(language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(title)}</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>${escaped(title)}</h1>
${lead.map((line) => `<p>${htmlOf(line, notes)}</p>`).join("\n")}
</header>
<nav aria-label="${escaped(words.contents)}">
<ol>
${[...sections, { id: "notes", title: notes.title }].map(({ id, title: name }) => `<li><a href="#${id}">${escaped(name)}</a></li>`).join("\n")}
</ol>
</nav>
<main>
${sections.map((section) => sectionOf(section, { notes, words, draw })).join("\n")}
</main>
<footer>
${notesOf(notes)}
</footer>
</body>
</html>
`;
}

interface Context {
  readonly notes: Notes;
  readonly words: PageWords;
  readonly draw: Draw;
}

function sectionOf({ id, title, blocks }: Section, context: Context): string {
  return `<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${escaped(title)}</h2>
${blocks.map((block, index) => blockOf(block, `${id}-${index}`, context)).join("\n")}
</section>`;
}

function blockOf(block: Block, id: string, { notes, words, draw }: Context): string {
  switch (block.kind) {
    case "paragraph":
      return `<p>${htmlOf(block.line, notes)}</p>`;
    case "list":
      return `<ul>\n${block.items.map((item) => `<li>${htmlOf(item, notes)}</li>`).join("\n")}\n</ul>`;
    case "table":
      return tableOf(block, notes, words);
    case "chart":
      return `<figure>
<figcaption id="${id}-title">${escaped(block.title)}</figcaption>
<div class="chart" role="region" tabindex="0" aria-label="${escaped(`${block.title} (${words.scrolls})`)}">
<div role="img" aria-labelledby="${id}-title" aria-describedby="${id}-words">${draw(block.chart)}</div>
</div>
<p class="words" id="${id}-words">${escaped(block.description)}</p>
</figure>`;
  }
}

/** On a narrow screen the table moves sideways by itself, also by the keyboard; the page never does. */
function tableOf({ caption, columns, rows }: Table, notes: Notes, { scrolls }: PageWords): string {
  return `<div class="table" role="region" tabindex="0" aria-label="${escaped(`${caption} (${scrolls})`)}">
<table>
<caption>${escaped(caption)}</caption>
<thead><tr>${columns.map(({ title, align }) => `<th scope="col" class="${align}">${escaped(title)}</th>`).join("")}</tr></thead>
<tbody>
${rows.map((row) => `<tr>${row.map((cell, index) => cellOf(cell, index === 0 ? "row" : (columns[index]?.align ?? "left"), notes)).join("")}</tr>`).join("\n")}
</tbody>
</table>
</div>`;
}

/** Characters that are kept on one line. */
const SHORT = 18;

function cellOf({ line, tone }: Cell, place: "row" | "left" | "right", notes: Notes): string {
  const isShort = textOf(line).length <= SHORT;
  const classes = [
    place === "row" ? "left" : place,
    ...(isShort ? ["short"] : []),
    ...(tone === undefined ? [] : [tone]),
  ].join(" ");
  const content = htmlOf(line, notes);
  return place === "row"
    ? `<th scope="row" class="${classes}">${content}</th>`
    : `<td class="${classes}">${content}</td>`;
}

function notesOf({ title, notes }: Notes): string {
  return `<section id="notes" aria-labelledby="notes-title">
<h2 id="notes-title">${escaped(title)}</h2>
<ol>
${notes.map(({ number, line, url }) => `<li id="note-${number}" value="${number}">${htmlOf(line, { title, notes })}${url === undefined ? "" : ` <a href="${escaped(url)}" rel="noreferrer">${escaped(url)}</a>`}</li>`).join("\n")}
</ol>
</section>`;
}

function htmlOf(line: Line, notes: Notes): string {
  return line.map((part) => inlineOf(part, notes)).join("");
}

function inlineOf(part: Inline, notes: Notes): string {
  if (typeof part === "string") return escaped(part);
  switch (part.kind) {
    case "figure":
      return figureOf(part, notes);
    case "strong":
      return `<strong>${escaped(part.text)}</strong>`;
    case "foreign":
      return `<span lang="${escaped(part.language)}">${escaped(part.text)}</span>`;
  }
}

function figureOf({ text, notes: numbers, madeOf }: Figure, { notes }: Notes): string {
  if (madeOf !== undefined)
    return `<a class="figure" href="#${madeOf.section}" title="${escaped(madeOf.words)}">${escaped(text)}</a>`;
  if (numbers.length === 0) return escaped(text);
  const title = numbers.map((number) => notes.find((note) => note.number === number)?.short ?? "").join("; ");
  const links = numbers.map((number) => `<a href="#note-${number}">${number}</a>`).join(",\u200b");
  return `<abbr title="${escaped(title)}">${escaped(text)}</abbr><sup>${links}</sup>`;
}
