import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { money, type Amount } from "../amount.ts";
import type { Cost, CostLine, TargetCost } from "../cost/cost.ts";
import { costOf } from "../cost/price-items.ts";
import { known, unknown, type Estimate } from "../estimate.ts";
import type { InvoiceLine, Invoices } from "./invoice-file.ts";
import { review, type Reason } from "./review.ts";

/** Invoices are rounded. */
const CENT = 0.01;

function line(
  price: string,
  unitPrice: Estimate,
  quantity: Estimate,
  more: Partial<CostLine> = {},
): CostLine {
  const amount: Estimate =
    unitPrice.kind === "known" && quantity.kind === "known"
      ? known(unitPrice.low * quantity.low, unitPrice.high * quantity.high)
      : unknown("price or quantity");
  return {
    of: "fleet main",
    what: price,
    basis: "usage",
    price,
    unitPrice: money(unitPrice),
    unit: "GB",
    quantity,
    amount: money(amount),
    entries: [],
    ...more,
  };
}

const NOTHING: Cost = costOf([]);
function costing(...lines: readonly CostLine[]): TargetCost {
  const hosting = costOf(lines);
  return { hosting, ai: NOTHING, people: NOTHING, total: hosting.total };
}
const invoice = (...lines: readonly [price: string | undefined, usd: number][]): Invoices => ({
  month: "2026-10",
  lines: lines.map(([price, billed]): InvoiceLine => {
    if (price === undefined) return { provider: "render", what: "Other", usd: billed };
    return { provider: price.split("/")[0] ?? price, what: price, price, usd: billed };
  }),
});
const usd = (low: number, high = low): Amount => money(known(low, high));
const kinds = (reasons: readonly Reason[]): string[] => reasons.map(({ kind }) => kind);

const worker = line("render/instance/starter", known(7), known(1), { basis: "baseline" });
const egress = (gb: number, price = 0.15) => line("render/egress", known(price), known(gb));

describe("what was billed", () => {
  test("agrees where it lies within what was measured", () => {
    const { total, reasons, month } = review({
      projected: costing(worker, egress(10)),
      measured: costing(worker, egress(20)),
      invoices: invoice(["render/instance/starter", 7], ["render/egress", 3]),
    });
    expect(month).toBe("2026-10");
    expect(total).toEqual({ projected: usd(8.5), measured: usd(10), invoiced: usd(10) });
    expect(reasons).toEqual([{ kind: "agrees", with: "measured" }]);
  });

  test("is more, by how much beyond the upper end", () => {
    const ranged = line("render/egress", known(0.1, 0.2), known(10));
    const { providers } = review({ projected: costing(ranged), invoices: invoice(["render/egress", 5]) });
    expect(providers[0]?.rows[0]?.reasons).toEqual([{ kind: "more", than: "projected", by: usd(3) }]);
  });

  test("is less, also than what is at least so much", () => {
    const some = line("render/disk", unknown("price of render/disk"), known(1), {
      amount: money(unknown("price of render/disk", 4)),
    });
    const { providers } = review({ projected: costing(some), invoices: invoice(["render/disk", 1]) });
    expect(providers[0]?.reasons).toEqual([{ kind: "less", than: "projected", by: usd(3) }]);
  });

  test("cannot be held against what is unknown, and says why", () => {
    const some = line("render/disk", unknown("price of render/disk"), known(1), {
      amount: money(unknown("price of render/disk")),
    });
    const { reasons } = review({ projected: costing(some), invoices: invoice(["render/disk", 1]) });
    expect(reasons).toEqual([{ kind: "unknown", in: "projected", because: ["price of render/disk"] }]);
  });

  test("has a line that nobody projected", () => {
    const { providers } = review({
      projected: costing(worker),
      invoices: invoice(["render/instance/starter", 7], ["aws/nat/hour", 33]),
    });
    const aws = providers.find(({ provider }) => provider === "aws");
    expect(aws).toMatchObject({ invoiced: usd(33), rows: [{ price: "aws/nat/hour" }] });
    expect(aws?.projected).toBeUndefined();
    expect(aws?.rows[0]?.reasons).toEqual([{ kind: "missing", in: "projected" }]);
  });

  test("is of the AI, too, and people's hours are on nobody's invoice", () => {
    const model = line("ai/gpt-4o-mini", known(2), known(3));
    const hours = line("oxy/people", known(50), known(4));
    const projected = { ...costing(worker), ai: costOf([model]), people: costOf([hours]) };
    const { providers, total } = review({ projected, invoices: invoice(["ai/gpt-4o-mini", 6]) });
    expect(total).toEqual({ projected: usd(13), invoiced: usd(6) });
    expect(providers.map(({ provider }) => provider)).toEqual(["render", "ai"]);
    expect(kinds(providers[1]?.reasons ?? [])).toEqual(["agrees"]);
  });

  test("lacks a line only when all of its lines say what they are", () => {
    const projected = costing(worker, egress(10));
    const rowOf = (invoices: ReturnType<typeof invoice>) =>
      review({ projected, invoices }).providers[0]?.rows.find(({ price }) => price === "render/egress");
    expect(kinds(rowOf(invoice(["render/instance/starter", 7]))?.reasons ?? [])).toEqual(["missing"]);
    expect(rowOf(invoice(["render/instance/starter", 7], [undefined, 1.5]))?.reasons).toEqual([]);
  });

  test("is nothing when credits are more than it", () => {
    expect(
      review({
        projected: costing(worker),
        invoices: invoice(["render/instance/starter", 7], [undefined, -9]),
      }).total.invoiced,
    ).toEqual(usd(0));
  });

  test("may be a cent off, because invoices are rounded", () => {
    const third = line("render/egress", known(1 / 3), known(1));
    expect(review({ projected: costing(third), invoices: invoice(["render/egress", 0.33]) }).reasons).toEqual(
      [{ kind: "agrees", with: "projected" }],
    );
  });
});

describe("why measured is not projected", () => {
  test("there is more of it, or it costs something else since a day", () => {
    const entry = {
      id: "render/egress",
      aliases: [],
      provider: "render",
      about: "egress",
      unit: "GB",
      value: { low: 0.3, high: 0.3 },
      validFrom: "2025-08-01",
      observedAt: "2025-08-01",
      source: "a test",
      sourceKind: "official",
      confidence: "A",
      file: "render.yaml",
      line: 1,
    } as const;
    const { providers } = review({
      projected: costing(worker, egress(10)),
      measured: costing(worker, { ...egress(12, 0.3), entries: [entry] }),
    });
    const [first, second] = providers[0]?.rows ?? [];
    expect(first?.reasons).toEqual([]);
    expect(second?.reasons).toEqual([
      { kind: "price-changed", from: usd(0.15), to: usd(0.3), since: "2025-08-01" },
      { kind: "quantity-changed", from: known(10), to: known(12), unit: "GB" },
    ]);
  });

  test("a column that is not there is missing, and never 0", () => {
    const { total, month } = review({ projected: costing(worker) });
    expect(total).toEqual({ projected: usd(7) });
    expect(month).toBeUndefined();
  });
});

test("a fee that pays for what is used counts once, in the total of its provider", () => {
  const fee = line("railway/plan/hobby", known(5), known(1), { basis: "baseline" });
  const memory = line("railway/memory", known(10), known(0.3), { paidFrom: "railway/plan" });
  const { providers } = review({
    projected: costing(fee, memory),
    invoices: invoice(["railway/plan/hobby", 5]),
  });
  expect(providers[0]).toMatchObject({ projected: usd(5), invoiced: usd(5) });
  expect(kinds(providers[0]?.reasons ?? [])).toEqual(["agrees"]);
});

test("whatever is billed, it is more, less, in agreement or beyond what is known, and one of them", () => {
  fc.assert(
    fc.property(
      fc.float({ min: 0, max: 1_000, noNaN: true }),
      fc.float({ min: 0, max: 1_000, noNaN: true }),
      fc.float({ min: 0, max: 3_000, noNaN: true }),
      fc.boolean(),
      (one, other, bill, isKnown) => {
        const [low, high] = [Math.min(one, other), Math.max(one, other)];
        const amount = isKnown ? usd(low, high) : money(unknown("why", low));
        const projected = costing({ ...worker, amount });
        const { reasons, total } = review({
          projected,
          invoices: invoice(["render/instance/starter", bill]),
        });
        expect(total.projected).toEqual(amount);
        const beyond = isKnown ? (bill > high + CENT ? "more" : "agrees") : "unknown";
        expect(kinds(reasons)).toEqual([bill < low - CENT ? "less" : beyond]);
      },
    ),
  );
});
