import { isAbsolute, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder that holds Pulumi.yaml. */
export const projectDirectory = fileURLToPath(new URL("..", import.meta.url));

/** OXY_HOME names no folder. */
export class InvalidHome extends Error {
  override readonly name = "InvalidHome";
}

/**
 * What this machine keeps: images, the processes of host `local`, the state of stacks pinned to it. In a rehearsal,
 * what that makes instead: nothing real is in it.
 * @throws InvalidHome
 */
export function homeDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  const home = projectHome(environment);
  return isOffline(environment) ? rehearsalHome(home) : home;
}

/** The same, whether or not it is a rehearsal. @throws InvalidHome */
export function projectHome(environment: NodeJS.ProcessEnv = process.env): string {
  const given = environment["OXY_HOME"];
  if (given === undefined || given === "") return join(projectDirectory, ".oxy");
  if (!isAbsolute(given)) throw new InvalidHome(`OXY_HOME: expected an absolute path, got "${given}"`);
  return given;
}

/** Whether this is a rehearsal: APIs are emulated, and images are bundles of this machine. */
export function isOffline(environment: NodeJS.ProcessEnv = process.env): boolean {
  return (environment["OXY_OFFLINE"] ?? "") !== "";
}

/** Whether a stack may cost more than its budget, where it is Pulumi's own command that deploys it. */
export function mayCostMore(environment: NodeJS.ProcessEnv = process.env): boolean {
  return environment["OXY_OVER_BUDGET"] === "true";
}

/** Where a rehearsal keeps all that it makes: state, images, services. @param home the project's */
export function rehearsalHome(home: string): string {
  return join(home, "offline");
}

/** What runs for emulated hosts and stores, in the home of a rehearsal. */
export function emulatedServices(home: string): string {
  return join(home, "emulated");
}

/** What a process started here needs of the environment to find programs, time zone and certificates. */
export function inheritedEnvironment(environment: NodeJS.ProcessEnv = process.env): Record<string, string> {
  return Object.fromEntries(
    INHERITED.flatMap((key) => (environment[key] === undefined ? [] : [[key, environment[key]]])),
  );
}

const INHERITED = ["PATH", "TZ", "NODE_EXTRA_CA_CERTS"];

/** The variables that this process was started with: credentials of APIs, and other addresses of them. */
export function ownEnvironment(): NodeJS.ProcessEnv {
  return process.env;
}
