import { describe, expect, it } from "vitest";
import { phraseBook } from "./phrases.ts";
import { PT_BR_PHRASES } from "./languages/pt-br-phrases.ts";

const book = phraseBook(
  [
    ["volume of {=0}", "volume de {=0}"],
    ["missing: {0}", "falta: {0}"],
    ["a second process", "um segundo processo"],
    ["time to drain", "tempo para esvaziar"],
    ["{=0} USD a month", "{=0} USD por mês"],
  ],
  "pt-BR",
);

describe("a phrase", () => {
  it.each([
    ["volume of web", "volume de web"],
    ["missing: a second process; time to drain", "falta: um segundo processo; tempo para esvaziar"],
    ["1,234.50 USD a month", "1.234,50 USD por mês"],
    ["fly/machine/shared-1x-512mb", "fly/machine/shared-1x-512mb"],
  ])("%s is translated, with what is in it", (english, translated) => {
    expect(book(english)).toBe(translated);
  });

  it.each(["missing: patience", "a third process", "", "time to drain; patience"])(
    "%s, which nobody translated, is not half translated",
    (english) => {
      expect(book(english)).toBeUndefined();
    },
  );

  it("has the same slots in both languages", () => {
    const slots = (text: string) => [...text.matchAll(/\{=?\d\}/g)].map(([slot]) => slot).toSorted();
    for (const [english, translated] of PT_BR_PHRASES) expect(slots(translated)).toEqual(slots(english));
  });

  it("is there once", () => {
    const english = PT_BR_PHRASES.map(([phrase]) => phrase);
    expect(english).toEqual([...new Set(english)]);
  });
});
