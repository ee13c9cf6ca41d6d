/** One measurement of a metric. */
export interface Measurement {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  /** In ms. */
  readonly at: number;
  readonly value: number;
}

export interface Question extends Omit<Measurement, "at" | "value"> {
  /** All in ms. */
  readonly from: number;
  readonly to: number;
  readonly period: number;
}

export interface Point {
  /** When its period begins, in ms. */
  readonly at: number;
  readonly values: readonly number[];
}

const MOST = 100_000;

/** What CloudWatch was told. */
export class Measurements {
  readonly #all: Measurement[] = [];

  take(measurement: Measurement): void {
    this.#all.push(measurement);
    if (this.#all.length > MOST) this.#all.shift();
  }

  /** By period, the oldest first; a period without any has no point. */
  points({ namespace, name, dimensions, from, to, period }: Question): readonly Point[] {
    const periods = new Map<number, number[]>();
    for (const one of this.#all) {
      const isMeant = one.namespace === namespace && one.name === name && isSame(one.dimensions, dimensions);
      if (!isMeant || one.at < from || one.at >= to) continue;
      const at = Math.floor(one.at / period) * period;
      periods.set(at, [...(periods.get(at) ?? []), one.value]);
    }
    return [...periods].toSorted(([one], [other]) => one - other).map(([at, values]) => ({ at, values }));
  }
}

/** Another set of dimensions is another metric. */
function isSame(one: Measurement["dimensions"], other: Measurement["dimensions"]): boolean {
  const keys = Object.keys(one);
  return keys.length === Object.keys(other).length && keys.every((key) => one[key] === other[key]);
}
