import * as fc from "fast-check";
import { expect, test } from "vitest";
import { asWhatsAppText } from "./formatting.ts";

test.each([
  ["bold", "custa **10 reais**", "custa *10 reais*"],
  ["bold and italic", "***já***", "*_já_*"],
  ["underlined bold", "é __hoje__", "é _hoje_"],
  ["struck out", "~~12~~ 10", "~12~ 10"],
  ["a title", "## Preços\npão 10", "*Preços*\npão 10"],
  ["a bold title", "# **Preços**", "*Preços*"],
  ["a list", "* pão\n+ bolo\n- suco", "- pão\n- bolo\n- suco"],
  ["a link", "veja [o site](https://a.example/x_y_z)", "veja o site: https://a.example/x_y_z"],
  ["a link that is its own text", "[https://a.example](https://a.example)", "https://a.example"],
  ["a rule", "um\n\n---\n\ndois", "um\n\ndois"],
  ["code, as it is", "use `**x**` ou\n```js\n# x\n```", "use `**x**` ou\n```\n# x\n```"],
  ["numbers and stars", "2 * 3 * 4 = 24, 2 ** 3", "2 * 3 * 4 = 24, 2 ** 3"],
  ["names with underscores", "a__b__c", "a__b__c"],
  ["other line ends", "um\r\ndois\rtrês", "um\ndois\ntrês"],
  ["what shows nothing", "pre\u0000ço\u0007: \t10", "preço: \t10"],
])("%s", (_what, given, shown) => {
  expect(asWhatsAppText(given)).toBe(shown);
});

test("half of a character is replaced, and the rest stays", () => {
  expect(asWhatsAppText("oi \ud83d tudo bem")).toBe("oi \ufffd tudo bem");
});

test("whatever a model says becomes well-formed text without NUL", () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("**", "`", "```", "\n", "# "))),
      (pieces) => {
        const shown = asWhatsAppText(pieces.join(""));
        expect(shown.isWellFormed()).toBe(true);
        expect(shown).not.toContain("\0");
        expect(shown).toBe(shown.trim());
      },
    ),
  );
});

test("a text without any mark is not changed", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(..."abç é🙂,.!?0") }), (given) => {
      expect(asWhatsAppText(given)).toBe(given.trim());
    }),
  );
});
