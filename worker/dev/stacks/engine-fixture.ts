import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Pulumi's engine on this machine. */
export interface InstalledEngine {
  /** Its command, `pulumi`. */
  readonly path: string;
  /** What runs the program of plain `pulumi up`; `oxy` needs none. */
  readonly languageHost: string | undefined;
}

interface Finding {
  readonly about: string;
  readonly path?: string;
}

const CLI = fileURLToPath(new URL("../../../infra/cli/oxy.mjs", import.meta.url));

/** The one that `oxy` finds with PATH and HOME alone; undefined where there is none. For `describe.skipIf(!engine)`. */
export const engine: InstalledEngine | undefined = installedEngine();

function installedEngine(): InstalledEngine | undefined {
  const { PATH = "", HOME = "" } = process.env;
  // Ends with 1 when something else is missing.
  const { stdout, stderr } = spawnSync(process.execPath, [CLI, "doctor", "--json"], {
    encoding: "utf8",
    env: { PATH, HOME },
  });
  if (!stdout.startsWith("{")) throw new Error(`oxy doctor: ${stderr}`);
  const { findings } = JSON.parse(stdout) as { readonly findings: readonly Finding[] };
  const path = findings.find(({ about }) => about === "Pulumi engine")?.path;
  const languageHost = findings.find(({ about }) => about === "language host")?.path;
  return path === undefined ? undefined : { path, languageHost };
}
