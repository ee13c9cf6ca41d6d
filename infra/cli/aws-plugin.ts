import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Settings } from "../api/api.ts";
import manifest from "../package.json" with { type: "json" };

/**
 * Whether the engine has its plugin for AWS. It fetches it by itself, unless it is told not to: some 800 MB on disk
 * (pulumi/pulumi-aws#4383, 2024-08), which is worth knowing before the first preview.
 */
export function awsPluginState(settings: Settings): string {
  const version = manifest.dependencies["@pulumi/aws"];
  const home = settings["PULUMI_HOME"] || join(homedir(), ".pulumi");
  const folder = join(home, "plugins", `resource-aws-v${version}`);
  return existsSync(folder)
    ? `${version} (${folder})`
    : `${version}, not there yet: the first preview fetches it, or npx pulumi plugin install resource aws ${version}`;
}
