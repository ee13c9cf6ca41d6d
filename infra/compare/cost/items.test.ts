import { expect, test } from "vitest";
import type { CostItem } from "../../cost-item.ts";
import { planWith } from "./plan-fixture.ts";
import { itemsOf } from "./hosting-cost.ts";

/** What a bill asks for, in a line each: whose, the price, how many. */
function billOf(store: object, fleet: Parameters<typeof planWith>[1]): string[] {
  return itemsOf(planWith(store, fleet)).map(
    ({ of, item }) => `${of}: ${priceOf(item)} × ${quantityOf(item)}`,
  );
}

function priceOf({ price, factors = [] }: CostItem): string {
  const id = typeof price === "string" ? price : `${price.account}/${price.least} or more`;
  return [id, ...factors].join(" × ");
}

function quantityOf({ quantity, paidFrom }: CostItem): string {
  const paid = paidFrom === undefined ? "" : `, from ${paidFrom}`;
  if (!("meters" in quantity))
    return `${quantity.low === quantity.high ? quantity.low : `${quantity.low}–${quantity.high}`}${paid}`;
  const { meters, times, atMost, beyond } = quantity;
  return [
    meters.join(" + "),
    ...(times === undefined ? [] : [`by ${Number(times.toPrecision(3))}`]),
    ...(atMost === undefined ? [] : [`at most ${atMost}`]),
    ...(beyond === undefined ? [] : [`beyond ${beyond}`]),
  ]
    .join(", ")
    .concat(paid);
}

test("Render: each service by its instances, and what leaves for WhatsApp, the AI and a store outside", () => {
  const upstash = { kind: "upstash", region: "us-west-2", plan: "250mb" };
  expect(billOf(upstash, { host: "render", size: "starter", services: "two" })).toEqual([
    "fleet main: render/instance/starter × 1",
    "fleet main: render/instance/starter × 1",
    "fleet main: render/workspace/hobby or more × 1",
    "fleet main: render/egress × internet-gb + to-store-gb, beyond render/egress/included-gb",
    "store: upstash/fixed/250mb × 1",
  ]);
});

test("Render: a store of its own network costs no traffic, and scaling by itself needs a larger workspace", () => {
  const fleet = { host: "render", region: "oregon", autoscaling: "cpu", instances: 2, maxInstances: 5 };
  expect(billOf({ kind: "render-key-value", plan: "starter" }, fleet)).toEqual([
    "fleet main: render/instance/starter × 2–5",
    "fleet main: render/workspace/pro or more × 1",
    "fleet main: render/egress × internet-gb, beyond render/egress/included-gb",
    "store: render/key-value/starter × 1",
  ]);
});

test("Fly: machines and volumes by the region, egress by its part of the world", () => {
  const payg = { kind: "upstash", region: "sa-east-1", plan: "payg", prodPack: true };
  expect(billOf(payg, { host: "fly", region: "gru", instances: 2, volumeGb: 3 })).toEqual([
    "fleet main: fly/machine/shared-1x-512mb × fly/region/gru × 2",
    "fleet main: fly/volume × 6",
    "fleet main: fly/snapshot × 0–30",
    "fleet main: fly/egress/sa-apac × internet-gb + to-store-gb",
    "store: upstash/payg/commands × store-commands, by 0.00001",
    "store: upstash/payg/storage × store-memory-gb, beyond upstash/payg/included-storage-gb",
    "store: upstash/payg/bandwidth × to-store-gb + from-store-gb, beyond upstash/payg/included-bandwidth-gb",
    "store: upstash/prod-pack × 1",
  ]);
  expect(billOf(payg, { host: "fly", region: "ams" })).toContain(
    "fleet main: fly/egress/na-eu × internet-gb + to-store-gb",
  );
});

test("Railway: what is used, paid from the account's fee as long as it lasts", () => {
  expect(billOf({ kind: "railway-redis", maxMemoryMb: 256 }, { host: "railway", size: "small" })).toEqual([
    "fleet main: railway/plan/hobby or more × 1",
    "fleet main: railway/memory × process-memory-gb, by 1, at most 0.5, from railway/plan",
    "fleet main: railway/memory × sessions-memory-gb, at most 0.5, from railway/plan",
    "fleet main: railway/vcpu × process-vcpu, at most 1, from railway/plan",
    "fleet main: railway/egress × internet-gb, from railway/plan",
    "store: railway/memory × store-memory-gb, at most 0.256, from railway/plan",
    "store: railway/vcpu × store-vcpu, from railway/plan",
    "store: railway/volume × store-memory-gb, by 2, at most 0.512, from railway/plan",
  ]);
});

test("AWS, minimal: a task with its address, a node, secrets, alarms and metrics", () => {
  expect(billOf({ kind: "elasticache" }, { host: "ecs-fargate" })).toEqual([
    "fleet main: aws/fargate/x86/vcpu-hour@us-east-1 × 182.5",
    "fleet main: aws/fargate/x86/gb-hour@us-east-1 × 365",
    "fleet main: aws/public-ipv4/hour@us-east-1 × 730",
    "fleet main: aws/secret@us-east-1 × 1",
    "fleet main: aws/alarm@us-east-1 × 5",
    "fleet main: aws/metric@us-east-1 × 2",
    "fleet main: aws/logs/ingest-gb@us-east-1 × log-gb",
    "fleet main: aws/logs/storage-gb@us-east-1 × log-gb, by 0.23",
    "fleet main: aws/egress-gb@us-east-1 × internet-gb, beyond aws/egress/included-gb",
    "store: aws/elasticache/valkey/cache.t4g.micro@us-east-1 × 730",
    "store: aws/alarm@us-east-1 × 3",
  ]);
});

test("AWS, recommended: more tasks on Spot when customers wait, a load balancer in two zones, NAT", () => {
  const store = { kind: "elasticache", preset: "recommended", region: "sa-east-1" };
  const fleet = {
    host: "ecs-fargate",
    preset: "recommended",
    region: "sa-east-1",
    architecture: "arm64",
    egress: "nat-per-zone",
  };
  expect(billOf(store, fleet)).toEqual(
    expect.arrayContaining([
      // The web task, and of the two to six that hold sessions the one that is never on Spot.
      "fleet main: aws/fargate/arm/vcpu-hour@sa-east-1 × 365",
      "fleet main: aws/fargate-spot/arm/vcpu-hour@sa-east-1 × 365–1825",
      "fleet main: aws/fargate-spot/arm/gb-hour@sa-east-1 × 730–3650",
      "fleet main: aws/alb/hour@sa-east-1 × 730",
      "fleet main: aws/alb/lcu-hour@sa-east-1 × 0–730",
      "fleet main: aws/public-ipv4/hour@sa-east-1 × 1460",
      "store: aws/elasticache/valkey/cache.t4g.small@sa-east-1 × 1460",
      "store: aws/elasticache/backup-gb@sa-east-1 × store-memory-gb, by 6",
      "network: aws/nat/hour@sa-east-1 × 1460",
      "network: aws/nat/gb@sa-east-1 × internet-gb",
    ]),
  );
});

test("this machine costs what only its owner knows", () => {
  expect(billOf({ kind: "local" }, { host: "local" })).toEqual(["fleet main: local/machine × 1"]);
});
