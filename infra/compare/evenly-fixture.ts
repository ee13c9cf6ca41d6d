import fc from "fast-check";

const STEPS = 1_000_000;

/** Numbers from `min` to `max`, every part of the way as often as another: `fc.double` has nearly all of them next to 0. */
export function evenly(min: number, max: number): fc.Arbitrary<number> {
  return fc.integer({ min: 0, max: STEPS }).map((step) => min + ((max - min) * step) / STEPS);
}
