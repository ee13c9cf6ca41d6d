import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Sealing, Unsealable, type SealingKey } from "./sealing.ts";

const key = (id: string): SealingKey => ({ id, key: randomBytes(32) });
const PLACE = "{oxy}:wa:ana:credentials";

test("any bytes open again in the place where they were sealed, and only there", () => {
  const sealing = new Sealing([key("a")]);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.string(), fc.string(), (plain, place, other) => {
      const sealed = sealing.seal(place, plain);
      expect(sealing.open(place, sealed).equals(plain)).toBe(true);
      fc.pre(place !== other);
      expect(() => sealing.open(other, sealed)).toThrow(Unsealable);
    }),
  );
});

test("a value that was changed anywhere does not open", () => {
  const sealing = new Sealing([key("a")]);
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 1, max: 255 }), (position, flip) => {
      const sealed = sealing.seal(PLACE, "the words of a customer");
      const bytes = Buffer.from(sealed.slice(2), "base64");
      const at = position % bytes.length;
      bytes[at] = bytes[at]! ^ flip;
      expect(() => sealing.open(PLACE, `a.${bytes.toString("base64")}`)).toThrow(Unsealable);
    }),
  );
});

test("a value of which a part is missing does not open", () => {
  const sealing = new Sealing([key("a")]);
  fc.assert(
    fc.property(fc.string(), fc.nat(), (plain, keep) => {
      const sealed = sealing.seal(PLACE, plain);
      // Whole groups of base64: the last ones may differ in bits that mean nothing.
      const cut = sealed.slice(0, 2 + 4 * (keep % Math.floor((sealed.length - 2) / 4)));
      expect(() => sealing.open(PLACE, cut)).toThrow(Unsealable);
    }),
  );
});

test("the same text never looks the same twice", () => {
  const sealing = new Sealing([key("a")]);
  expect(sealing.seal(PLACE, "oi")).not.toBe(sealing.seal(PLACE, "oi"));
});

describe("keys", () => {
  test("the first one seals and all of them open, so that a key can be replaced", () => {
    const [old, fresh] = [key("2024"), key("2025")];
    const before = new Sealing([old]).seal(PLACE, "oi");
    const both = new Sealing([fresh, old]);
    expect(both.openText(PLACE, before)).toBe("oi");
    const after = both.seal(PLACE, "olá");
    expect(after.startsWith("2025.")).toBe(true);
    expect(new Sealing([fresh]).openText(PLACE, after)).toBe("olá");
  });

  test("a missing key is named, with those that are there", () => {
    const sealed = new Sealing([key("2024")]).seal(PLACE, "oi");
    expect(() => new Sealing([key("2025"), key("2026")]).open(PLACE, sealed)).toThrow(
      `a value of ${PLACE} is sealed with key "2024"; configured: 2025, 2026`,
    );
  });

  test("another key of the same name does not open, and no part of the text is in the error", () => {
    const sealed = new Sealing([key("2024")]).seal(PLACE, "the words of a customer");
    const open = (): unknown => new Sealing([key("2024")]).open(PLACE, sealed);
    expect(open).toThrow(Unsealable);
    expect(open).not.toThrow(/words/);
  });
});

test.each(["", ".", "a", "a.", "nothing sealed", "a.bm90IHNlYWxlZA=="])("%j is nothing sealed", (value) => {
  expect(() => new Sealing([key("a")]).open(PLACE, value)).toThrow(Unsealable);
});
