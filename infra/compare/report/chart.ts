/** A chart in pure data. Numbers are written as `unit` says. */
export type Chart = Bars | Lines;

/** How numbers of an axis are written. */
export type Unit = "money" | "count" | "seconds" | "hour";

/** A bar a category, each of several parts. */
export interface Bars {
  readonly kind: "bars";
  readonly unit: Unit;
  /** On top of each other, or beside each other. */
  readonly stacked: boolean;
  readonly categories: readonly string[];
  readonly series: readonly BarSeries[];
  /** Of each category, from where to where the whole may be; without `high` nobody knows. */
  readonly whiskers?: readonly ({ readonly low: number; readonly high?: number } | undefined)[];
  readonly limit?: Mark;
}

interface BarSeries {
  readonly name: string;
  /** By category; what is unknown has no bar. */
  readonly values: readonly (number | undefined)[];
}

export interface Lines {
  readonly kind: "lines";
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly LineSeries[];
  /** On the axis of x. */
  readonly marks?: readonly Mark[];
}

export interface Axis {
  readonly name: string;
  readonly unit: Unit;
  readonly isLog: boolean;
}

interface LineSeries {
  readonly name: string;
  readonly points: readonly { readonly x: number; readonly low: number; readonly high?: number }[];
}

export interface Mark {
  readonly at: number;
  readonly label: string;
}
