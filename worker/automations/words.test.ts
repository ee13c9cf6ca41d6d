import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hasPhrases, wordsOf } from "./words.ts";

const has = (text: string, phrases: readonly string[], match: "any" | "all" = "any"): boolean =>
  hasPhrases(wordsOf(text), phrases.map(wordsOf), match);

describe("a keyword is found", () => {
  test.each([
    ["whatever its case", "PREÇO", "preço"],
    ["whatever its accents", "qual o preco?", "Preço"],
    ["composed of letters and marks", "preço".normalize("NFD"), "preço"],
    ["beside punctuation and emoji", "oi!preço…🙂", "preço"],
    ["in bold", "*preço*", "preço"],
    ["in letters that look otherwise", "ｐｒｅｃｏ", "preço"],
    ["in another script", "какая цена?", "цена"],
    ["as a number", "quero o 42", "42"],
    ["of several words, one after the other", "eu quero,  comprar agora", "quero comprar"],
  ])("%s", (_how, text, keyword) => {
    expect(has(text, [keyword])).toBe(true);
  });
});

describe("a keyword is not found", () => {
  test.each([
    ["inside of another word", "apreço", "preço"],
    ["cut off", "pre", "preço"],
    ["with something in between", "quero muito comprar", "quero comprar"],
    ["the other way about", "comprar quero", "quero comprar"],
    ["in nothing", "", "preço"],
    ["in a picture alone", "🙂", "preço"],
  ])("%s", (_how, text, keyword) => {
    expect(has(text, [keyword])).toBe(false);
  });
});

test("of several, any one does, or all must be there", () => {
  expect(has("qual o preço?", ["preço", "frete"], "any")).toBe(true);
  expect(has("qual o preço?", ["preço", "frete"], "all")).toBe(false);
  expect(has("preço com frete?", ["frete", "preço"], "all")).toBe(true);
});

const word = fc.string({ minLength: 1 }).filter((text) => wordsOf(text).length > 0);

test("whatever it is, a phrase is found in a text that has it between other words", () => {
  fc.assert(
    fc.property(word, fc.string(), fc.string(), (phrase, before, after) => {
      expect(has(`${before} ${phrase} ${after}`, [phrase])).toBe(true);
      expect(has(`${before} ${phrase.toUpperCase()} ${after}`, [phrase.toUpperCase().toLowerCase()])).toBe(
        true,
      );
    }),
  );
});

test("nothing that anybody writes keeps it busy or makes it fail", () => {
  const wide = fc.string({ unit: "binary", maxLength: 2_000 });
  fc.assert(fc.property(wide, wide, (text, phrase) => typeof has(text, [phrase]) === "boolean"));
  expect(has("a ".repeat(50_000), ["a b"])).toBe(false);
});
