import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { CATALOGUE_FOLDER } from "../compare/catalogue/catalogue.ts";
import { offerFile, startPriceList, type PriceListServer } from "../compare/price-list/price-list-fixture.ts";
import { oxy } from "./oxy-fixture.ts";

const SHED = `provider: shed
review_days: 90
look: https://shed.example/prices
entries:
  - id: shed/rent
    aliases: [shed/hut]
    about: a shed
    unit: month
    usd: 7
    from: 2025-01-01
    to: 2026-01-01
    observed: 2025-06-01
    source: https://shed.example/prices
    kind: official
    confidence: A
  - id: shed/rent
    about: a shed
    unit: month
    usd: [8, 9]
    from: 2026-01-01
    observed: 2026-01-02
    source: https://shed.example/prices
    kind: official
    confidence: A
    note: dearer since the roof
  - id: shed/light
    about: its lamp
    unit: month
    usd: null
    from: 2025-01-01
    observed: 2099-01-01
    source: nobody wrote it down
    kind: unsourced
    confidence: D
`;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "prices-"));
  await writeFile(join(folder, "shed.yaml"), SHED);
});
afterEach(() => rm(folder, { recursive: true }));

async function prices(...args: string[]) {
  return await oxy("prices", ...args, "--folder", folder);
}

test("what is in force is listed with its age, and what is unknown is so", async () => {
  const { code, stdout, stderr } = await prices();
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(
    /^shed: 2 in force on \d{4}-\d{2}-\d{2}, to be looked at every 90 days, https:\/\/shed\.example\/prices$/m,
  );
  expect(stdout).toMatch(/^ {2}shed\/rent +8–9 USD per month +A seen 2026-01-02 \(\d+ d\) !$/m);
  expect(stdout).toMatch(/^ {2}shed\/light +unknown +D seen 2099-01-01 \(0 d\)$/m);
});

test("on another day other prices are in force", async () => {
  const { stdout } = await prices("--on", "2025-01", "--json");
  const { day, entries } = JSON.parse(stdout) as { day: string; entries: { id: string; value: unknown }[] };
  expect(day).toBe("2025-01-31");
  expect(entries.map(({ id, value }) => [id, value])).toEqual([
    ["shed/rent", { low: 7, high: 7 }],
    ["shed/light", null],
  ]);
});

test("of an id, by any of its names, there is all that became of it", async () => {
  const { stdout } = await prices("--id", "shed/rent");
  expect(stdout).toContain("shed/rent  7 USD per month  2025-01-01 to 2026-01-01\n");
  expect(stdout).toContain("shed/rent  8–9 USD per month  from 2026-01-01 on\n");
  expect(stdout).toContain("note: dearer since the roof");
  expect(stdout).toContain("shed.yaml:16");
  expect((await prices("--id", "shed/hut")).stdout).toContain("also: shed/hut");
});

test("an id may be the beginning of several, and of a provider there are its own", async () => {
  await writeFile(join(folder, "barn.yaml"), SHED.replaceAll("shed", "barn"));
  const idsOf = async (...args: string[]): Promise<string[]> => {
    const { entries } = JSON.parse((await prices(...args, "--json")).stdout) as { entries: { id: string }[] };
    return entries.map(({ id }) => id);
  };
  expect(await idsOf("--id", "shed/")).toEqual(["shed/rent", "shed/rent", "shed/light"]);
  expect(await idsOf("--provider", "barn")).toEqual(["barn/rent", "barn/light"]);
  expect((await prices("--id", "shed/r", "--provider", "barn")).code).toBe(2);
});

test("of many names only the nearest is told", async () => {
  const { code, stderr } = await oxy("prices", "--id", "render/instance/startr");
  expect(code).toBe(2);
  expect(stderr).toBe(
    'oxy: --id: expected one of the catalogue\'s, got "render/instance/startr"; the nearest is render/instance/starter\n',
  );
});

test("what was seen too long ago is listed apart", async () => {
  const { stdout } = await prices("--stale", "--json");
  const { entries } = JSON.parse(stdout) as { entries: { id: string; stale: boolean }[] };
  expect(entries.map(({ id, stale }) => [id, stale])).toEqual([["shed/rent", true]]);
});

test.each([
  [["--provider", "shedd"], 'oxy: --provider: expected one of shed, got "shedd"; the nearest is shed\n'],
  [["--id", "shed/rant"], `--id: expected one of shed/rent, shed/hut, shed/light, got "shed/rant"`],
  [["--on", "2025-13"], "oxy: --on: expected a month or a day that exists"],
  [["--on", "2024-12"], "oxy: --on: expected 2025-01 or later"],
])("%j is refused with what is there", async (args, expected) => {
  const { code, stderr } = await prices(...args);
  expect(code).toBe(2);
  expect(stderr).toContain(expected);
});

test("check counts, and tells everything that is wrong by file and line", async () => {
  expect((await prices("check")).stdout).toMatch(
    /^3 entries, nothing wrong with them\. In force today: 2, of which 1 unknown, 0 without a source, 1 seen/,
  );
  await writeFile(
    join(folder, "shed.yaml"),
    SHED.replace("usd: 7", "usd: -7").replace("to: 2026-01-01", "to: 2026-02-01"),
  );
  await writeFile(join(folder, "barn.yaml"), SHED.replace("review_days: 90", "review_days: often"));
  const { code, stderr } = await prices("check");
  expect(code).toBe(2);
  expect(stderr).toMatch(
    /^barn\.yaml:2: review_days: expected days, an integer from 1 to 3650, got "often"$/m,
  );
  expect(stderr).toMatch(/^shed\.yaml:9: entries\.0\.usd: expected a number from 0 on.*got -7$/m);
});

test("this project's own catalogue is as it should be", async () => {
  const { code, stdout } = await oxy("prices", "check");
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining("nothing wrong with them") });
});

test("a provider without a list says where a person looks, and how old what it has is", async () => {
  const { code, stdout } = await prices("update", "shed");
  expect(code).toBe(0);
  expect(stdout).toContain("shed has no list of prices that a program reads: look yourself");
  expect(stdout).toContain("https://shed.example/prices");
  expect(stdout).toMatch(/^ {2}shed\/rent +8–9 USD/m);
  // What is in force no more needs nobody to look.
  expect(stdout).not.toContain("7 USD per month");
  expect((await prices("update", "aws")).stderr).toContain('<provider>: expected one of shed, got "aws"');
});

/** AWS's list on loopback, and the catalogue that the project has in a folder of the test's own. */
async function withList(run: (server: PriceListServer, own: string) => Promise<void>): Promise<void> {
  const server = await startPriceList();
  const own = join(folder, "own");
  await cp(CATALOGUE_FOLDER, own, { recursive: true, filter: (path) => !path.endsWith(".ts") });
  const before = process.env["OXY_HOME"];
  process.env["OXY_HOME"] = join(folder, "home");
  try {
    await run(server, own);
  } finally {
    if (before === undefined) delete process.env["OXY_HOME"];
    else process.env["OXY_HOME"] = before;
    await server.close();
  }
}

test("update tells what differs from AWS's list, and writes it when it is told to", async () => {
  await withList(async (server, own) => {
    const offer = offerFile([
      { usagetype: "SAE1-Fargate-vCPU-Hours:perCPU", usd: 0.07 },
      { usagetype: "SAE1-Fargate-GB-Hours", usd: 0.0076 },
    ]);
    server.put("AmazonECS", "sa-east-1", { body: JSON.stringify(offer), etag: '"one"' });
    const update = ["prices", "update", "aws", "--folder", own, "--from", server.address];
    const some = ["--service", "AmazonECS", "--region", "sa-east-1"];
    const before = await readFile(join(own, "aws.yaml"), "utf8");
    const told = await oxy(...update, ...some);
    expect({ code: told.code, stderr: told.stderr }).toEqual({ code: 0, stderr: "" });
    expect(told.stdout).toMatch(/^AmazonECS sa-east-1: 0\.0 MB, 2 prices$/m);
    expect(told.stdout).toMatch(
      /^ {2}~ aws\/fargate\/x86\/vcpu-hour@sa-east-1: 0\.0696 USD per hour → 0\.07, from 2026-11-01 on$/m,
    );
    expect(told.stdout).toContain("1 are the same.");
    expect(told.stdout).toContain("2 are not in the list: aws/fargate/arm/vcpu-hour@sa-east-1, ");
    expect(told.stdout).toMatch(
      /are in no list; a person looks them up.*\n {2}aws\/fargate-spot\/x86\/vcpu-hour/,
    );
    expect(await readFile(join(own, "aws.yaml"), "utf8")).toBe(before);

    const wrote = await oxy(...update, ...some, "--write", "--json");
    expect(JSON.parse(wrote.stdout.trim().split("\n").at(-1) ?? "")).toMatchObject({
      kind: "result",
      written: join(own, "aws.yaml"),
      failures: [],
    });
    expect(server.asked.at(-1)?.etag).toBe('"one"');
    const { stdout } = await oxy("prices", "--folder", own, "--id", "aws/fargate/x86/vcpu-hour@sa-east-1");
    expect(stdout).toMatch(/0\.0696 USD per hour {2}2025-01-01 to 2026-11-01/);
    expect(stdout).toMatch(/0\.07 USD per hour {2}from 2026-11-01 on/);
    const again = await oxy(...update, ...some, "--write");
    expect(again.stdout).toContain("Nothing differs.");
    expect(again.stdout).not.toContain("Written:");
  });
}, 30_000);

test("a mirror may be named by the environment; unless it is asked for, the hundreds of MB of EC2 are not read", async () => {
  await withList(async (server, own) => {
    server.put("AmazonECS", "sa-east-1", { body: JSON.stringify(offerFile([])) });
    const before = process.env["OXY_AWS_PRICE_LIST_URL"];
    process.env["OXY_AWS_PRICE_LIST_URL"] = server.address;
    try {
      const all = await oxy("prices", "update", "aws", "--folder", own, "--region", "sa-east-1", "--json");
      const result = JSON.parse(all.stdout.trim().split("\n").at(-1) ?? "") as Record<string, unknown>;
      expect(result).toMatchObject({ from: server.address, unread: ["AmazonEC2"] });
    } finally {
      if (before === undefined) delete process.env["OXY_AWS_PRICE_LIST_URL"];
      else process.env["OXY_AWS_PRICE_LIST_URL"] = before;
    }
    const paths = server.asked.map(({ path }) => path).join("\n");
    expect(paths).toContain("/AmazonECS/current/sa-east-1/");
    expect(paths).not.toContain("AmazonEC2");
  });
}, 30_000);

test("what could not be read is told, ends with 1, and the rest is there", async () => {
  await withList(async (server, own) => {
    server.put("AmazonECS", "sa-east-1", { brokenOff: '{"formatVersion":"v1.0","products":{' });
    const { code, stdout, stderr } = await oxy(
      ...["prices", "update", "aws", "--folder", own, "--from", server.address],
      ...["--service", "AmazonECS", "--service", "AWSELB", "--region", "sa-east-1"],
    );
    expect(code).toBe(1);
    expect(stdout).toContain("Nothing differs.");
    expect(stderr).toMatch(
      /^oxy: not all of the list could be read:\n {2}.*AWSELB.*\n {2}.*AmazonECS.* broke off: /,
    );
  });
}, 30_000);

test.each([
  [["--region", "sa-east-2"], "--region: expected one of us-east-1, sa-east-1"],
  [["--service", "AmazonECSS"], "the nearest is AmazonECS"],
])("update %j is refused", async (args, expected) => {
  const { code, stderr } = await oxy("prices", "update", "aws", ...args);
  expect(code).toBe(2);
  expect(stderr).toContain(expected);
});
