import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { evenly } from "../evenly-fixture.ts";
import { known, unknown } from "../estimate.ts";
import {
  minutesAllowed,
  nothingPromised,
  parallel,
  promised,
  serial,
  unknownPromise,
  verdictOn,
  type Promised,
} from "./promise.ts";

const percentage = evenly(0, 100);
const some: fc.Arbitrary<Promised & { kind: "promised" }> = fc
  .tuple(percentage, percentage)
  .map(([one, other]) => ({ kind: "promised", low: Math.min(one, other), high: Math.max(one, other) }));
const none = fc.constantFrom(nothingPromised("no contract"), nothingPromised("no plan for it"));
const untold = fc.constantFrom(unknownPromise("no fact"), unknownPromise("no entry"));
const any: fc.Arbitrary<Promised> = fc.oneof(some, none, untold);
const SLACK = 1e-9;

describe("one after the other", () => {
  test("never promise more than the weakest of them", () => {
    fc.assert(
      fc.property(fc.array(some, { minLength: 1 }), (promises) => {
        const all = serial(promises);
        if (all.kind !== "promised") throw new Error("expected a promise");
        for (const end of ["low", "high"] as const)
          expect(all[end]).toBeLessThanOrEqual(Math.min(...promises.map((each) => each[end])) + SLACK);
      }),
    );
  });

  test("another part never raises it", () => {
    fc.assert(
      fc.property(fc.array(some), some, (promises, further) => {
        const [before, after] = [serial(promises), serial([...promises, further])];
        if (before.kind !== "promised" || after.kind !== "promised") throw new Error("expected promises");
        expect(after.low).toBeLessThanOrEqual(before.low + SLACK);
        expect(after.high).toBeLessThanOrEqual(before.high + SLACK);
      }),
    );
  });

  test("of 99.99% each are 99.98%", () => {
    expect(serial([promised(99.99), promised(99.99)])).toMatchObject({ low: expect.closeTo(99.980001, 6) });
  });

  test("promise nothing where one of them promises nothing, whatever else is unknown", () => {
    fc.assert(
      fc.property(fc.array(any), none, fc.array(any), (before, nothing, after) => {
        expect(serial([...before, nothing, ...after])).toEqual({
          kind: "nothing",
          because: expect.arrayContaining(nothing.kind === "nothing" ? [...nothing.because] : []),
        });
      }),
    );
  });

  test("are unknown where one of them is", () => {
    fc.assert(
      fc.property(fc.array(some), untold, (promises, unknowable) => {
        expect(serial([...promises, unknowable]).kind).toBe("unknown");
      }),
    );
  });
});

describe("beside each other", () => {
  test("never promise less than the strongest of them", () => {
    fc.assert(
      fc.property(fc.array(some, { minLength: 1 }), (promises) => {
        const all = parallel(promises);
        if (all.kind !== "promised") throw new Error("expected a promise");
        for (const end of ["low", "high"] as const) {
          expect(all[end]).toBeGreaterThanOrEqual(Math.max(...promises.map((each) => each[end])));
          expect(all[end]).toBeLessThanOrEqual(100);
        }
        expect(all.high).toBeGreaterThanOrEqual(all.low);
      }),
    );
  });

  test("another one never lowers it, also one that promises nothing", () => {
    fc.assert(
      fc.property(fc.array(some, { minLength: 1 }), fc.oneof(some, none), (promises, further) => {
        const [before, after] = [parallel(promises), parallel([...promises, further])];
        if (before.kind !== "promised" || after.kind !== "promised") throw new Error("expected promises");
        expect(after.low).toBeGreaterThanOrEqual(before.low - SLACK);
        expect(after.high).toBeGreaterThanOrEqual(before.high - SLACK);
      }),
    );
  });

  test("of 99.5% each are 99.9975%", () => {
    expect(parallel([promised(99.5), promised(99.5)])).toMatchObject({ low: expect.closeTo(99.9975, 6) });
  });

  test("promise nothing where none of them does, and are unknown where one is", () => {
    expect(parallel([nothingPromised("a"), nothingPromised("b"), nothingPromised("a")])).toEqual({
      kind: "nothing",
      because: ["a", "b"],
    });
    fc.assert(
      fc.property(fc.array(any), untold, (promises, unknowable) => {
        expect(parallel([unknowable, ...promises]).kind).toBe("unknown");
      }),
    );
  });
});

test("99.9% are 43.8 minutes of a month", () => {
  expect(minutesAllowed(promised(99.9))).toMatchObject({
    low: expect.closeTo(43.8, 9),
    high: expect.closeTo(43.8, 9),
  });
  expect(minutesAllowed(promised(99.5, 99.99))).toMatchObject({
    low: expect.closeTo(4.38, 9),
    high: expect.closeTo(219, 9),
  });
});

test("where nothing is promised, no number of minutes is said", () => {
  expect(minutesAllowed(nothingPromised("not on this plan"))).toEqual({
    kind: "unknown",
    atLeast: 0,
    because: ["nothing is promised: not on this plan"],
  });
  expect(minutesAllowed(unknownPromise("no fact"))).toMatchObject({ kind: "unknown", because: ["no fact"] });
});

test.each([
  [promised(99.99), known(5, 40), "kept"],
  [promised(99.99), known(5, 44), "uncertain"],
  [promised(99.5), known(219), "not kept"],
  [nothingPromised("x"), unknown("x"), "nothing promised"],
  [nothingPromised("x"), unknown("x", 60), "not kept"],
  [promised(99.99), unknown("releases"), "unknown"],
  [unknownPromise("x"), unknown("x"), "unknown"],
] as const)("%j with %j is %s against 99.9%%", (total, minutes, verdict) => {
  expect(verdictOn(total, minutes, { percent: 99.9 })).toBe(verdict);
});

test.each([
  [-1, 1],
  [99.9, 100.1],
  [99.9, 99.5],
  [Number.NaN, 1],
])("%f to %f is no promise", (low, high) => {
  expect(() => promised(low, high)).toThrow(RangeError);
});
