import { join } from "node:path";
import type { Api } from "./api/api.ts";
import { findEmulators } from "./emulators/running.ts";
import { rehearsalHome } from "./home.ts";

/** The state of rehearsed stacks, as Pulumi takes it. */
export function rehearsalState(home: string): string {
  // metadata=skip: as in Pulumi.yaml.
  return `file://${join(rehearsalHome(home), "state")}?create_dir=true&metadata=skip`;
}

/** What an API is called at that nobody emulates: its own word for it in the error. */
const NOWHERE = "http://no-emulator-runs.invalid";

/**
 * Environment variables with which program, provider and operations rehearse. Whatever has no emulator is called
 * nowhere, and with nobody's credentials: a rehearsal reaches no account.
 * @param home of the project, not of the rehearsal
 * @param apis all that there are
 */
export async function offlineEnvironment(
  home: string,
  apis: readonly Api[],
): Promise<Readonly<Record<string, string>>> {
  const emulators = await findEmulators(home);
  return { ...nowhere(apis), ...emulators?.environment, ...rehearsing(home) };
}

/** What plain Pulumi rehearses with, as lines of a shell. */
export function exportsFor(home: string, environment: Readonly<Record<string, string>>): string {
  const all = { ...environment, ...rehearsing(home), PULUMI_BACKEND_URL: rehearsalState(home) };
  const lines = Object.entries(all).map(([name, value]) => `export ${name}=${quoted(value)}\n`);
  return lines.join("");
}

/** The part of it that is no API's. */
function rehearsing(home: string): Readonly<Record<string, string>> {
  return { OXY_OFFLINE: "1", OXY_HOME: rehearsalHome(home) };
}

function quoted(value: string): string {
  return `'${value.replaceAll("'", `'\\''`)}'`;
}

function nowhere(apis: readonly Api[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    apis.flatMap(({ urlVariable, variables }) => [
      [urlVariable, NOWHERE],
      ...variables.map((variable) => [variable, "offline"]),
    ]),
  ) as Readonly<Record<string, string>>;
}
