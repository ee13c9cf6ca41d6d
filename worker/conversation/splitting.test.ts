import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { partsOf, upToLastSentence } from "./splitting.ts";

const segmenter = new Intl.Segmenter("pt", { granularity: "grapheme" });
/** Characters as people see them, but for white space. */
const seen = (text: string): string[] =>
  [...segmenter.segment(text)].map(({ segment }) => segment).filter((segment) => segment.trim() !== "");

/** Words of whole characters (flags, families, accents), between blanks, lines and paragraphs. */
const text = fc
  .array(
    fc.oneof(
      { weight: 6, arbitrary: fc.string({ unit: "grapheme", maxLength: 12 }) },
      { weight: 4, arbitrary: fc.constantFrom(" ", "\n", "\n\n", ". ", "! ", "  ") },
      { weight: 1, arbitrary: fc.string({ unit: "grapheme", minLength: 30, maxLength: 90 }) },
    ),
    { maxLength: 60 },
  )
  .map((pieces) => pieces.join(""));
const length = fc.integer({ min: 20, max: 80 });

describe("any text", () => {
  test("comes in parts that are none of them longer than told, nor empty", () => {
    fc.assert(
      fc.property(text, length, (given, longest) => {
        for (const part of partsOf(given, { length: longest, parts: Infinity })) {
          expect(part.length).toBeLessThanOrEqual(longest);
          expect(part.trim()).not.toBe("");
        }
      }),
    );
  });

  test("loses nothing but white space, keeps its order, and no character is cut in two", () => {
    fc.assert(
      fc.property(text, length, (given, longest) => {
        const parts = partsOf(given, { length: longest, parts: Infinity });
        expect(parts.flatMap(seen)).toEqual(seen(given));
      }),
      { numRuns: 500 },
    );
  });

  test("stays well-formed, whatever it consists of", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary", maxLength: 300 }),
        fc.integer({ min: 2, max: 9 }),
        (given, longest) => {
          const parts = partsOf(given.toWellFormed(), { length: longest, parts: Infinity });
          expect(parts.every((part) => part.isWellFormed())).toBe(true);
          expect(parts.join("").replaceAll(/\s/g, "")).toBe(given.toWellFormed().replaceAll(/\s/g, ""));
        },
      ),
    );
  });

  test("has no more parts than told, which are the first ones", () => {
    fc.assert(
      fc.property(text, length, fc.integer({ min: 1, max: 4 }), (given, longest, most) => {
        const all = partsOf(given, { length: longest, parts: Infinity });
        const parts = partsOf(given, { length: longest, parts: most });
        expect(parts).toHaveLength(Math.min(most, all.length));
        expect(parts.slice(0, -1)).toEqual(all.slice(0, parts.length - 1));
        expect(all[parts.length - 1] ?? "").toContain(parts.at(-1) ?? "");
      }),
    );
  });
});

test.each([
  ["between paragraphs", `${"a".repeat(12)}\n\n${"b".repeat(5)}. c\nd e`, ["a".repeat(12), "bbbbb. c\nd e"]],
  ["between lines", `${"a".repeat(12)}\n${"b".repeat(5)}. ccccc`, ["a".repeat(12), "bbbbb. ccccc"]],
  ["between sentences", "Um dois três. Quatro cinco.", ["Um dois três.", "Quatro cinco."]],
  ["between words", "umdois tresquatrocinco", ["umdois", "tresquatrocinco"]],
  ["inside a word only where it is longer than a part", "x".repeat(30), ["x".repeat(20), "x".repeat(10)]],
])("is cut %s", (_where, given, parts) => {
  expect(partsOf(given, { length: 20 })).toEqual(parts);
});

test("a blank that carries a mark is a character, and stays one", () => {
  expect(partsOf("aaaa \u0301bbbb", { length: 6 })).toEqual(["aaaa \u0301", "bbbb"]);
});

test("a character longer than a part is cut, or it could not be sent", () => {
  const tower = `e${"\u0301".repeat(50)}`;
  expect(partsOf(tower, { length: 20, parts: Infinity }).join("")).toBe(tower);
});

test("the last part that is sent ends with a sentence", () => {
  const given = "Um dois três. Quatro cinco seis sete. Oito nove dez";
  expect(partsOf(given, { length: 30, parts: 1 })).toEqual(["Um dois três."]);
});

test.each([
  ["Temos pão. Custa 10 reais. O bolo cus", "Temos pão. Custa 10 reais."],
  ["Temos pão. Custa 10 reais.", "Temos pão. Custa 10 reais."],
  ["- pão 10\n- bolo 2", "- pão 10"],
  ["Temos pão e bol", "Temos pão e bol"],
])("%j is cut to its last sentence", (given, cut) => {
  expect(upToLastSentence(given)).toBe(cut);
});

test("nothing is no part", () => {
  expect(partsOf(" \n ")).toEqual([]);
});
