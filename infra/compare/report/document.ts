import type { Chart } from "./chart.ts";

/** A report in pure data: what is said, before anything is decided about how it looks. */
export interface Document {
  /** BCP 47. */
  readonly language: string;
  readonly title: string;
  /** What it was made for, in a few sentences. */
  readonly lead: readonly Line[];
  readonly sections: readonly Section[];
  readonly notes: Notes;
}

export interface Section {
  /** Unique in the document: what a link goes to. */
  readonly id: string;
  readonly title: string;
  /** What only a reader of the details wants: a terminal leaves it out unless asked. */
  readonly isDetail?: true;
  readonly blocks: readonly Block[];
}

export type Block = Paragraph | List | Table | ChartBlock;

interface Paragraph {
  readonly kind: "paragraph";
  readonly line: Line;
}

interface List {
  readonly kind: "list";
  readonly items: readonly Line[];
}

export interface Table {
  readonly kind: "table";
  readonly caption: string;
  readonly columns: readonly Column[];
  /** The first cell of each names its row. */
  readonly rows: readonly (readonly Cell[])[];
}

interface Column {
  readonly title: string;
  readonly align: "left" | "right";
}

export interface Cell {
  readonly line: Line;
  readonly tone?: Tone;
}

/** How good it is; said in words too. */
export type Tone = "good" | "bad" | "unknown";

interface ChartBlock {
  readonly kind: "chart";
  readonly title: string;
  /** What it shows, in words, for whoever does not see it. */
  readonly description: string;
  readonly chart: Chart;
}

/** A sentence, or part of one. */
export type Line = readonly Inline[];

export type Inline = string | Figure | Strong | Foreign;

/** A number and who says so. */
export interface Figure {
  readonly kind: "figure";
  readonly text: string;
  /** Numbers of notes. */
  readonly notes: readonly number[];
  /** Where it is made up of others: the section that has them, and what it is, in words. */
  readonly madeOf?: { readonly section: string; readonly words: string };
}

export interface Strong {
  readonly kind: "strong";
  readonly text: string;
}

/** A quotation, or what nobody translated. */
export interface Foreign {
  readonly kind: "foreign";
  readonly text: string;
  readonly language: string;
}

export interface Notes {
  readonly title: string;
  readonly notes: readonly Note[];
}

export interface Note {
  readonly number: number;
  readonly line: Line;
  /** In a few words, for whoever only points at the figure. */
  readonly short: string;
  readonly url?: string;
}

export function strong(text: string): Strong {
  return { kind: "strong", text };
}

/** As plain text. */
export function textOf(line: Line): string {
  return line.map((part) => (typeof part === "string" ? part : part.text)).join("");
}
