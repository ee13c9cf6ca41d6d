import { describe, expect, it } from "vitest";
import type { Comparison } from "../compare/comparison.ts";
import { documentOf } from "../compare/report/document-of.ts";
import type { Block, Document, Line } from "../compare/report/document.ts";
import { LANGUAGES, Words } from "../compare/report/words.ts";
import { markdownOf } from "../compare/report/markdown.ts";
import { terminalTextOf } from "../compare/report/text.ts";
import { UNKNOWN_USAGE } from "../compare/usage.ts";
import { comparisonOf, FULL_USAGE, type AskedComparison } from "./comparison-fixture.ts";

/** Of every host and store, and much of what their options are. */
const SPECS = [
  "local",
  "ecs-fargate:sa-east-1:nat:recommended",
  "fly:gru:volumeGb=1+upstash:payg",
  "fly:jnb+upstash:free",
  "railway:xlarge:two+upstash:payg:prodPack=true",
  "render:virginia:two:autoscaling=cpu+render-key-value:standard",
  "render:oregon:pro",
];

const CASES: readonly (readonly [string, AskedComparison])[] = [
  ["everything said", { isExplained: true, current: "render-current" }],
  ["nothing said", { usage: UNKNOWN_USAGE, isExplained: true }],
  ["January 2025", { day: "2025-01-31", isExplained: true }],
  ["every host and store", { specs: SPECS }],
  ["every host and store, nothing said", { specs: SPECS, usage: UNKNOWN_USAGE, day: "2025-01-31" }],
  [
    "too much for some",
    {
      usage: {
        ...FULL_USAGE,
        messages: { low: 3e7, high: 5e7 },
        profile: "fast-failover",
        ai: {
          inputTokens: { low: 1, high: 1 },
          outputTokens: { low: 1, high: 1 },
          cachedShare: { low: 0, high: 0 },
          model: "no-such-model",
        },
      },
    },
  ],
];

it("of one target alone says nothing of another", async () => {
  const { comparison, catalogue } = await comparisonOf({ specs: ["fly:gru"] });
  const document = documentOf(comparison, catalogue, "en");
  const ids = document.sections.map(({ id }) => id);
  expect(ids).toContain("costs");
  for (const id of ["staying", "break-evens"]) expect(ids).not.toContain(id);
  const text = terminalTextOf(document, { details: true });
  expect(text).toContain("fly:gru");
  expect(text).not.toMatch(/cheapest/);
});

describe.each(CASES)("a report, with %s,", (_, asked) => {
  it("is in Portuguese without an English sentence", async () => {
    const { comparison, catalogue } = await comparisonOf(asked);
    const document = documentOf(comparison, catalogue, "pt-BR");
    const foreign = linesOf(document).flatMap((line) =>
      line.flatMap((part) =>
        typeof part !== "string" && part.kind === "foreign" && part.language === "en" ? [part.text] : [],
      ),
    );
    expect(foreign).toEqual([]);
    const said = linesOf(document)
      .map((line) => line.map((part) => (typeof part === "string" ? part : part.text)).join(""))
      .filter((line) =>
        /\b(the|of|and|is|are|with|which|month|costs?|unknown)\b/i.test(withoutNames(line, comparison)),
      );
    expect(said).toEqual([]);
  });

  it("is no wider than 100 columns, and has each source that it names once", async () => {
    const { comparison, catalogue } = await comparisonOf(asked);
    for (const details of [false, true]) {
      const text = terminalTextOf(documentOf(comparison, catalogue, "en"), { details });
      // What is one word is not broken: a table of many targets by name may be wider.
      const isOfFew = comparison.targets.length <= 6 && !details;
      expect(
        isOfFew
          ? text.split("\n").filter((line) => plain(line).length > 100 && !/https?:\S{60}/.test(line))
          : [],
      ).toEqual([]);
      expect(numbersIn(text, /^\[(\d+)\] /gm)).toEqual(
        [...new Set(numbersIn(text, /\[([\d,]+)\]/g))].toSorted((one, other) => one - other),
      );
    }
  });

  it("has a note for each number in Markdown too", async () => {
    const { comparison, catalogue } = await comparisonOf(asked);
    const text = markdownOf(documentOf(comparison, catalogue, "en"));
    const cited = new Set(numbersIn(text, /\[\^(\d+)\](?!:)/g));
    const explained = numbersIn(text, /^\[\^(\d+)\]:/gm);
    expect(explained).toEqual([...cited].toSorted((one, other) => one - other));
    for (const [, target] of text.matchAll(/\]\(#([^)]+)\)/g)) expect(text).toContain(`<a id="${target}">`);
  });
});

describe("a language", () => {
  it("has a sentence for every key, with the same values in it", () => {
    const values = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).toSorted();
    const { en, ...others } = LANGUAGES;
    for (const { messages } of Object.values(others)) {
      expect(Object.keys(messages)).toEqual(Object.keys(en.messages));
      for (const [key, text] of Object.entries(messages)) {
        expect(text.trim()).not.toBe("");
        expect([key, values(text)]).toEqual([key, values(en.messages[key as keyof typeof en.messages])]);
      }
    }
  });

  it("says what nobody translated in English, and that it is", () => {
    expect(new Words("pt-BR").phrase("something new")).toEqual({
      kind: "foreign",
      text: "something new",
      language: "en",
    });
  });
});

/** What is said; sources are quoted, in the language that they are in. */
function linesOf({ title, lead, sections, notes }: Document): readonly Line[] {
  return [
    [title],
    ...lead,
    ...sections.flatMap((section) => [[section.title], ...section.blocks.flatMap(linesIn)]),
    ...notes.notes.map(({ short }) => [short]),
  ];
}

function linesIn(block: Block): readonly Line[] {
  switch (block.kind) {
    case "paragraph":
      return [block.line];
    case "list":
      return block.items;
    case "table":
      return [
        [block.caption],
        ...block.columns.map(({ title }) => [title]),
        ...block.rows.flatMap((row) => row.map(({ line }) => line)),
      ];
    case "chart":
      return [[block.title], [block.description]];
  }
}

/** Names of targets, ids and options are English words in any language. */
function withoutNames(line: string, { targets }: Comparison): string {
  return targets
    .reduce((text, { name }) => text.replaceAll(name, ""), line)
    .replace(/\S*[/_]\S*|--\S+|-\S+|“[^”]*”/g, "");
}

function numbersIn(text: string, pattern: RegExp): number[] {
  return [...text.matchAll(pattern)].flatMap(([, numbers = ""]) => numbers.split(",").map(Number));
}

/** Without colours. */
function plain(line: string): string {
  // eslint-disable-next-line no-control-regex
  return line.replace(/\u001B\[\d+m/g, "");
}
