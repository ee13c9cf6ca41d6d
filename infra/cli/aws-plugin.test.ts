import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { awsPluginState } from "./aws-plugin.ts";

test("a plugin that the engine has is shown with where, one that it has not with how to get it", async () => {
  const home = await mkdtemp(join(tmpdir(), "pulumi-"));
  onTestFinished(() => rm(home, { recursive: true }));
  const [, version = ""] =
    /^(\d+\.\d+\.\d+), not there yet/.exec(awsPluginState({ PULUMI_HOME: home })) ?? [];
  expect(awsPluginState({ PULUMI_HOME: home })).toMatch(
    new RegExp(`plugin install resource aws ${version}$`),
  );
  // Another version is no help.
  await mkdir(join(home, "plugins/resource-aws-v0.0.1"), { recursive: true });
  expect(awsPluginState({ PULUMI_HOME: home })).toContain("not there yet");
  await mkdir(join(home, `plugins/resource-aws-v${version}`));
  expect(awsPluginState({ PULUMI_HOME: home })).toBe(
    `${version} (${join(home, "plugins")}/resource-aws-v${version})`,
  );
});
