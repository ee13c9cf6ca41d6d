import { money, type Amount } from "../amount.ts";
import type { CostLine, TargetCost } from "../cost/cost.ts";
import { costOf } from "../cost/price-items.ts";
import { known, lowestOf, sum, type Estimate } from "../estimate.ts";
import { providerOf, type InvoiceLine, type Invoices } from "./invoice-file.ts";

/** Of a month: what it was expected to cost, what it costs by what was measured, and what was billed. */
export interface ReviewRequest {
  /** At the usage that was assumed. */
  readonly projected: TargetCost;
  /** At the usage that was measured, and the prices of its day. */
  readonly measured?: TargetCost;
  readonly invoices?: Invoices;
}

export interface Review {
  /** Which was billed; missing without invoices. */
  readonly month?: string;
  readonly providers: readonly ProviderReview[];
  readonly total: Columns;
  /** Between the totals. */
  readonly reasons: readonly Reason[];
}

/** Side by side. A column is missing where it has nothing of that: not 0. */
export interface Columns {
  readonly projected?: Amount;
  readonly measured?: Amount;
  readonly invoiced?: Amount;
}

interface ProviderReview extends Columns {
  /** As the first part of the catalogue's ids names it. */
  readonly provider: string;
  readonly rows: readonly ReviewRow[];
  readonly reasons: readonly Reason[];
}

interface ReviewRow extends Columns {
  readonly what: string;
  /** Catalogue's id; missing of a line of an invoice that names none. */
  readonly price?: string;
  readonly reasons: readonly Reason[];
}

type Column = keyof Columns;

/** Why columns differ, or that they do not. */
export type Reason =
  /** One of it costs something else than when it was projected. */
  | {
      readonly kind: "price-changed";
      readonly from: Amount;
      readonly to: Amount;
      readonly since: string | undefined;
    }
  /** There is more or less of it. */
  | {
      readonly kind: "quantity-changed";
      readonly from: Estimate;
      readonly to: Estimate;
      readonly unit: string;
    }
  /** The one has a line, the other has none. */
  | { readonly kind: "missing"; readonly in: Column }
  /** Cannot be compared, because it is not known. */
  | { readonly kind: "unknown"; readonly in: Column; readonly because: readonly string[] }
  /** What was billed lies outside of what was to be expected, by so much. */
  | { readonly kind: "more" | "less"; readonly than: "projected" | "measured"; readonly by: Amount }
  /** It lies within. */
  | { readonly kind: "agrees"; readonly with: "projected" | "measured" };

/** A cent: amounts on invoices are rounded. */
const CENT = 0.01;

/** Puts the three side by side, by provider and by what was bought there, and says where they differ and why. */
export function review({ projected, measured, invoices }: ReviewRequest): Review {
  const lines = {
    projected: billed(projected),
    ...(measured === undefined ? {} : { measured: billed(measured) }),
    ...(invoices === undefined ? {} : { invoiced: invoices.lines }),
  };
  const providers = [
    ...new Set([
      ...lines.projected.map(({ price }) => providerOf(price)),
      ...(lines.measured ?? []).map(({ price }) => providerOf(price)),
      ...(lines.invoiced ?? []).map(({ provider }) => provider),
    ]),
  ];
  const total = columnsOf(lines);
  return {
    ...(invoices === undefined ? {} : { month: invoices.month }),
    providers: providers.map((provider) => reviewOf(provider, lines)),
    total,
    reasons: judged(total),
  };
}

/** What is on nobody's invoice, people's hours, is left out. */
function billed({ hosting, ai }: TargetCost): readonly CostLine[] {
  return [...hosting.lines, ...ai.lines];
}

interface Lines {
  readonly projected?: readonly CostLine[];
  readonly measured?: readonly CostLine[];
  readonly invoiced?: readonly InvoiceLine[];
}

function reviewOf(provider: string, all: Lines): ProviderReview {
  const lines = linesWhere(
    all,
    ({ price }) => providerOf(price) === provider,
    (line) => line.provider === provider,
  );
  const prices = new Set([
    ...(lines.projected ?? []).map(({ price }) => price),
    ...(lines.measured ?? []).map(({ price }) => price),
    ...(lines.invoiced ?? []).flatMap(({ price }) => price ?? []),
  ]);
  const named = [...prices].map((price) => rowOf(price, lines));
  // An invoice that names no ids has said nothing of single lines.
  const unnamed = (lines.invoiced ?? []).filter(({ price }) => price === undefined);
  const columns = columnsOf(lines);
  return {
    provider,
    ...columns,
    rows: [
      ...named,
      ...unnamed.map(({ what, usd }): ReviewRow => ({ what, invoiced: billedAmount(usd), reasons: [] })),
    ],
    reasons: [...judged(columns), ...missingIn(lines)],
  };
}

function rowOf(price: string, all: Lines): ReviewRow {
  const lines = linesWhere(
    all,
    (line) => line.price === price,
    (line) => line.price === price,
  );
  const columns = columnsOf(lines);
  const what = lines.measured?.[0]?.what ?? lines.projected?.[0]?.what ?? lines.invoiced?.[0]?.what ?? price;
  const named = (all.invoiced ?? []).every((line) => line.price !== undefined);
  return {
    what,
    price,
    ...columns,
    reasons: [
      ...changes(lines),
      ...judged(columns),
      // Only an invoice all of whose lines are named lacks one of them for certain.
      ...missingIn(named ? lines : expectationsIn(lines)),
    ],
  };
}

function linesWhere(
  { projected, measured, invoiced }: Lines,
  isCost: (line: CostLine) => boolean,
  isInvoiced: (line: InvoiceLine) => boolean,
): Lines {
  return {
    ...(projected === undefined ? {} : { projected: projected.filter(isCost) }),
    ...(measured === undefined ? {} : { measured: measured.filter(isCost) }),
    ...(invoiced === undefined ? {} : { invoiced: invoiced.filter(isInvoiced) }),
  };
}

function expectationsIn({ projected, measured }: Lines): Lines {
  return {
    ...(projected === undefined ? {} : { projected }),
    ...(measured === undefined ? {} : { measured }),
  };
}

function columnsOf({ projected, measured, invoiced }: Lines): Columns {
  return {
    // The sums of a bill know what a fee pays for.
    ...(projected === undefined || projected.length === 0 ? {} : { projected: costOf(projected).total }),
    ...(measured === undefined || measured.length === 0 ? {} : { measured: costOf(measured).total }),
    ...(invoiced === undefined || invoiced.length === 0
      ? {}
      : { invoiced: billedAmount(invoiced.reduce((total, { usd }) => total + usd, 0)) }),
  };
}

/** More credit than cost leaves nothing to pay. */
function billedAmount(usd: number): Amount {
  const paid = Math.max(0, usd);
  return money(known(paid));
}

/** What became of each price and quantity between projection and measurement. */
function changes({ projected = [], measured = [] }: Lines): Reason[] {
  const [before, after] = [projected[0], measured[0]];
  if (before === undefined || after === undefined) return [];
  const entry = after.entries.find(({ id }) => id === after.price);
  const price: Reason[] = same(before.unitPrice, after.unitPrice)
    ? []
    : [{ kind: "price-changed", from: before.unitPrice, to: after.unitPrice, since: entry?.validFrom }];
  const quantityIn = (lines: readonly CostLine[]): Estimate => sum(lines.map(({ quantity }) => quantity));
  const quantities = { from: quantityIn(projected), to: quantityIn(measured) };
  return same(quantities.from, quantities.to)
    ? price
    : [...price, { kind: "quantity-changed", ...quantities, unit: after.unit }];
}

/** What was billed, held against what was measured, or projected where nothing was. */
function judged({ projected, measured, invoiced }: Columns): Reason[] {
  if (invoiced?.kind !== "known") return [];
  const column = measured === undefined ? "projected" : "measured";
  const expected = measured ?? projected;
  if (expected === undefined) return [];
  // Unknown is at least so much: less than that is less all the same.
  const least = lowestOf(expected);
  if (invoiced.high < least - CENT)
    return [{ kind: "less", than: column, by: money(known(least - invoiced.high)) }];
  if (expected.kind === "unknown") return [{ kind: "unknown", in: column, because: expected.because }];
  if (invoiced.low > expected.high + CENT)
    return [{ kind: "more", than: column, by: money(known(invoiced.low - expected.high)) }];
  return [{ kind: "agrees", with: column }];
}

/** Where a column that there is has nothing of what another one has. */
function missingIn(lines: Lines): Reason[] {
  const columns = Object.entries(lines) as [Column, readonly unknown[]][];
  if (columns.every(([, each]) => each.length === 0)) return [];
  return columns.filter(([, each]) => each.length === 0).map(([column]) => ({ kind: "missing", in: column }));
}

function same(one: Estimate, other: Estimate): boolean {
  if (one.kind === "unknown" || other.kind === "unknown")
    return one.kind === other.kind && lowestOf(one) === lowestOf(other);
  return one.low === other.low && one.high === other.high;
}
