import { expect, test } from "vitest";
import { retryAfterOf } from "./retry-after.ts";

const NOW = Date.parse("2026-11-25T12:00:00Z");

test.each([
  [{ "retry-after": "20" }, 20_000],
  [{ "retry-after": "0.5" }, 500],
  [{ "retry-after": "Wed, 25 Nov 2026 12:00:30 GMT" }, 30_000],
  [{ "retry-after": "Wed, 25 Nov 2026 11:00:00 GMT" }, 0],
  [{ "retry-after": "999999" }, 3_600_000],
  [{ "retry-after-ms": "1500", "retry-after": "20" }, 1_500],
  [{ "retry-after": "soon" }, undefined],
  [{ "retry-after": "-5" }, undefined],
  [{ "retry-after": "" }, undefined],
  [{}, undefined],
])("%j asks for %d ms", (headers, ms) => {
  expect(retryAfterOf(new Headers(headers as Record<string, string>), NOW)).toBe(ms);
});

test("without headers nothing is asked for", () => {
  expect(retryAfterOf(undefined)).toBeUndefined();
});
