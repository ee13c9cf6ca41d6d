import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { resultOf } from "./conversation-fixture.ts";
import { EmulatedApis } from "./emulated-apis-fixture.ts";
import { engine } from "./engine-fixture.ts";
import { configOf } from "./rehearsal-fixture.ts";
import { StackProject, THIS_MACHINE, whenTestIsFinished } from "./stack-fixture.ts";

interface Range {
  readonly low: number;
  readonly high: number;
}

/** What a preview says of the bill. */
interface Bill {
  readonly baseline: { readonly before?: Range; readonly after: Range; readonly difference: Range };
  readonly lines: readonly {
    readonly what: string;
    readonly basis: string;
    readonly before?: { readonly amount: Range };
    readonly after?: { readonly amount: Range };
  }[];
  readonly unknown: readonly string[];
}

function onFly(size: string, plan = "250mb"): string {
  return configOf({
    store: `kind: upstash\nregion: sa-east-1\nplan: ${plan}\n`,
    fleet: `host: fly\nregion: gru\nsize: ${size}\n`,
  });
}

function billOf(answers: Parameters<typeof resultOf>[0]): Bill {
  return resultOf(answers)["costChange"] as Bill;
}

describe.skipIf(engine === undefined)("what a stack costs a month (needs the Pulumi engine)", () => {
  test("is in a preview with what a change does to it and what it interrupts, and a budget holds it", async () => {
    const project = await (
      await StackProject.create({}, whenTestIsFinished, { options: ["--offline"] })
    ).withSecrets();
    await EmulatedApis.start(project.home);
    await project.configure({}, "./worker", onFly("shared-1x-1gb"));
    const first = await project.must(["preview"]);
    const { after: small } = billOf(first).baseline;
    expect(small.low).toBeGreaterThan(10);
    expect(billOf(first).baseline).not.toHaveProperty("before");
    expect(resultOf(first)["interrupts"]).toEqual([]);

    await project.configure({}, "./worker", `${onFly("shared-1x-1gb")}  oxy-workers:budget: 5\n`);
    const refused = await project.oxy(["up", "--yes"]);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(
      /^oxy: .*budget: expected at most 5[.]00 USD a month, got .*[0-9]+[.][0-9]{2} USD [(].*--over-budget/m,
    );
    expect((await project.running()).workers).toEqual([]);
    const up = await project.oxy(["up", "--yes", "--over-budget"]);
    expect(up).toMatchObject({ code: 0, stderr: "" });
    expect(up.stdout).toMatch(/budget: expected at most 5[.]00 USD/);
    expect(up.stdout).toMatch(/^ {2}cost a month: [0-9.]+ USD, /m);

    await project.configure({}, "./worker", onFly("shared-1x-1gb"));
    const same = await project.must(["preview", "--expect-no-changes"]);
    expect(billOf(same)).toMatchObject({ lines: [], baseline: { after: small } });
    expect(billOf(same).baseline.difference).toEqual({ low: 0, high: 0 });
    expect(resultOf(same)["interrupts"]).toEqual([]);

    await project.configure({}, "./worker", onFly("shared-1x-2gb", "1gb"));
    const bigger = await project.must(["preview"]);
    const { baseline, lines } = billOf(bigger);
    expect(baseline.before).toEqual(small);
    const sides = lines.filter(({ basis }) => basis === "baseline");
    expect(sides.map(({ what }) => what)).toEqual([
      "all, shared-1x-1gb",
      "all, shared-1x-2gb",
      "Upstash, 250mb",
      "Upstash, 1gb",
    ]);
    const grown = sides.reduce(
      (sum, { before, after }) => sum + (after?.amount.high ?? 0) - (before?.amount.high ?? 0),
      0,
    );
    expect(baseline.difference.high).toBeCloseTo(grown, 6);
    expect(baseline.after.high).toBeCloseTo(small.high + grown, 6);
    expect(resultOf(bigger)["interrupts"]).toMatchObject([
      { of: "store", effect: "pause", how: expect.stringContaining("1 to 2 s") },
      { of: "main all", effect: "hand-over" },
    ]);
    const text = await project.oxy(["preview"]);
    expect(text.stdout).toMatch(/^ {2}- store: Upstash, 250mb +10[.]00 USD$/m);
    expect(text.stdout).toMatch(/^ {2}[+] store: Upstash, 1gb +20[.]00 USD$/m);
    expect(text.stdout).toMatch(/^ {2}cost a month: [0-9.]+ USD → [0-9.]+ USD [(][+][0-9.]+ USD[)]/m);
    expect(text.stdout).toMatch(/^ {2}main all is exchanged machine by machine/m);
    await project.must(["destroy", "--yes"]);
  }, 240_000);

  test("has what depends on usage in it where the stack names a usage file", async () => {
    const project = await (
      await StackProject.create({}, whenTestIsFinished, { options: ["--offline"] })
    ).withSecrets();
    await EmulatedApis.start(project.home);
    const usage = join(project.folder, "usage.yaml");
    await writeFile(usage, "version: 1\nmessages: 100000\nsessions: 10\n");
    const target = `${onFly("shared-1x-1gb", "payg")}  oxy-workers:usage: ${usage}\n`;
    await project.configure({}, "./worker", target);
    const bill = billOf(await project.must(["preview"]));
    const commands = bill.lines.find(({ what }) => what === "commands to Upstash");
    expect(commands?.after?.amount.low).toBeGreaterThan(0);
    await writeFile(usage, "version: 1\nmesages: 100000\n");
    const refused = await project.oxy(["preview"]);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining("the nearest is messages") });
  }, 120_000);

  test("is unknown where its price is, and a budget does not pass that in silence", async () => {
    const project = await (await StackProject.create()).withSecrets();
    await project.configure({}, "./worker");
    const unknown = await project.oxy(["preview"]);
    expect(unknown).toMatchObject({ code: 0, stderr: "" });
    expect(unknown.stdout).toMatch(/^ {2}cost a month: unknown/m);
    expect(unknown.stdout).toContain("unknown: price of local/machine: not known");
    expect(unknown.stdout).toMatch(/^ {2}nothing runs yet, so that nothing is interrupted$/m);
    await project.configure({}, "./worker", `${THIS_MACHINE}  oxy-workers:budget: 5\n`);
    const refused = await project.oxy(["preview"]);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain("budget: expected at most 5.00 USD a month, got an unknown cost");
    expect(refused.stderr).toContain("local/machine");
    const allowed = await project.oxy(["preview", "--over-budget"]);
    expect(allowed).toMatchObject({ code: 0, stderr: "" });
    expect(allowed.stdout).toContain("got an unknown cost");
  }, 120_000);
});
