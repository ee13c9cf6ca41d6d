import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evenly } from "../evenly-fixture.ts";
import type { StackPlan } from "../../plan.ts";
import { money, total } from "../amount.ts";
import type { CostLine } from "../cost/cost.ts";
import { costOf } from "../cost/price-items.ts";
import { known, unknown, type Estimate } from "../estimate.ts";
import { moveOf, type Move } from "./staying.ts";
import type { TargetFacts } from "./target-facts.ts";

const AT_ONCE = { low: 0, high: 0 };
const RATE = known(80);

describe("the months until a move pays back", () => {
  it("are its work and the time that both run, by what it saves in a month", () => {
    const move = moveOf(target("here", { hosting: 24 }), target("there", { hosting: 14, setup: 5 }), {
      hourlyRate: RATE,
      switchDays: { low: 365 / 12, high: 365 / 12 },
    });
    expect(move.savesMonthly).toEqual({ low: 10, high: 10 });
    expect(move.costsOnce).toEqual(known(5 * 80 + 14));
    expect(move.payback).toEqual({ kind: "after", months: { low: 41.4, high: 41.4 } });
  });

  it("never come where it saves nothing, even where the work is not known", () => {
    const there = target("there", { hosting: 24, setup: unknown("hours") });
    expect(paybackOf(target("here", { hosting: 24 }), there)).toMatchObject({ kind: "never" });
    expect(
      paybackOf(target("here", { hosting: 24 }), target("there", { hosting: unknown("a price", 25) })),
    ).toMatchObject({ kind: "never" });
  });

  it("never come where the work that comes back costs more than it saves", () => {
    expect(
      paybackOf(
        target("here", { hosting: 32, upkeep: 1 }),
        target("there", { hosting: 12, upkeep: known(10, 20) }),
      ),
    ).toEqual({ kind: "never", because: "it saves nothing in a month" });
  });

  it("are unknown with every reason where hours or prices are", () => {
    const here = target("here", { hosting: 24, upkeep: unknown("hours a month of here") });
    const there = target("there", { hosting: unknown("a price"), upkeep: unknown("hours a month of there") });
    expect(paybackOf(here, there)).toEqual({
      kind: "unknown",
      because: ["a price", "hours a month of here", "hours a month of there"],
    });
    expect(
      moveOf(target("here", { hosting: 24 }), target("there", { hosting: 12, setup: 8 }), {
        hourlyRate: unknown("what an hour costs"),
        switchDays: AT_ONCE,
      }).payback,
    ).toEqual({ kind: "unknown", because: ["what an hour costs"] });
  });

  it("need no rate where no work differs", () => {
    expect(
      moveOf(target("here", { hosting: 24 }), target("there", { hosting: 12 }), {
        hourlyRate: unknown("what an hour costs"),
        switchDays: AT_ONCE,
      }).payback,
    ).toEqual({ kind: "after", months: { low: 0, high: 0 } });
  });

  it("may never come where its range of savings begins below nothing", () => {
    const there = target("there", { hosting: known(14, 30), setup: 1 });
    expect(paybackOf(target("here", { hosting: 24 }), there)).toEqual({
      kind: "after",
      months: { low: 8 },
    });
  });

  it("hang on no line that both pay alike, however uncertain it is", () => {
    const redis = line("upstash/payg/commands", unknown("commands"));
    const move = moveOf(
      target("here", { lines: [line("render/instance/starter", known(14)), redis] }),
      target("there", { lines: [line("fly/machine/shared-1x-512mb", known(10)), redis] }),
      { hourlyRate: RATE, switchDays: AT_ONCE },
    );
    expect(move.savesMonthly).toEqual({ low: 4, high: 4 });
  });

  it("hang on no hours of looking after the same host, however many they are", () => {
    const upkeep = unknown("hours a month of looking after render");
    const here = target("here", { host: "render", hosting: 24, upkeep });
    const there = target("there", { host: "render", hosting: 14, upkeep, setup: 1 });
    expect(paybackOf(here, there)).toEqual({ kind: "after", months: { low: 8, high: 8 } });
    expect(paybackOf(here, target("elsewhere", { hosting: 14, upkeep, setup: 1 }))).toMatchObject({
      kind: "unknown",
    });
  });

  it("hang on an account's fee, since that pays for other lines", () => {
    const railway = (used: number): CostLine[] => [
      line("railway/plan/hobby", known(5)),
      { ...line("railway/memory", known(used)), basis: "usage", paidFrom: "railway/plan" },
    ];
    const move = moveOf(target("here", { lines: railway(20) }), target("there", { lines: railway(7) }), {
      hourlyRate: RATE,
      switchDays: AT_ONCE,
    });
    expect(move.savesMonthly).toEqual({ low: 13, high: 13 });
  });

  it("are in the range that was given for every value of the ranges", () => {
    const range = fc
      .tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 60 }))
      .map(([one, other]) => known(Math.min(one, other), Math.max(one, other)));
    const side = fc.record({ hosting: range, upkeep: range, setup: range });
    const share = evenly(0, 1);
    fc.assert(
      fc.property(side, side, range, share, (one, other, rate, at) => {
        const within = ({ low, high }: { low: number; high: number }) => known(low + at * (high - low));
        const inside = (of: typeof one) => ({
          hosting: within(of.hosting),
          upkeep: within(of.upkeep),
          setup: within(of.setup),
        });
        const whole = paybackOf(target("one", one), target("other", other), rate);
        const exact = paybackOf(target("one", inside(one)), target("other", inside(other)), within(rate));
        expect(allows(whole, exact)).toBe(true);
      }),
    );
  });
});

function allows(whole: Move["payback"], exact: Move["payback"]): boolean {
  if (whole.kind !== "after") return whole.kind === exact.kind;
  if (exact.kind !== "after") return whole.months.high === undefined;
  const { low, high = low } = exact.months;
  return low >= whole.months.low - 1e-6 && high <= (whole.months.high ?? Infinity) + 1e-6;
}

interface Given {
  /** Its name, unless said. */
  readonly host?: string;
  readonly hosting?: number | Estimate;
  readonly lines?: readonly CostLine[];
  readonly setup?: number | Estimate;
  readonly upkeep?: number | Estimate;
}

function target(
  name: string,
  { host = name, hosting = 0, lines, setup = 0, upkeep = 0 }: Given,
): TargetFacts {
  const bill = costOf(lines ?? [line(`test/${name}`, estimate(hosting))]);
  const nothing = costOf([]);
  const figure = (of: number | Estimate) => ({ estimate: estimate(of), sources: [] });
  return {
    name,
    plan: { fleets: [{ host }] } as unknown as StackPlan,
    cost: { hosting: bill, ai: nothing, people: nothing, total: total([bill.total]) },
    setupHours: figure(setup),
    upkeepHours: figure(upkeep),
    brazilMs: figure(0),
    downMinutes: figure(0),
    storeCommands: known(0),
  };
}

function estimate(of: number | Estimate): Estimate {
  return typeof of === "number" ? known(of) : of;
}

function line(price: string, amount: Estimate): CostLine {
  return {
    of: "fleet main",
    what: price,
    basis: "baseline",
    price,
    unitPrice: money(amount),
    unit: "month",
    quantity: known(1),
    amount: money(amount),
    entries: [],
  };
}

function paybackOf(from: TargetFacts, to: TargetFacts, hourlyRate: Estimate = RATE): Move["payback"] {
  return moveOf(from, to, { hourlyRate, switchDays: AT_ONCE }).payback;
}
