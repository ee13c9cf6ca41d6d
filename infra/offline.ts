import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Api } from "./api/api.ts";
import type { RunningEmulators } from "./emulators/running.ts";
import { rehearsalHome } from "./home.ts";

/** The state of rehearsed stacks, as Pulumi takes it. @param home the project's */
export function rehearsalState(home: string): string {
  // metadata=skip: as in Pulumi.yaml.
  return `${pathToFileURL(join(rehearsalHome(home), "state"))}?create_dir=true&metadata=skip`;
}

/** What an API is called at that nobody emulates: the error says it. */
const NOWHERE = "http://no-emulator-runs.invalid";

/**
 * Environment variables with which program, provider and operations rehearse. An API that has no emulator is called
 * nowhere, and with nobody's credentials: a rehearsal reaches no account.
 * @param apis all that there are
 */
export function offlineEnvironment(
  apis: readonly Api[],
  emulators: RunningEmulators | undefined,
): Readonly<Record<string, string>> {
  const nowhere = apis.flatMap(({ urlVariable, variables }) => [
    [urlVariable, NOWHERE],
    ...variables.map((variable) => [variable, "offline"]),
  ]);
  return { ...Object.fromEntries(nowhere), ...emulators?.environment, OXY_OFFLINE: "1" };
}

/** What plain Pulumi rehearses with, as lines of a shell. @param home the project's */
export function exportsFor(home: string, environment: Readonly<Record<string, string>>): string {
  const all = { ...environment, OXY_OFFLINE: "1", OXY_HOME: home, PULUMI_BACKEND_URL: rehearsalState(home) };
  const lines = Object.entries(all).map(([name, value]) => `export ${name}=${quoted(value)}\n`);
  return lines.join("");
}

function quoted(value: string): string {
  return `'${value.replaceAll("'", `'\\''`)}'`;
}
