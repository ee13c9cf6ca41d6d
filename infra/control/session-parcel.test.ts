import { createDecipheriv, randomBytes } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { sealFor } from "./sealing.ts";
import { sessionParcel } from "./session-parcel.ts";

const key = randomBytes(32);
const KEYS = `k2:${key.toString("base64")},k1:${randomBytes(32).toString("base64")}`;
const to = { namespace: "trial", organization: "loja", keys: KEYS, replace: false };

/** As docs/architecture.md has the form; the scenarios let the worker open it. */
function opened(sealed: string, place: string): string {
  const [id, base64 = ""] = sealed.split(".");
  expect(id).toBe("k2");
  const bytes = Buffer.from(base64, "base64");
  const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, 12), { authTagLength: 16 });
  decipher.setAAD(Buffer.from(place));
  decipher.setAuthTag(bytes.subarray(12, 28));
  return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString("utf8");
}

const placeOf = (index: number, parts: number): string => `{trial}:import:loja ${index + 1}/${parts}`;

test("whatever a session holds comes out whole and in order, in parts that a store takes", () => {
  const values = fc.array(fc.tuple(fc.string(), fc.string({ maxLength: 200_000, size: "max" })), {
    maxLength: 12,
  });
  fc.assert(
    fc.property(values, fc.boolean(), (given, replace) => {
      const before = Date.now();
      const parts = sessionParcel(new Map(given), { ...to, replace });
      const contents = parts.map((part, index) => JSON.parse(opened(part, placeOf(index, parts.length))));
      expect(contents.flatMap(({ values: some }) => some as unknown[])).toEqual([...new Map(given)]);
      for (const { at, replace: told } of contents) {
        expect(told).toBe(replace);
        expect(at).toBeGreaterThanOrEqual(before);
      }
      for (const part of parts) expect(part.length).toBeLessThan(8_000_000);
    }),
    { numRuns: 30 },
  );
});

test("many values are several parts, each below what a store takes at once", () => {
  const values = new Map(
    Array.from({ length: 2_000 }, (_, index) => [`pre-key:${index}`, "x".repeat(1_000)]),
  );
  const parts = sessionParcel(values, to);
  expect(parts.length).toBeGreaterThan(5);
  for (const part of parts) expect(part.length).toBeLessThan(1_000_000);
});

test("a part opens at its own place only", () => {
  const [part = ""] = sessionParcel(new Map([["creds", "{}"]]), to);
  expect(() => opened(part, "{trial}:import:padaria 1/1")).toThrow("unable to authenticate");
  expect(() => opened(part, placeOf(1, 2))).toThrow("unable to authenticate");
});

test("no two seals of the same are alike", () => {
  expect(sealFor(KEYS, "place", "text")).not.toBe(sealFor(KEYS, "place", "text"));
});

test.each(["", "k1", "k1:short", `:${key.toString("base64")}`])(
  "keys of another form are refused without them (%#)",
  (keys) => {
    expect(() => sealFor(keys, "place", "text")).toThrow(
      new TypeError(
        "OXY_ENCRYPTION_KEYS: expected id:base64 of 32 bytes, comma separated, got something else",
      ),
    );
  },
);
