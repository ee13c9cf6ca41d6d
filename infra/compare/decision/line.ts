/** A straight line between two places, ends included. */
export interface Line {
  readonly from: number;
  readonly to: number;
  readonly atFrom: number;
  readonly atTo: number;
}

export function valueOn({ from, to, atFrom, atTo }: Line, at: number): number {
  return to === from ? atFrom : atFrom + ((atTo - atFrom) * (at - from)) / (to - from);
}

const SAME = 1e-9;

/** Whether that value is the line's own, but for rounding. */
export function isOn(line: Line, at: number, value: number): boolean {
  const expected = valueOn(line, at);
  return Math.abs(value - expected) <= SAME * Math.max(1, Math.abs(value), Math.abs(expected));
}

/** Where `one + offset` and `other`, between the same two places, cross, if they do. */
export function crossingOf(one: Line, other: Line, offset: number): number | undefined {
  const before = one.atFrom - other.atFrom + offset;
  const after = one.atTo - other.atTo + offset;
  if (before === after || before * after > 0) return undefined;
  return one.from + ((one.to - one.from) * before) / (before - after);
}
