import { readFile } from "node:fs/promises";
import fc from "fast-check";
import { stringify } from "yaml";
import { expect, test } from "vitest";
import { InvalidFile } from "../../yaml-file.ts";
import { catalogueOf, isInForce, loadCatalogue } from "./catalogue.ts";
import { ageInDays, isStale } from "./staleness.ts";

const RENT = {
  id: "shed/rent",
  about: "a shed",
  unit: "month",
  usd: 7,
  from: "2025-01-01",
  observed: "2026-11-01",
  source: "https://shed.example/prices",
  kind: "official",
  confidence: "A",
};

function textOf(entries: readonly object[], rest: object = {}): string {
  return stringify({ provider: "shed", review_days: 90, ...rest, entries });
}

function read(entries: readonly object[], rest: object = {}) {
  return catalogueOf([{ name: "shed.yaml", text: textOf(entries, rest) }]);
}

function problemsOf(entries: readonly object[], rest: object = {}): readonly string[] {
  try {
    read(entries, rest);
  } catch (error) {
    if (error instanceof InvalidFile) return error.problems;
    throw error;
  }
  return [];
}

test("an entry is in force from its first day to the one before its last", () => {
  const catalogue = read([
    { ...RENT, to: "2026-01-01" },
    { ...RENT, usd: [8, 9], from: "2026-01-01" },
  ]);
  expect(catalogue.entry("shed/rent", "2024-12-31")).toBeUndefined();
  expect(catalogue.entry("shed/rent", "2025-12-31")?.value).toEqual({ low: 7, high: 7 });
  expect(catalogue.entry("shed/rent", "2026-01-01")?.value).toEqual({ low: 8, high: 9 });
  expect(catalogue.history("shed/rent").map(({ validFrom }) => validFrom)).toEqual([
    "2025-01-01",
    "2026-01-01",
  ]);
});

test("what was renamed is found by both names", () => {
  const catalogue = read([{ ...RENT, aliases: ["shed/rent/0.5c-512mb"] }]);
  expect(catalogue.entry("shed/rent/0.5c-512mb", "2026-11-25")?.id).toBe("shed/rent");
});

test("what has to be so for it to hold, and what else is to say, is said", () => {
  const said = { condition: "with a roof", note: "dearer since" };
  const catalogue = read([
    { ...RENT, ...said },
    { ...RENT, id: "shed/light" },
  ]);
  expect(catalogue.entry("shed/rent", "2026-11-25")).toMatchObject(said);
  const other = catalogue.entry("shed/light", "2026-11-25");
  expect(other).not.toHaveProperty("condition");
  expect(other).not.toHaveProperty("note");
});

test("unknown is no price, and not 0", () => {
  const entry = read([{ ...RENT, usd: null, kind: "unsourced", confidence: "D" }]).entry(
    "shed/rent",
    "2026-11-25",
  );
  expect(entry).toMatchObject({ value: null, currency: "USD" });
});

test("what is the same for many is said once", () => {
  const { source, observed, kind, confidence, about, unit, ...bare } = RENT;
  const catalogue = read([{ ...bare, id: "shed/rent@north", by: "page" }], {
    sources: { page: { source, observed, kind, confidence } },
    items: { "shed/rent": { about, unit } },
  });
  expect(catalogue.entry("shed/rent@north", "2026-11-25")).toMatchObject({
    about,
    unit,
    source,
    sourceKind: kind,
    observedAt: observed,
  });
});

test.each([
  ["a source", { source: undefined }, /entries\.0(\.\w+)?: expected source of shed\/rent/],
  [
    "an unknown unit",
    { unit: "fortnight" },
    /:6: entries\.0\.unit: expected a unit: month;.*got "fortnight"/,
  ],
  ["ends in the wrong order", { usd: [9, 7] }, /entries\.0\.usd: expected a number from 0 on, \[low, high\]/],
  ["a negative price", { usd: -1 }, /entries\.0\.usd: expected a number from 0 on/],
  ["a price of words", { usd: "cheap" }, /entries\.0\.usd: expected a number.*got "cheap"/],
  ["dates in the wrong order", { to: "2024-12-31" }, /entries\.0\.to: expected a day after 2025-01-01/],
  [
    "no day",
    { from: "2025-13-01" },
    /entries\.0\.from: expected a day, such as 2026-11-22, got "2025-13-01"/,
  ],
  ["a day that no month has", { observed: "2026-02-30" }, /entries\.0\.observed: expected a day, such as/],
  ["price and fact", { fact: 1 }, /expected usd or fact of shed\/rent, one of them, got both/],
  [
    "neither price nor fact",
    { usd: undefined },
    /expected usd or fact of shed\/rent, one of them, got neither/,
  ],
  ["an unknown key", { prise: 7 }, /entries\.0\.prise: expected a known key, got an unknown one/],
  [
    "a source by a name that is none",
    { by: "page" },
    /entries\.0\.by: expected the name of one of this file's/,
  ],
  ["a rank that nobody can have", { confidence: "D" }, /entries\.0\.confidence: expected A, B or C/],
  ["a rank without a source", { kind: "unsourced" }, /entries\.0\.confidence: expected D, because nobody/],
  ["a kind of source that is none", { kind: "rumour" }, /entries\.0\.kind: expected official, harvested/],
])("%s is refused with file, line and key", (_what, change, expected) => {
  const [problem = "", ...others] = problemsOf([{ ...RENT, ...change }]);
  expect(problem).toMatch(expected);
  expect(problem).toMatch(/^shed\.yaml:\d+: /);
  expect(others).toEqual([]);
});

test("everything that is wrong is told at once, of all files", () => {
  const broken = { ...RENT, unit: "fortnight", from: "soon" };
  const files = ["one.yaml", "two.yaml"].map((name) => ({ name, text: textOf([broken]) }));
  expect(() => catalogueOf(files)).toThrow(
    expect.objectContaining({
      problems: [
        expect.stringMatching(/^one\.yaml:\d+: entries\.0\.unit/),
        expect.stringMatching(/^one\.yaml:\d+: entries\.0\.from/),
        expect.stringMatching(/^two\.yaml:\d+: entries\.0\.unit/),
        expect.stringMatching(/^two\.yaml:\d+: entries\.0\.from/),
      ],
    }),
  );
});

test("a key twice, and what is no YAML, is refused with its line", () => {
  const text = `${textOf([RENT])}    usd: 8\n`;
  expect(() => catalogueOf([{ name: "shed.yaml", text }])).toThrow(/^shed\.yaml:\d+: expected YAML/);
});

test("two entries under one name at once are refused, also in two files and by an alias", () => {
  const other = textOf([{ ...RENT, id: "barn/rent", aliases: ["shed/rent"], from: "2026-01-01" }]);
  expect(() =>
    catalogueOf([
      { name: "shed.yaml", text: textOf([RENT]) },
      { name: "barn.yaml", text: other },
    ]),
  ).toThrow(
    "barn.yaml:4: shed/rent: expected dates apart from those of shed.yaml:4 (from 2025-01-01 on), got from 2026-01-01 on",
  );
});

const day = fc
  .integer({ min: 0, max: 3_000 })
  .map((days) => new Date(Date.UTC(2024, 0, 1 + days)).toISOString().slice(0, 10));

test("at most one entry is in force under an id on any day, and what overlaps is refused always", () => {
  const dates = fc
    .tuple(day, fc.option(day, { nil: undefined }))
    .filter(([from, to]) => to === undefined || from < to);
  fc.assert(
    fc.property(
      fc.array(dates, { minLength: 1, maxLength: 6 }),
      fc.array(day, { maxLength: 20 }),
      (all, days) => {
        const entries = all.map(([from, to], index) => ({ ...RENT, from, ...(to && { to }), usd: index }));
        const isOverlapping = all.some(([from, to], index) =>
          all
            .slice(index + 1)
            .some(
              ([otherFrom, otherTo]) =>
                (to === undefined || otherFrom < to) && (otherTo === undefined || from < otherTo),
            ),
        );
        const problems = problemsOf(entries);
        expect(problems.length > 0).toBe(isOverlapping);
        if (isOverlapping) return;
        const catalogue = read(entries);
        for (const one of [...days, ...all.map(([from]) => from)]) {
          const inForce = catalogue.entries.filter((entry) => isInForce(entry, one));
          expect(inForce.length).toBeLessThanOrEqual(1);
          expect(catalogue.entry("shed/rent", one)).toBe(inForce[0]);
        }
      },
    ),
    { numRuns: 60 },
  );
});

test("what was seen longer ago than its provider's prices stay is stale, while it is in force", () => {
  const catalogue = read([
    { ...RENT, observed: "2026-08-01" },
    { ...RENT, id: "shed/old", observed: "2025-01-01", to: "2026-01-01" },
  ]);
  const [rent, old] = catalogue.entries;
  if (rent === undefined || old === undefined) throw new Error("expected two entries");
  expect([ageInDays(rent, "2026-10-30"), isStale(rent, catalogue, "2026-10-30")]).toEqual([90, false]);
  expect([ageInDays(rent, "2026-10-31"), isStale(rent, catalogue, "2026-10-31")]).toEqual([91, true]);
  expect(ageInDays(rent, "2026-07-01")).toBe(0);
  expect(isStale(old, catalogue, "2026-10-31")).toBe(false);
});

test("of some providers, only their files are read", async () => {
  const { entries, providers } = await loadCatalogue({ providers: ["railway", "upstash"] });
  expect([...new Set(entries.map(({ file }) => file))]).toEqual(["railway.yaml", "upstash.yaml"]);
  expect(Object.keys(providers)).toEqual(["railway", "upstash"]);
});

test("an entry is where it says it is", async () => {
  const { entries } = await loadCatalogue({ providers: ["fly"] });
  const lines = (await readFile(new URL("fly.yaml", import.meta.url), "utf8")).split("\n");
  for (const { id, line } of entries) expect(lines[line - 1]).toContain(`id: ${id}`);
});
