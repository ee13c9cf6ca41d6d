import { basename, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { inheritedEnvironment } from "../../home.ts";
import { inspectService } from "../../supervisor/inspect-service.ts";
import { ServiceNotStarted, startService } from "../../supervisor/start-service.ts";
import { ResourceFailed, type Context } from "../resource.ts";
import { nextGeneration } from "./generations.ts";
import { lastWords } from "./readiness.ts";
import { asked } from "./redis-settings.ts";

/** redis-server writes what it has before it ends. */
const GRACE_SECONDS = 30;
/** Reading a large append-only file takes its time. */
const START_SECONDS = 120;
const POLL_MS = 50;

export function dataFolder(folder: string): string {
  return join(folder, "data");
}

export function settingsFile(folder: string): string {
  return join(folder, "redis.conf");
}

/** @returns the folder of the started generation */
export async function startRedis(folder: string, url: string, context: Context): Promise<string> {
  const { port, password } = new URL(url);
  const generation = await nextGeneration(folder);
  try {
    await startService(
      generation,
      {
        command: "redis-server",
        // "-": and what comes on standard input. It has to be the last one.
        args: [settingsFile(folder), "--port", port, "-"],
        environment: inheritedEnvironment(),
        workingDirectory: folder,
        stdin: `requirepass ${decodeURIComponent(password)}\n`,
        stop: { signal: "SIGTERM", graceSeconds: GRACE_SECONDS },
        labels: { service: basename(folder), port },
      },
      { signal: context.signal },
    );
  } catch (error) {
    if (!(error instanceof ServiceNotStarted)) throw error;
    throw new ResourceFailed(
      `redis-server could not be started (Debian: apt-get install redis-server): ${error.message}`,
    );
  }
  return generation;
}

/** @throws ResourceFailed when the server ends, or does not answer in time */
export async function untilAnswering(generation: string, url: string, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + START_SECONDS * 1000;
  while (performance.now() < deadline) {
    signal.throwIfAborted();
    const state = await inspectService(generation);
    const exit = state?.record.lastExit;
    if (exit) throw new ResourceFailed(`redis-server ended before it answered: ${lastWords(exit.lastLines)}`);
    try {
      await asked(url, (redis) => redis.ping());
      return;
    } catch {
      await delay(POLL_MS, undefined, { signal });
    }
  }
  throw new ResourceFailed(`redis-server did not answer within ${START_SECONDS} s`);
}
