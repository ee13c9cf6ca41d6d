import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { examples } from "./examples.ts";
import type { Comparison } from "../compare/comparison.ts";
import { oxy } from "./oxy-fixture.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "compare-"));
});
afterEach(() => rm(folder, { recursive: true }));

test("every example is compared, beside where production is", async () => {
  const { code, stdout, stderr } = await oxy("compare", "--messages", "500k", "--sessions", "10");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toContain("For 500,000 messages a month");
  expect(stdout).toMatch(/^Staying at render-current costs [\d.–]+ USD a month/m);
  for (const { name } of await examples()) expect(stdout).toMatch(new RegExp(`^${name} +[\\d.]+`, "m"));
});

test("the 2025 analysis stands beside the prices of its month, claim by claim", async () => {
  const { code, stdout } = await oxy("compare", "--as-of", "2025-01", "--explain", "--messages", "100k");
  expect(code).toBe(0);
  for (const total of ["$24", "$15-20", "~$12", "~$32", "$14.10"]) expect(stdout).toContain(total);
  expect(stdout).toContain("January 2025");
  expect(stdout).toMatch(/Of \d+ claims: .*stands/);
});

test("a page is written in the language and the currency that were asked for, and asks for nothing else", async () => {
  const path = join(folder, "page.html");
  const brl = ["--currency", "BRL", "--rate", "5.40", "--rate-date", "2026-11-20", "--tax", "iof=3.5"];
  const { code, stdout, stderr } = await oxy(
    "compare",
    "--messages",
    "500k",
    ...brl,
    "--lang",
    "pt-BR",
    "--html",
    path,
  );
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: `${path}\n`, stderr: "" });
  const page = await readFile(path, "utf8");
  expect(page).toContain('<html lang="pt-BR">');
  expect(page).toContain("Por mês, em BRL");
  expect(page).toContain("default-src 'none'");
  expect(page).not.toMatch(/<script|<iframe|<img|url\((?!#)|@import|<link(?![^>]*href="data:,")/);
});

test("what one comparison expected, another one is reviewed against", async () => {
  const { stdout } = await oxy("compare", "--json", "--messages", "100k", "--sessions", "10");
  const projected = join(folder, "projected.json");
  await writeFile(projected, stdout);
  const comparison = JSON.parse(stdout) as Comparison & { kind: string };
  expect(comparison).toMatchObject({ kind: "result", version: 1, current: "render-current" });
  const usage = join(folder, "usage.yaml");
  await writeFile(usage, "version: 1\nmessages: 3000000\nsessions: 10\n");
  const invoices = join(folder, "invoices.yaml");
  await writeFile(
    invoices,
    "version: 1\nmonth: 2026-10\ninvoices:\n  - provider: render\n    lines:\n      - what: all services\n        amount: 14\n",
  );
  const review = await oxy("compare", "--review", projected, "--usage", usage, "--invoices", invoices);
  expect(review.code).toBe(0);
  expect(review.stdout).toMatch(/^Projected, measured, invoiced$/m);
  expect(review.stdout).toMatch(/^Total .* 14\.00/m);
});

test("the memory of a target is doubled, and its price follows", async () => {
  const { stdout } = await oxy(
    "compare",
    "--json",
    "--targets",
    "fly:gru:shared-1x-512mb,fly:gru:shared-1x-1gb",
  );
  const { targets } = JSON.parse(stdout) as Comparison;
  const [small = 0, large = 0] = targets.map(({ cost: { hosting } }) =>
    hosting.baseline.kind === "known" ? hosting.baseline.low : Number.NaN,
  );
  expect(large).toBeGreaterThan(small);
});

describe("what is refused, with what was expected", () => {
  test.each([
    [
      ["--targets", "flyy"],
      'expected a host (local, render, fly, railway, ecs-fargate), got "flyy"; the nearest is fly',
    ],
    [["--targets", "fly:grou"], "the nearest is gru"],
    [["--targets", "fly:gru:instances=300"], "targets.instances: expected an integer from 1 to 20, got 300"],
    [["--targets", "fly+upstash:payy"], "; the nearest is payg"],
    [["--targets", "fly+elasticache"], "expected a host that reaches store elasticache"],
    [["--targets", "fly,fly"], "expected each target once, got fly twice"],
    [["--store", "upstash"], "--store: expected --targets beside it"],
    [["-s", "nowhere"], "-s: expected a stack that has a file in"],
    [["--example", "fly-gur"], "; the nearest is fly-gru"],
    [["--messages", "-5"], "--messages: expected a number from 0 to 10,000,000,000"],
    [["--messages", "20000000k"], "--messages: expected a number from 0 to 10,000,000,000"],
    [["--currency", "BRL"], "because exchange rates are an input here, got none"],
    [["--weights", "costs=3"], "; the nearest is cost"],
    [["--current", "render"], "--current: expected one of"],
    [["--as-of", "2031-01"], "because nobody knows its prices"],
    [["--invoices", "x.yaml"], "--invoices: expected --review"],
  ])("%j", async (args, message) => {
    const { code, stdout, stderr } = await oxy("compare", ...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(message);
  });

  test("a usage file of another version, by file and line", async () => {
    const path = join(folder, "usage.yaml");
    await writeFile(path, "messages: 5\nversion: 2\n");
    const { code, stderr } = await oxy("compare", "--usage", path);
    expect(code).toBe(2);
    expect(stderr).toContain(`${path}:2: version: expected version 1`);
  });
});
