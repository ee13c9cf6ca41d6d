import { stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "vitest";
import { catalogueWith } from "../compare/cost/catalogue-fixture.ts";
import { planWith } from "../compare/cost/plan-fixture.ts";
import type { StackPlan } from "../plan.ts";
import { costChange } from "../monthly-cost/cost-change.ts";
import { costOf } from "../monthly-cost/stack-cost.ts";
import { billFields, billLines, billSummary } from "./bill-text.ts";
import { interruptionLines } from "./interruption-text.ts";
import { billChange, interruptionsBy, PlannedDeployment, type BillChange } from "./planned-change.ts";
import type { Report } from "./report.ts";

const fly = { host: "fly", organization: "personal", region: "gru", size: "shared-1x-512mb", instances: 1 };
const small = planWith({ kind: "upstash", region: "sa-east-1", plan: "250mb" }, fly);
const big = planWith({ kind: "upstash", region: "sa-east-1", plan: "250mb" }, { ...fly, instances: 2 });
const dear = planWith({ kind: "upstash", region: "sa-east-1", plan: "1gb" }, fly);
const catalogue = catalogueWith({
  prices: {
    "fly/machine/shared-1x-512mb": 3,
    "fly/egress/sa-apac": 0.04,
    "upstash/fixed/250mb": 10,
    "upstash/fixed/1gb": null,
  },
  facts: { "fly/region/gru": 2 },
});

async function bill(before: StackPlan | undefined, after: StackPlan): Promise<BillChange> {
  const priced = async (plan: StackPlan) => {
    const cost = await costOf(plan, { usage: undefined, load: async () => catalogue });
    if (cost.kind === "unpriced") throw new Error(cost.why);
    return cost;
  };
  const change = costChange(before && (await priced(before)), await priced(after));
  return { kind: "known", change, unknown: ["price of x: not known"], asOf: "2026-11-01" };
}

function plain(lines: readonly string[]): string[] {
  return lines.map((line) => stripVTControlCharacters(line));
}

describe("the bill of a change", () => {
  test("is each line that differs, then what it comes to, then what is in no figure", async () => {
    expect(plain(billLines(await bill(small, big)))).toEqual([
      "  ~ fleet main: all, shared-1x-512mb  6.00 USD → 12.00 USD",
      "  cost a month: 16.00 USD → 22.00 USD (+6.00 USD), and what depends on usage (prices as of 2026-11-01)",
      "  ! not in it, because unknown: price of x: not known",
    ]);
  });

  test("of nothing is one line", async () => {
    expect(plain(billLines(await bill(small, small))).slice(0, -1)).toEqual([
      "  cost a month: 16.00 USD, as before, and what depends on usage (prices as of 2026-11-01)",
    ]);
  });

  test("of a first deployment is all of it", async () => {
    const lines = plain(billLines(await bill(undefined, small)));
    expect(lines.join("\n")).toMatch(/^ {2}[+] store: Upstash, 250mb +10[.]00 USD$/m);
    expect(lines.join("\n")).toMatch(/^ {2}[+] fleet main: sent to the internet +0[.]04 USD per unit$/m);
    expect(lines.join()).toContain("  cost a month: 16.00 USD, and what depends on usage");
  });

  test("has no difference where a price is unknown that comes or goes", async () => {
    expect(billSummary(await bill(small, dear))).toContain(
      "16.00 USD → unknown, at least 6.00 USD (the difference is unknown)",
    );
    expect(billFields(await bill(small, dear))).not.toHaveProperty("baseline.difference");
  });

  test("of what cannot be priced at all says why, to people and to programs", () => {
    const unknown: BillChange = { kind: "unknown", why: "the list is torn" };
    expect(billLines(unknown)).toEqual(["  cost a month: unknown, because the list is torn"]);
    expect(billFields(unknown)).toEqual({ unknown: ["the list is torn"] });
  });

  test("of what another version deployed, which lacks what this one prices by, is unknown", async () => {
    const { fleets: _, ...old } = small;
    expect(await billChange(old as StackPlan, { plan: big, usage: undefined })).toMatchObject({
      kind: "unknown",
      why: expect.stringMatching(/^of what is deployed, /),
    });
  });
});

describe("what a change interrupts", () => {
  const step = { operation: "update", resource: "main-all", type: "t", properties: ["image"] } as const;

  test("is a line for each", () => {
    const lines = interruptionLines(interruptionsBy([step], small, big), { changes: true });
    expect(plain(lines)).toEqual([expect.stringMatching(/^ {2}main all is exchanged machine by machine/)]);
  });

  test("is nothing before anything runs, and said to be nothing where something changes", () => {
    expect(interruptionLines(interruptionsBy([step], undefined, big), { changes: true })).toEqual([
      "  nothing runs yet, so that nothing is interrupted",
    ]);
    expect(interruptionLines([], { changes: true })).toEqual(["  nothing that runs is interrupted"]);
    expect(interruptionLines([], { changes: false })).toEqual([]);
  });

  test("is unknown where another version planned what is deployed", () => {
    const { fleets: _, ...old } = small;
    expect(interruptionsBy([step], old as StackPlan, big)).toMatchObject([
      { of: "the stack", effect: "unknown" },
    ]);
  });
});

test("what is planned is told on, and what does something is kept", () => {
  const told: unknown[] = [];
  const report: Report = { say: () => {}, step: (one) => told.push(one), result: () => {} };
  const deployment = new PlannedDeployment();
  const listening = deployment.toldBy(report);
  const planned = { kind: "step", state: "planned", resource: "main-all", type: "t" } as const;
  listening.step({ ...planned, operation: "update", properties: ["image"] });
  listening.step({ ...planned, operation: "create-replacement" });
  listening.step({ ...planned, operation: "update", state: "found" });
  listening.step({ kind: "remark", severity: "warning", message: "mind the gap" });
  expect(told).toHaveLength(4);
  expect(deployment.steps).toEqual([
    { operation: "update", resource: "main-all", type: "t", properties: ["image"] },
  ]);
  expect(() => deployment.planned).toThrow("has not planned anything yet");
});
