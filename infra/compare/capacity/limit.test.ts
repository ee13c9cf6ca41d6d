import { expect, test } from "vitest";
import { Limit } from "./limit.ts";

test("so many at once as are in reserve, and the others one after the other", () => {
  const limit = new Limit({ perSecond: 2, burst: 3 });
  expect(Array.from({ length: 5 }, () => limit.take(1_000))).toEqual([1_000, 1_000, 1_000, 1_500, 2_000]);
});

test("a long silence fills the reserve, and no more than that", () => {
  const limit = new Limit({ perSecond: 2, burst: 3 });
  limit.take(0);
  const day = 86_400_000;
  expect(Array.from({ length: 4 }, () => limit.take(day))).toEqual([day, day, day, day + 500]);
});
