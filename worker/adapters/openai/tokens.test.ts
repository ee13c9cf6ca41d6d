import * as fc from "fast-check";
import { countTokens } from "gpt-tokenizer/encoding/o200k_base";
import { expect, test } from "vitest";
import { lastWithin } from "./tokens.ts";

const tokens = (texts: readonly string[]): number =>
  texts.reduce((sum, text) => sum + countTokens(text, { disallowedSpecial: new Set() }), 0);

test("all texts go along where they fit", async () => {
  expect(await lastWithin(["oi", "tudo bem?"], 100, { cut: false })).toEqual(["oi", "tudo bem?"]);
});

test("else the last ones that fit together, in order", async () => {
  const texts = ["primeira frase ".repeat(20), "segunda frase", "terceira frase"];
  expect(await lastWithin(texts, 12, { cut: false })).toEqual(["segunda frase", "terceira frase"]);
});

test("the last one may be cut to its beginning, and says that it goes on", async () => {
  const [only, ...none] = await lastWithin(["antes", "palavra ".repeat(3_000)], 500, { cut: true });
  expect(none).toEqual([]);
  expect(only).toMatch(/^(palavra )+(p|pa|pal|pala|palav|palavr|palavra)?…$/);
  expect(tokens([only!])).toBeGreaterThan(300);
});

test("none goes along where none may", async () => {
  expect(await lastWithin(["oi"], 0, { cut: true })).toEqual([]);
  expect(await lastWithin([], 10, { cut: true })).toEqual([]);
});

test("whatever the texts are, they stay within the tokens by a piece's border each, and are the end of what was given", async () => {
  const any = fc.array(
    fc.oneof(fc.string({ unit: "binary", maxLength: 2_000 }), fc.constant("<|endoftext|>")),
    {
      maxLength: 8,
    },
  );
  await fc.assert(
    fc.asyncProperty(any, fc.integer({ min: 0, max: 600 }), async (texts, most) => {
      const fitting = await lastWithin(texts, most, { cut: false });
      expect(fitting).toEqual(fitting.length === 0 ? [] : texts.slice(-fitting.length));
      expect(tokens(fitting)).toBeLessThanOrEqual(most);
    }),
    { numRuns: 60 },
  );
});

test("of a text in a script of which each byte is a token, something goes along all the same", async () => {
  const runes = "\u16a0".repeat(2_000);
  expect(tokens([runes.slice(0, 512)])).toBeGreaterThan(1_000);
  const [cut = ""] = await lastWithin([runes], 1_000, { cut: true });
  expect(cut.length).toBeGreaterThan(200);
});

test("a run of 100,000 characters without a blank is cut like any other text", async () => {
  const [cut = ""] = await lastWithin(["a".repeat(100_000)], 4_000, { cut: true });
  expect(cut.length).toBeGreaterThan(4_000);
  expect(cut.length).toBeLessThan(100_000);
});
