import { mkdir, readdir, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { inspectService, type ServiceState } from "../../supervisor/inspect-service.ts";
import { removeService, ServiceStillRuns } from "../../supervisor/remove-service.ts";
import { stopService } from "../../supervisor/stop-service.ts";

/** One start of a service: while one is replaced, two of them run. */
export interface Generation {
  readonly folder: string;
  readonly number: number;
  readonly state: ServiceState;
}

/** Between two looks at one that is being started by somebody who may be gone, in ms. */
const LOOK_MS = 25;

/** All generations of a service, the oldest first; none when there is no such service. */
export async function generationsOf(serviceFolder: string): Promise<Generation[]> {
  const names = await readdir(serviceFolder).catch(() => []);
  const numbers = names.filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(
    numbers.map((number) => generation(join(serviceFolder, `${number}`), number)),
  );
  return found.filter((one) => one !== undefined).toSorted((one, other) => one.number - other.number);
}

/** Whether any process of it lives. */
export function isAlive({ state }: Generation): boolean {
  return state.supervisorAlive || state.childAlive;
}

/** The folder of the next generation, which nobody else gets. */
export async function nextGeneration(serviceFolder: string): Promise<string> {
  await mkdir(serviceFolder, { recursive: true, mode: 0o700 });
  for (let number = ((await generationsOf(serviceFolder)).at(-1)?.number ?? 0) + 1; ; number++) {
    const folder = join(serviceFolder, `${number}`);
    try {
      await mkdir(folder, { mode: 0o700 });
      return folder;
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    }
  }
}

/** Ends these generations, each in its own time, and removes what they left. */
export async function retire(generations: readonly Generation[], signal: AbortSignal): Promise<void> {
  await Promise.all(
    generations.map(async ({ folder }) => {
      await stopService(folder, { signal });
      await removeService(folder);
    }),
  );
}

/** Removes a folder that has nothing in it. */
export async function removeIfEmpty(folder: string): Promise<void> {
  try {
    await rmdir(folder);
  } catch {
    // Others are in it, or somebody else removed it.
  }
}

/** Undefined for what was never started, or has just been removed. */
async function generation(folder: string, number: number): Promise<Generation | undefined> {
  for (;;) {
    const state = await inspectService(folder);
    if (state !== undefined) return { folder, number, state };
    try {
      await removeService(folder);
      return undefined;
    } catch (error) {
      // Its starter was cut off, but not its supervisor: it will be there in a moment.
      if (!(error instanceof ServiceStillRuns)) throw error;
    }
    await delay(LOOK_MS);
  }
}
