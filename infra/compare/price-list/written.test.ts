import { readFile } from "node:fs/promises";
import fc from "fast-check";
import { expect, test } from "vitest";
import { catalogueOf } from "../catalogue/catalogue.ts";
import { differencesOf } from "./difference.ts";
import { PRICE_LIST } from "./offer-source.ts";
import type { ListedPrice } from "./read-price-list.ts";
import { writtenFile } from "./written.ts";

const TEXT = `# What AWS charges.
provider: aws
review_days: 180
sources:
  golden:
    source: https://example.com/golden
    observed: 2024-07-01
    kind: harvested
    confidence: B
  nobody:
    source: not found
    observed: 2026-11-22
    kind: unsourced
    confidence: D
items:
  aws/nat/hour:
    about: a NAT gateway
    unit: hour
entries:
  # NAT.
  - id: aws/nat/hour@us-east-1
    usd: 0.045
    from: 2025-01-01
    by: golden
  - id: aws/nat/hour@sa-east-1
    usd: null
    from: 2025-01-01
    by: nobody
    note: AWS knows it # and we do not
  # Load balancers.
  - id: aws/alb/hour@us-east-1
    about: a load balancer
    unit: hour
    usd: [0.02, 0.03]
    from: 2025-01-01
    observed: 2026-06-01
    source: two notes
    kind: third_party
    confidence: C
`;
const DAY = "2026-11-25";

function listed(id: string, usd: number | readonly number[], dates: Partial<ListedPrice> = {}): ListedPrice {
  return {
    id,
    service: "AmazonEC2",
    usd: typeof usd === "number" ? [usd] : usd,
    effective: "2026-11-01",
    published: "2026-11-20",
    ...dates,
  };
}

function written(
  text: string,
  prices: readonly ListedPrice[],
  { day = DAY, from = PRICE_LIST } = {},
): string {
  const catalogue = catalogueOf([{ name: "aws.yaml", text }]);
  return writtenFile(text, differencesOf(prices, catalogue, day), { day, from });
}

function entryIn(text: string, id: string, day: string) {
  return catalogueOf([{ name: "aws.yaml", text }]).entry(id, day);
}

test("a changed price ends its entry and begins another one; comments and the rest stay", () => {
  const text = written(TEXT, [listed("aws/nat/hour@us-east-1", 0.05)]);
  expect(text).toBe(
    TEXT.replace(
      "    from: 2025-01-01\n    by: golden\n",
      `    from: 2025-01-01
    to: 2026-11-01
    by: golden
  - id: aws/nat/hour@us-east-1
    usd: 0.05
    from: 2026-11-01
    by: price-list-AmazonEC2-2026-11-25
`,
    ).replace(
      "items:\n",
      `  price-list-AmazonEC2-2026-11-25:
    source: ${PRICE_LIST}/offers/v1.0/aws/AmazonEC2/current/<region>/index.json
    observed: 2026-11-25
    kind: official
    confidence: A
items:
`,
    ),
  );
  expect(entryIn(text, "aws/nat/hour@us-east-1", "2026-10-31")?.value?.low).toBe(0.045);
  expect(entryIn(text, "aws/nat/hour@us-east-1", DAY)).toMatchObject({
    value: { low: 0.05, high: 0.05 },
    confidence: "A",
    observedAt: DAY,
  });
});

test("what stands apart is not torn apart: the entry that begins is next to the one that ends", () => {
  const apart = TEXT.replace("  # NAT.\n", "\n  # NAT.\n").replace(
    "  - id: aws/nat/hour@sa-east-1",
    "\n  - id: aws/nat/hour@sa-east-1",
  );
  const text = written(apart, [listed("aws/nat/hour@sa-east-1", 0.093)]);
  expect(text).toContain(
    "    note: AWS knows it # and we do not\n  - id: aws/nat/hour@sa-east-1\n    usd: 0.093\n",
  );
});

test("an unknown price is known from the list's day on, and stays unknown before", () => {
  const text = written(TEXT, [listed("aws/nat/hour@sa-east-1", 0.093)]);
  expect(entryIn(text, "aws/nat/hour@sa-east-1", "2025-01-31")?.value).toBeNull();
  expect(entryIn(text, "aws/nat/hour@sa-east-1", DAY)?.value?.low).toBe(0.093);
});

test("the same price was seen again, by AWS's own word", () => {
  const text = written(TEXT, [listed("aws/nat/hour@us-east-1", 0.045)]);
  expect(entryIn(text, "aws/nat/hour@us-east-1", "2025-01-31")).toMatchObject({
    value: { low: 0.045 },
    validFrom: "2025-01-01",
    confidence: "A",
    observedAt: DAY,
  });
  expect(text).toContain("golden:");
});

test("a source of one's own goes where the list says it instead", () => {
  const text = written(TEXT, [listed("aws/alb/hour@us-east-1", 0.0225)]);
  const before = entryIn(text, "aws/alb/hour@us-east-1", "2026-10-31");
  expect(before).toMatchObject({ value: { low: 0.02, high: 0.03 }, source: "two notes" });
  const now = entryIn(text, "aws/alb/hour@us-east-1", DAY);
  expect(now).toMatchObject({ value: { low: 0.0225 }, confidence: "A", about: "a load balancer" });
});

test("a new price begins no earlier than the old one was still seen", () => {
  const text = written(TEXT, [
    listed("aws/alb/hour@us-east-1", 0.0225, { effective: "2026-01-01", published: "2026-07-01" }),
  ]);
  expect(entryIn(text, "aws/alb/hour@us-east-1", "2026-05-31")?.source).toBe("two notes");
  expect(entryIn(text, "aws/alb/hour@us-east-1", "2026-06-01")?.value?.low).toBe(0.0225);
});

test("a copy of the list is no word of AWS's own, and one from before what was seen changes nothing", () => {
  const from = "/mnt/copy";
  const text = written(TEXT, [listed("aws/nat/hour@us-east-1", 0.05)], { from });
  expect(entryIn(text, "aws/nat/hour@us-east-1", DAY)).toMatchObject({
    confidence: "B",
    sourceKind: "harvested",
    observedAt: "2026-11-20",
  });
  const old = listed("aws/alb/hour@us-east-1", 0.01, { published: "2026-05-31" });
  expect(written(TEXT, [old], { from })).toBe(TEXT);
});

test("an older copy of the list does not take the place of AWS's own word", () => {
  const own = written(TEXT, [listed("aws/nat/hour@us-east-1", 0.045)]);
  expect(written(own, [listed("aws/nat/hour@us-east-1", 0.045)], { from: "/mnt/copy" })).toBe(own);
});

test("what the list has not, or has twice, or nobody asked for, changes nothing", () => {
  expect(
    written(TEXT, [
      listed("aws/nat/hour@us-east-1", []),
      listed("aws/nat/hour@sa-east-1", [0.09, 0.093]),
      listed("aws/nat/hour@eu-west-1", 0.048),
    ]),
  ).toBe(TEXT);
});

test("what was read on an earlier day goes when all of it was seen again", () => {
  const first = written(TEXT, [listed("aws/nat/hour@us-east-1", 0.05)]);
  const second = written(first, [listed("aws/nat/hour@us-east-1", 0.05)], { day: "2026-12-24" });
  expect(second).not.toContain("price-list-AmazonEC2-2026-11-25");
  expect(entryIn(second, "aws/nat/hour@us-east-1", "2026-12-24")?.observedAt).toBe("2026-12-24");
});

test("what was written is the same when it is written again", () => {
  const ids = ["aws/nat/hour@us-east-1", "aws/nat/hour@sa-east-1", "aws/alb/hour@us-east-1"];
  const price = fc.record({
    id: fc.constantFrom(...ids),
    usd: fc.uniqueArray(fc.constantFrom(0.045, 0.05, 0.093), { maxLength: 2 }),
    effective: fc.constantFrom("2024-12-01", "2025-01-01", "2026-06-01", "2026-11-01"),
    published: fc.constantFrom("2026-05-01", "2026-11-20"),
  });
  const list = fc.uniqueArray(price, { selector: ({ id }) => id, maxLength: 3 });
  fc.assert(
    fc.property(list, fc.constantFrom(PRICE_LIST, "/mnt/copy"), (prices, from) => {
      const all = prices.map((each) => listed(each.id, each.usd, each));
      const once = written(TEXT, all, { from });
      expect(written(once, all, { from })).toBe(once);
      // Every comment is there still.
      for (const comment of ["# What AWS charges.", "# NAT.", "# Load balancers.", "# and we do not"])
        expect(once).toContain(comment);
    }),
  );
});

test("the catalogue's own file is written as it is where nothing differs", async () => {
  const text = await readFile(new URL("../catalogue/aws.yaml", import.meta.url), "utf8");
  expect(writtenFile(text, [], { day: DAY, from: PRICE_LIST })).toBe(text);
});
