import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { keepImage, ONE_OF_EACH, resultOf } from "./conversation-fixture.ts";
import { engine } from "./engine-fixture.ts";
import { StackProject, THIS_MACHINE } from "./stack-fixture.ts";

const run = promisify(execFile);

describe.skipIf(engine?.languageHost === undefined)(
  "plain pulumi (needs the Pulumi engine and its language host for Node)",
  () => {
    test("up deploys what oxy up would, which then changes nothing; destroy leaves nothing", async () => {
      const project = await (await StackProject.create()).withSecrets();
      await project.configure({ OXY_LEASE_SECONDS: "12" }, await keepImage(project));

      await pulumi(project, ["stack", "select", "--create", "local"]);
      const planned = await pulumi(project, ["preview", "-s", "local", "--json"]);
      expect(JSON.parse(planned)).toMatchObject({ changeSummary: { create: expect.any(Number) } });
      expect(await project.processes()).toEqual([]);

      await pulumi(project, ["up", "-s", "local", "--yes", "--skip-preview"]);
      const running = await project.running();
      expect(running).toEqual(ONE_OF_EACH);
      const preview = await pulumi(project, ["preview", "-s", "local", "--json", "--expect-no-changes"]);
      expect(JSON.parse(preview)).toMatchObject({ changeSummary: { same: 8 } });
      const again = resultOf(await project.must(["up", "--yes", "--expect-no-changes"]));
      expect(again["changes"]).toEqual({ same: 8 });
      expect(await project.running()).toEqual(running);
      const outputs = await pulumi(project, ["stack", "output", "-s", "local", "--json"]);
      expect(JSON.parse(outputs)).toMatchObject({
        image: again["image"],
        urls: again["urls"],
        storeUrl: "[secret]",
      });

      await pulumi(project, ["destroy", "-s", "local", "--yes", "--skip-preview"]);
      expect(await project.processes()).toEqual([]);
      expect(existsSync(join(project.home, "services"))).toBe(false);
    }, 120_000);

    test("a preview shows what the stack costs, and a budget refuses it unless it is told otherwise", async () => {
      const project = await (await StackProject.create()).withSecrets();
      await project.configure({}, await keepImage(project));
      await pulumi(project, ["stack", "select", "--create", "local"]);
      const shown = await pulumi(project, ["preview", "-s", "local"]);
      expect(shown).toMatch(/monthlyCost *: *[{][^]*price of local[/]machine: not known/);

      await project.configure({}, await keepImage(project), `${THIS_MACHINE}  oxy-workers:budget: 5\n`);
      const refused = pulumi(project, ["up", "-s", "local", "--yes", "--skip-preview"]);
      await expect(refused).rejects.toMatchObject({
        stdout: expect.stringContaining("budget: expected at most 5.00 USD a month, got an unknown cost"),
      });
      expect(await project.processes()).toEqual([]);
      const allowed = await pulumi(project, ["preview", "-s", "local"], { OXY_OVER_BUDGET: "true" });
      expect(allowed).toContain("budget: expected at most 5.00 USD");
    }, 120_000);
  },
);

/** Pulumi's own command, as somebody types it who has set what docs say: PATH, home and passphrase. */
async function pulumi(
  project: StackProject,
  args: readonly string[],
  more: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { path = "", languageHost = "" } = engine ?? {};
  const PATH = [dirname(path), dirname(languageHost), dirname(process.execPath), process.env["PATH"]].join(
    ":",
  );
  const env = {
    PATH,
    HOME: process.env["HOME"] ?? "",
    OXY_HOME: project.home,
    PULUMI_HOME: join(project.folder, "pulumi-home"),
    PULUMI_CONFIG_PASSPHRASE_FILE: join(project.home, "passphrase"),
    PULUMI_SKIP_UPDATE_CHECK: "true",
    NO_COLOR: "1",
    ...more,
  };
  const { stdout } = await run(path, [...args, "--non-interactive"], { cwd: project.folder, env });
  return stdout;
}
