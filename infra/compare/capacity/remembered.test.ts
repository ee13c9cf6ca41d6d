import { expect, test } from "vitest";
import { WORKER } from "./capacity-fixture.ts";
import { simulated } from "./remembered.ts";
import { simulate } from "./simulate.ts";

test("the same input is simulated once, and another one by itself", () => {
  const first = simulated(WORKER);
  expect(first).toEqual(simulate(WORKER));
  expect(simulated({ ...WORKER })).toBe(first);
  for (const other of [
    { ...WORKER, seed: 2 },
    { ...WORKER, storeRttMs: 2 },
  ])
    expect(simulated(other)).toEqual(simulate(other));
});

test("what was asked long ago is simulated again, to the same result", () => {
  const first = simulated(WORKER);
  for (let seed = 100; seed < 170; seed++) simulated({ ...WORKER, seed });
  const again = simulated(WORKER);
  expect(again).not.toBe(first);
  expect(again).toEqual(first);
});
