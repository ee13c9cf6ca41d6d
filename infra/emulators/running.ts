import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { identityOf, isAlive, type ProcessIdentity } from "../supervisor/process-identity.ts";

/** Emulators that run on this machine, as `<home>/emulators.json` has them. */
export interface RunningEmulators extends ProcessIdentity {
  /** Where they are told what goes wrong, and tell what they were asked. */
  readonly desk: string;
  /** By name. */
  readonly apis: Readonly<Record<string, { readonly title: string; readonly url: string }>>;
  /** Environment variables with which these are called instead of the real ones. */
  readonly environment: Readonly<Record<string, string>>;
}

function fileOf(home: string): string {
  return join(home, "emulators.json");
}

/** @returns undefined when none run; a file of a process that was killed says nothing */
export async function findEmulators(home: string): Promise<RunningEmulators | undefined> {
  const text = await readFile(fileOf(home), "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const noted = JSON.parse(text) as RunningEmulators;
  return isAlive(noted) ? noted : undefined;
}

/** Lets others of this home find the emulators of this process. */
export async function noteEmulators(
  home: string,
  emulators: Omit<RunningEmulators, keyof ProcessIdentity>,
): Promise<void> {
  const file = fileOf(home);
  const own = `${file}.${process.pid}`;
  const noted: RunningEmulators = { ...thisProcess(), ...emulators };
  // Whole or not at all: whoever looks may do so now.
  await writeFile(own, `${JSON.stringify(noted, undefined, 2)}\n`, { mode: 0o600 });
  await rename(own, file);
}

export async function forgetEmulators(home: string): Promise<void> {
  await rm(fileOf(home), { force: true });
}

function thisProcess(): ProcessIdentity {
  const identity = identityOf(process.pid);
  if (identity === undefined) throw new Error("the system does not list this process");
  return identity;
}
