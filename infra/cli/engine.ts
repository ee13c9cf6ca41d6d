import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { PulumiCommand } from "@pulumi/pulumi/automation/index.js";
import manifest from "../package.json" with { type: "json" };
import { Failure } from "./failure.ts";

/** Where to get the engine; the version is one that is tested. */
const WAYS =
  `\`npx pulumi@${manifest.dependencies.pulumi} version\` puts it into ~/.pulumi, https://www.pulumi.com/docs/install has installers, ` +
  "and .ci/engine/build builds it with Go";

/**
 * Finds Pulumi's own command, which holds the engine: on PATH, else the newest that was ever put into ~/.pulumi.
 * @throws Failure
 */
export async function findEngine(): Promise<PulumiCommand> {
  const problems: string[] = [];
  for (const root of await candidates()) {
    try {
      return await PulumiCommand.get({ root });
    } catch (error) {
      problems.push(`${root}: ${(error as Error).message.split("\n")[0]}`);
    }
  }
  const found = problems.length === 0 ? "" : ` (found, but unusable: ${problems.join("; ")})`;
  throw new Failure(`no Pulumi engine was found${found}: ${WAYS}`);
}

/** What runs our program when somebody calls Pulumi's own command: beside it, or else on PATH. */
export function languageHostFor(command: string): string | undefined {
  const folders = [dirname(command), ...foldersOnPath()];
  return folders.map((folder) => join(folder, "pulumi-language-nodejs")).find((path) => existsSync(path));
}

/** Folders with bin/pulumi, the best first. */
async function candidates(): Promise<string[]> {
  const onPath = foldersOnPath().filter((folder) => folder.endsWith("/bin"));
  const homes = [process.env["PULUMI_HOME"], join(homedir(), ".pulumi")].filter((home) => home !== undefined);
  const versions = await Promise.all(homes.map((home) => versionsIn(join(home, "versions"))));
  const roots = [...onPath.map((folder) => dirname(folder)), ...versions.flat(), ...homes];
  return [...new Set(roots)].filter((root) => existsSync(join(root, "bin", "pulumi")));
}

/** The newest first. */
async function versionsIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  const newest = names.toSorted((one, other) => other.localeCompare(one, undefined, { numeric: true }));
  return newest.map((name) => join(folder, name));
}

function foldersOnPath(): string[] {
  return (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
}
