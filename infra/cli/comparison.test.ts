import { describe, expect, it } from "vitest";
import { Catalogue, loadCatalogue } from "../compare/catalogue/catalogue.ts";
import { UNKNOWN_USAGE } from "../compare/usage.ts";
import { comparisonOf, FULL_USAGE } from "./comparison-fixture.ts";

const SMALL = "fly:gru:shared-1x-512mb";
const LARGE = "fly:gru:shared-1x-1gb";

describe("a comparison", () => {
  it("prices what memory is doubled by what its machines cost, and nothing else", async () => {
    const { comparison, catalogue } = await comparisonOf({ specs: [SMALL, LARGE] });
    const [small, large] = comparison.targets.map(({ cost }) => cost.hosting.baseline);
    const machine = (size: string) =>
      catalogue.entry(`fly/machine/${size}`, comparison.day)?.value?.low ?? Number.NaN;
    const gru = catalogue.entry("fly/region/gru", comparison.day)?.value?.low ?? Number.NaN;
    if (small?.kind !== "known" || large?.kind !== "known") throw new Error("expected both to be known");
    const instances =
      comparison.targets[0]?.shape.fleets[0]?.processes.reduce((sum, { least }) => sum + least, 0) ?? 0;
    expect(large.low - small.low).toBeCloseTo(
      instances * gru * (machine("shared-1x-1gb") - machine("shared-1x-512mb")),
      6,
    );
    expect(large.low).toBeGreaterThan(small.low);
  });

  it("says unknown where a price is deleted, and is no cheaper for it", async () => {
    const whole = await loadCatalogue();
    const without = new Catalogue(
      whole.entries.filter(({ id }) => id !== "render/instance/starter"),
      whole.providers,
    );
    const total = async (catalogue: Catalogue) => {
      const { comparison } = await comparisonOf({ catalogue });
      return comparison.targets.find(({ name }) => name === "render-current")?.cost.hosting.total;
    };
    expect(await total(whole)).toMatchObject({ kind: "known" });
    expect(await total(without)).toMatchObject({
      kind: "unknown",
      because: expect.arrayContaining([expect.stringContaining("render/instance/starter")]) as unknown,
    });
  });

  it("keeps what depends on usage unknown where no usage is given", async () => {
    const { comparison } = await comparisonOf({ usage: UNKNOWN_USAGE });
    for (const { cost } of comparison.targets) {
      expect(cost.hosting.baseline.kind).toBe("known");
      expect(cost.hosting.usage).toMatchObject({ kind: "unknown" });
      expect(cost.ai.total).toMatchObject({ kind: "unknown" });
    }
  });

  it("is the same twice, and whatever the order of its targets", async () => {
    const { comparison: one } = await comparisonOf({ specs: [SMALL, LARGE], current: SMALL });
    const { comparison: again } = await comparisonOf({ specs: [SMALL, LARGE], current: SMALL });
    const { comparison: other } = await comparisonOf({ specs: [LARGE, SMALL], current: SMALL });
    expect(again).toEqual(one);
    expect(other.targets.toReversed()).toEqual(one.targets);
    expect(other.matrix).toEqual(one.matrix);
    expect(other.triggers).toEqual(one.triggers);
  });

  it("is the same after it was JSON", async () => {
    const { comparison } = await comparisonOf({ isExplained: true });
    expect(JSON.parse(JSON.stringify(comparison))).toEqual(comparison);
  });

  it("is refused with the nearest name where the current target is none of those compared", async () => {
    await expect(comparisonOf({ current: "render-curent" })).rejects.toThrow(
      "--current: expected one of aws-minimal, aws-recommended, fly-gru, railway, render-current, render-optimized, got render-curent; the nearest is render-current",
    );
  });

  it("puts what was expected, measured and billed side by side", async () => {
    const { comparison: before } = await comparisonOf({ current: "render-current" });
    const projected = before.targets.find(({ name }) => name === "render-current")?.cost;
    if (projected === undefined) throw new Error("expected example render-current");
    const { comparison } = await comparisonOf({
      current: "render-current",
      usage: { ...FULL_USAGE, messages: { low: 2_000_000, high: 2_000_000 } },
      review: {
        projected,
        isMeasured: true,
        invoices: { month: "2026-10", lines: [{ provider: "render", what: "all", usd: 14 }] },
      },
    });
    expect(comparison.review?.total).toMatchObject({
      projected: { kind: "known" },
      measured: { kind: "known" },
      invoiced: { low: 14 },
    });
  });
});
