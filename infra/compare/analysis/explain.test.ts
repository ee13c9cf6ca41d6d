import { beforeAll, describe, expect, it } from "vitest";
import type { StackPlan } from "../../plan.ts";
import { Catalogue, loadCatalogue } from "../catalogue/catalogue.ts";
import type { Entry } from "../catalogue/entry.ts";
import { planWith } from "../cost/plan-fixture.ts";
import { known } from "../estimate.ts";
import { UNKNOWN_USAGE } from "../usage.ts";
import { explain, type Explanation } from "./explain.ts";

const DAY = "2026-11-25";
const USAGE = { ...UNKNOWN_USAGE, messages: known(100_000), sessions: known(10) };
const aws = (preset: string) =>
  planWith(
    { kind: "elasticache", region: "us-east-1", preset },
    { host: "ecs-fargate", region: "us-east-1", preset },
  );
const PLANS: Readonly<Record<string, StackPlan>> = {
  "render-current": planWith({ kind: "upstash", region: "us-west-2" }, { host: "render", services: "two" }),
  railway: planWith({ kind: "railway-redis" }, { host: "railway" }),
  "fly-gru": planWith({ kind: "upstash", region: "sa-east-1" }, { host: "fly", region: "gru", instances: 2 }),
  "aws-minimal": aws("minimal"),
  "aws-recommended": aws("recommended"),
};

let catalogue: Catalogue;
beforeAll(async () => {
  catalogue = await loadCatalogue();
});

describe("the totals of the 2025 analysis", () => {
  it("are what its own lines come to", () => {
    const { totals } = explained();
    expect(totals.map(({ id, printed, said }) => [id, printed, said])).toEqual([
      ["render-current", "$24", near(24, 24)],
      ["railway", "$15-20", near(15, 20)],
      ["fly-gru", "~$12", near(12.19, 12.19)],
      ["aws-minimal", "~$32", near(32, 32)],
      ["render-payg", "$14.10", near(14.1, 14.1)],
      ["aws-recommended", "$310+", near(310, 310)],
    ]);
  });

  it("say which stand", () => {
    expect(Object.fromEntries(explained().totals.map(({ id, verdict }) => [id, verdict]))).toEqual({
      "render-current": "stands",
      railway: "not like for like",
      "fly-gru": "not like for like",
      "aws-minimal": "not like for like",
      "render-payg": "wrong",
      "aws-recommended": "not like for like",
    });
  });

  it("are unknown where a price is, and stale where one has changed since", () => {
    const without = verdictOfRender(({ id }) => (id === "render/instance/starter" ? null : undefined));
    expect(without).toBe("unknown");
    const dearer = verdictOfRender(({ id, value }) =>
      id === "upstash/fixed/250mb" ? doubled(value) : undefined,
    );
    expect(dearer).toBe("wrong");
  });

  it("are priced by what was in force then, beside what is now", () => {
    const payg = explained().totals.find(({ id }) => id === "render-payg");
    const entries = (cost: "before" | "now") => payg?.[cost].lines.flatMap((line) => line.entries) ?? [];
    expect(
      entries("before").every(
        ({ validFrom, validTo }) => validFrom <= "2025-01-15" && (validTo ?? "9") > "2025-01-15",
      ),
    ).toBe(true);
    expect(entries("now").every(({ validFrom, validTo }) => validFrom <= DAY && (validTo ?? "9") > DAY)).toBe(
      true,
    );
  });

  it("cannot be without an example's plan", () => {
    expect(() => explain({ catalogue, day: DAY, plans: {}, usage: USAGE })).toThrow("no example is named");
  });
});

describe("the claims of the 2025 analysis", () => {
  it("have each a name of its own, a verdict, something to say and a source", () => {
    const { claims } = explained();
    expect(new Set(claims.map(({ id }) => id)).size).toBe(claims.length);
    expect(claims.map(({ number }) => number)).toEqual(claims.map((_, index) => index + 1));
    for (const { id, now, sources } of claims) {
      expect(now, id).toMatch(/[.)]$/);
      expect(sources.length, id).toBeGreaterThan(0);
    }
  });

  it("are known of, with the catalogue as it is", () => {
    expect(
      explained().claims.filter(({ verdict, now }) => verdict === "unknown" || now.includes("unknown")),
    ).toEqual([]);
  });

  it("ask for nothing that the catalogue does not have", () => {
    const asked = new Set<string>();
    const watched = new Catalogue(catalogue.entries);
    const entry = watched.entry.bind(watched);
    watched.entry = (id, day) => {
      const found = entry(id, day);
      if (found === undefined && day === DAY) asked.add(id);
      return found;
    };
    explain({ catalogue: watched, day: DAY, plans: PLANS, usage: USAGE });
    expect([...asked]).toEqual([]);
  });

  it("repeat no price: with all of them three times as high, so is every amount that comes from one", () => {
    const amounts = (explanation: Explanation) =>
      Object.fromEntries(
        explanation.claims.map(({ id, now }) => [
          id,
          [...now.matchAll(/([\d,.]*\d)(?:–([\d,.]*\d))? USD/g)].flatMap(([, low, high]) =>
            [low, high].flatMap((each) => (each === undefined ? [] : [Number(each.replaceAll(",", ""))])),
          ),
        ]),
      );
    const before = amounts(explained());
    const after = amounts(
      explained(({ currency, value }) =>
        currency === undefined || value === null ? undefined : tripled(value),
      ),
    );
    for (const [id, values] of Object.entries(before)) {
      if (NOT_OF_THE_CATALOGUE.has(id)) continue;
      expect(after[id]?.length, id).toBe(values.length);
      for (const [index, value] of values.entries())
        expect(after[id]?.[index] ?? 0, `${id}: ${value}`).toBeGreaterThan(value * 2.4);
    }
  });

  it.each([
    [
      "render-prices",
      "stands",
      ({ id, value }: Entry) => (id === "render/instance/pro" ? doubled(value) : undefined),
      "wrong",
    ],
    [
      "upstash-payg-price",
      "stands",
      ({ id }: Entry) => (id === "upstash/payg/commands" ? null : undefined),
      "unknown",
    ],
    [
      "aws-small-node",
      "stands",
      ({ id, value }: Entry) =>
        id.startsWith("aws/elasticache/redis/cache.t4g.micro") ? doubled(value) : undefined,
      "wrong",
    ],
    [
      "fly-egress",
      "wrong",
      ({ id }: Entry) => (id === "fly/egress/sa-apac" ? known(0.02) : undefined),
      "stands",
    ],
    [
      "aws-latency",
      "wrong",
      ({ id }: Entry) => (id === "rtt/sao-paulo/virginia" ? known(100) : undefined),
      "stands",
    ],
  ] as const)("%s: %s, until the catalogue says otherwise", (id, verdict, change, changed) => {
    expect(claimOf(explained(), id)).toBe(verdict);
    expect(claimOf(explained(change), id)).toBe(changed);
  });

  it("are stale when they were right in the month of the analysis, and are not now", () => {
    const entries = catalogue.entries.flatMap((entry): Entry[] => {
      if (entry.id !== "fly/volume") return [entry];
      return [
        { ...entry, validFrom: "2024-01-01", validTo: "2026-01-01" },
        { ...entry, validFrom: "2026-01-01", value: doubled(entry.value) },
      ];
    });
    const { claims } = explain({ catalogue: new Catalogue(entries), day: DAY, plans: PLANS, usage: USAGE });
    expect(claims.find(({ id }) => id === "fly-volume")?.verdict).toBe("stale");
  });

  it("say what the hours cost where somebody says what one does", () => {
    const { claims } = explain({
      catalogue,
      day: DAY,
      plans: PLANS,
      usage: { ...USAGE, hourlyRate: known(80) },
    });
    expect(claims.find(({ id }) => id === "upkeep")?.now).toContain(
      "at 80.00 USD they are 800.00–1,600.00 USD a month",
    );
  });
});

/** What it adds up itself, what models cost by another library, and conditions in the catalogue's own words. */
const NOT_OF_THE_CATALOGUE = new Set(["aws-contradiction", "ai-cost", "fly-uptime", "slas"]);

type Change = (entry: Entry) => Entry["value"] | undefined;

function explained(change: Change = () => undefined): Explanation {
  const entries = catalogue.entries.map((entry) => {
    const value = change(entry);
    return value === undefined ? entry : Object.assign({}, entry, { value });
  });
  return explain({ catalogue: new Catalogue(entries), day: DAY, plans: PLANS, usage: USAGE });
}

function verdictOfRender(change: Change): string | undefined {
  return explained(change).totals.find(({ id }) => id === "render-current")?.verdict;
}

function claimOf({ claims }: Explanation, wanted: string): string | undefined {
  return claims.find(({ id }) => id === wanted)?.verdict;
}

function doubled(value: Entry["value"]): Entry["value"] {
  return value === null ? null : known(value.low * 2, value.high * 2);
}

function tripled({ low, high }: NonNullable<Entry["value"]>): Entry["value"] {
  return known(low * 3, high * 3);
}

function near(low: number, high: number) {
  return { kind: "known", low: expect.closeTo(low, 6), high: expect.closeTo(high, 6) };
}
