import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { pathOf } from "./offer-source.ts";
import { offerFile, startPriceList, type OfferProduct, type PriceListServer } from "./price-list-fixture.ts";
import { readPriceList, type PriceListParts } from "./read-price-list.ts";

const FARGATE: readonly OfferProduct[] = [
  { usagetype: "SAE1-Fargate-vCPU-Hours:perCPU", usd: 0.0696 },
  { usagetype: "SAE1-Fargate-GB-Hours", usd: 0.0076 },
  { usagetype: "SAE1-Fargate-ARM-vCPU-Hours:perCPU", usd: 0.0557 },
  { usagetype: "SAE1-Fargate-ARM-GB-Hours", usd: 0.00612 },
  { usagetype: "SAE1-Fargate-Windows-vCPU-Hours:perCPU", usd: 0.2 },
];
let server: PriceListServer;
let home: string;

beforeEach(async () => {
  [server, home] = await Promise.all([startPriceList(), mkdtemp(join(tmpdir(), "price-list-"))]);
});
afterEach(async () => {
  await Promise.all([server.close(), rm(home, { recursive: true })]);
});

async function read(parts: Partial<PriceListParts> = {}) {
  return await readPriceList({
    from: server.address,
    services: ["AmazonECS"],
    regions: ["sa-east-1"],
    home,
    ...parts,
  });
}

function put(products: readonly OfferProduct[], service = "AmazonECS", region = "sa-east-1"): void {
  server.put(service, region, { body: JSON.stringify(offerFile(products)) });
}

test("prices are found by what the list calls them, and nothing else is", async () => {
  put(FARGATE);
  const { prices, failures } = await read();
  expect(failures).toEqual([]);
  expect(prices.map(({ id, usd }) => [id, usd])).toEqual([
    ["aws/fargate/x86/vcpu-hour@sa-east-1", [0.0696]],
    ["aws/fargate/x86/gb-hour@sa-east-1", [0.0076]],
    ["aws/fargate/arm/vcpu-hour@sa-east-1", [0.0557]],
    ["aws/fargate/arm/gb-hour@sa-east-1", [0.00612]],
  ]);
  expect(prices[0]).toMatchObject({ effective: "2026-11-01", published: "2026-11-20" });
});

test("us-east-1 has its own prefix and none", async () => {
  put([{ usagetype: "Fargate-GB-Hours", usd: 0.004445 }], "AmazonECS", "us-east-1");
  put(
    [
      { usagetype: "USE1-SecretsX", usd: 1 },
      { usagetype: "USE1-AWSSecretsManager-Secrets", usd: 0.4 },
    ],
    "AWSSecretsManager",
    "us-east-1",
  );
  const { prices } = await read({ services: ["AmazonECS", "AWSSecretsManager"], regions: ["us-east-1"] });
  const found = prices.filter(({ usd }) => usd.length > 0).map(({ id, usd }) => [id, usd]);
  expect(found).toEqual([
    ["aws/fargate/x86/gb-hour@us-east-1", [0.004445]],
    ["aws/secret@us-east-1", [0.4]],
  ]);
});

test("a node is its price on demand, and not what it costs when it is reserved or another engine's", async () => {
  put(
    [
      {
        usagetype: "SAE1-NodeUsage:cache.t4g.micro",
        attributes: { cacheEngine: "Redis" },
        usd: 0.025,
      },
      {
        usagetype: "SAE1-NodeUsage:cache.t4g.micro",
        attributes: { cacheEngine: "Valkey" },
        usd: 0.02,
        reservedApplied: true,
      },
    ],
    "AmazonElastiCache",
  );
  const { prices } = await read({ services: ["AmazonElastiCache"] });
  expect(prices.find(({ id }) => id.includes("t4g.micro"))?.usd).toEqual([0.02]);
});

test("a load balancer is one for HTTP, and not another kind's of the same name", async () => {
  const of = (operation: string, usd: number): readonly OfferProduct[] =>
    ["LoadBalancerUsage", "LCUUsage"].map((name) => ({
      usagetype: `SAE1-${name}`,
      attributes: { operation: `LoadBalancing:${operation}` },
      usd,
    }));
  put([...of("Network", 0.7), ...of("Application", 0.034), ...of("Gateway", 0.9)], "AWSELB");
  const { prices } = await read({ services: ["AWSELB"] });
  expect(prices.map(({ id, usd }) => [id, usd])).toEqual([
    ["aws/alb/hour@sa-east-1", [0.034]],
    ["aws/alb/lcu-hour@sa-east-1", [0.034]],
  ]);
});

test("of tiers it is the first that is not free", async () => {
  put([{ usagetype: "SAE1-CW:MetricMonitorUsage", usd: { "10000": 0.1, "0": 0.3 } }], "AmazonCloudWatch");
  put(
    [
      {
        usagetype: "SAE1-DataTransfer-Out-Bytes",
        attributes: { transferType: "AWS Outbound" },
        usd: { "0": 0, "100": 0.15, "10240": 0.138 },
      },
      {
        usagetype: "SAE1-DataTransfer-Out-Bytes",
        attributes: { transferType: "InterRegion Outbound" },
        usd: 0.138,
      },
    ],
    "AWSDataTransfer",
  );
  const { prices } = await read({ services: ["AmazonCloudWatch", "AWSDataTransfer"] });
  expect(prices.find(({ id }) => id.startsWith("aws/metric@"))?.usd).toEqual([0.3]);
  expect(prices.find(({ id }) => id.startsWith("aws/egress-gb@"))?.usd).toEqual([0.15]);
});

test("two prices of one are both told", async () => {
  put([...FARGATE, { usagetype: "SAE1-Fargate-GB-Hours", usd: 0.008 }]);
  const { prices } = await read();
  expect(prices.find(({ id }) => id.startsWith("aws/fargate/x86/gb-hour"))?.usd).toEqual([0.0076, 0.008]);
});

test("a file that has not changed is not sent again", async () => {
  server.put("AmazonECS", "sa-east-1", { body: JSON.stringify(offerFile(FARGATE)), etag: '"one"' });
  const lines: string[] = [];
  const first = await read();
  const second = await read({ progress: (line) => lines.push(line) });
  expect(second).toEqual(first);
  expect(server.asked.map(({ etag }) => etag)).toEqual([undefined, '"one"']);
  expect(lines).toEqual(["AmazonECS sa-east-1: unchanged"]);
});

test("a file that has changed is read anew, and another list's is not taken for it", async () => {
  server.put("AmazonECS", "sa-east-1", { body: JSON.stringify(offerFile(FARGATE)), etag: '"one"' });
  await read();
  const dearer = FARGATE.map((product) => ({ ...product, usd: 9 }));
  server.put("AmazonECS", "sa-east-1", { body: JSON.stringify(offerFile(dearer)), etag: '"two"' });
  expect((await read()).prices[0]?.usd).toEqual([9]);
  const other = await startPriceList();
  try {
    other.put("AmazonECS", "sa-east-1", { body: JSON.stringify(offerFile(FARGATE)), etag: '"two"' });
    expect((await read({ from: other.address })).prices[0]?.usd).toEqual([0.0696]);
    expect(other.asked[0]?.etag).toBeUndefined();
  } finally {
    await other.close();
  }
});

test("what was kept by a version that looked for other prices is read anew", async () => {
  server.put("AmazonECS", "sa-east-1", { body: JSON.stringify(offerFile(FARGATE)), etag: '"one"' });
  await read();
  const [name = ""] = await readdir(join(home, "price-list"));
  const path = join(home, "price-list", name);
  const kept = JSON.parse(await readFile(path, "utf8")) as object;
  await writeFile(path, JSON.stringify({ ...kept, wanted: "other" }));
  expect((await read()).prices[0]?.usd).toEqual([0.0696]);
  expect(server.asked[1]?.etag).toBeUndefined();
});

test("an address may end in a slash", async () => {
  put(FARGATE);
  expect((await read({ from: `${server.address}/` })).prices[0]?.usd).toEqual([0.0696]);
});

test("what is kept and cannot be read any more is read anew", async () => {
  server.put("AmazonECS", "sa-east-1", { body: JSON.stringify(offerFile(FARGATE)), etag: '"one"' });
  await read();
  const [name = ""] = await readdir(join(home, "price-list"));
  await writeFile(join(home, "price-list", name), "{");
  expect((await read()).prices[0]?.usd).toEqual([0.0696]);
  expect(server.asked[1]?.etag).toBeUndefined();
});

const WHOLE = JSON.stringify(offerFile(FARGATE));

test.each([
  [
    "broken off on its way",
    { brokenOff: WHOLE.slice(0, 900) },
    /sa-east-1\/index\.json of AWS's Price List broke off: /,
  ],
  ["cut off", { body: WHOLE.slice(0, -60) }, /is no whole offer file: /],
  ["a page", { body: "<html><body>Access denied</body></html>" }, /is no whole offer file: /],
  ["empty", { body: "" }, /is no whole offer file: /],
  ["another JSON", { body: '{"a":1}' }, /is no whole offer file: it has no publicationDate/],
  [
    "of another shape",
    { body: WHOLE.replaceAll('"USD"', '"EUR"') },
    /is no whole offer file: .*pricePerUnit\.USD/,
  ],
  [
    "missing",
    { status: 404 },
    /answers 404 to http:\/\/127\.0\.0\.1:\d+\/offers\/v1\.0\/aws\/AmazonECS\/current\/sa-east-1\/index\.json/,
  ],
  ["forbidden", { status: 403 }, /answers 403 to /],
  ["said to be the same, and never seen", { status: 304 }, /there is no before/],
] as const)(
  "a file that is %s is told, the others are read, and nothing of it is kept",
  async (_what, reply, expected) => {
    server.put("AmazonECS", "sa-east-1", reply);
    put([{ usagetype: "EU-Fargate-GB-Hours", usd: 0.004445 }], "AmazonECS", "eu-west-1");
    const { prices, failures } = await read({ regions: ["sa-east-1", "eu-west-1"] });
    expect(failures).toEqual([expect.stringMatching(expected)]);
    expect(prices.filter(({ usd }) => usd.length > 0).map(({ id }) => id)).toEqual([
      "aws/fargate/x86/gb-hour@eu-west-1",
    ]);
    await expect(readdir(join(home, "price-list"))).rejects.toMatchObject({ code: "ENOENT" });
  },
);

test("a list that nobody reaches is told with the reason", async () => {
  await server.close();
  const { failures } = await read();
  expect(failures).toEqual([
    expect.stringMatching(/^AWS's Price List could not be reached at .*: ECONNREFUSED$/),
  ]);
}, 30_000);

test("a folder is a list, too", async () => {
  const folder = join(home, "mirror");
  const path = join(folder, pathOf({ service: "AmazonECS", region: "sa-east-1" }));
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, WHOLE);
  const { prices, failures } = await read({ from: folder, regions: ["sa-east-1", "us-west-1"] });
  expect(prices.flatMap(({ usd }) => usd)).toEqual([0.0696, 0.0076, 0.0557, 0.00612]);
  expect((await read({ from: pathToFileURL(folder).href })).prices).toEqual(prices.slice(0, 4));
  expect(failures).toEqual([
    "offers/v1.0/aws/AmazonECS/current/us-west-1/index.json of AWS's Price List is not there",
  ]);
});

test("what is kept is what was used, not the file", async () => {
  const many = Array.from({ length: 2_000 }, (_, index) => ({
    usagetype: `SAE1-BoxUsage:x${index}`,
    usd: 1,
  }));
  server.put("AmazonECS", "sa-east-1", {
    body: JSON.stringify(offerFile([...many, ...FARGATE])),
    etag: '"one"',
  });
  await read();
  const [name = ""] = await readdir(join(home, "price-list"));
  const kept = await readFile(join(home, "price-list", name), "utf8");
  expect(kept).toContain("aws/fargate/x86/gb-hour");
  expect(kept).not.toContain("BoxUsage");
});
