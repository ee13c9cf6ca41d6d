import { existsSync } from "node:fs";
import { join } from "node:path";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import type { Writable } from "node:stream";
import { Backoff } from "./backoff.ts";
import type { Order } from "./order.ts";
import { identityOf } from "./process-identity.ts";
import { RecordFile } from "./record-file.ts";
import type { LastExit, ServiceRecord } from "./record.ts";
import { openServiceLog } from "./service-log.ts";
import { SpawnFailed, SupervisedChild } from "./supervised-child.ts";

/**
 * Runs a service again and again until it is told to stop, or its directory is gone, and then until its last run
 * ended.
 * @param running called once, when the first run is on record
 * @throws SpawnFailed when the service could not be started at all; nothing is on record then
 */
export async function supervise(
  directory: string,
  { spec, supervision }: Order,
  stopping: AbortSignal,
  running: (record: ServiceRecord) => void,
): Promise<void> {
  const logFile = join(directory, "service.log");
  const log = openServiceLog(logFile, supervision.log);
  const backoff = new Backoff(supervision.backoff);
  const record = new RecordFile(directory, {
    version: 1,
    supervisor: identityOf(process.pid) ?? { pid: process.pid, startToken: "" },
    child: null,
    restarts: 0,
    startedAt: new Date().toISOString(),
    lastExit: null,
    stopped: false,
    stop: spec.stop,
    labels: spec.labels,
    logFile,
  });

  const run = async (restarts: number): Promise<LastExit> => {
    const child = await SupervisedChild.start(spec, log);
    record.change({ child: child.identity, restarts });
    if (restarts === 0) running(record.current);
    const stop = (): void => child.stop();
    stopping.addEventListener("abort", stop);
    if (stopping.aborted) stop();
    return await child.exited.finally(() => stopping.removeEventListener("abort", stop));
  };

  // Without its directory nobody could find it any more, to stop it.
  for (let restarts = 0; !stopping.aborted && existsSync(directory); restarts++) {
    const since = performance.now();
    const lastExit = restarts === 0 ? await run(0) : await run(restarts).catch(neverBegun);
    record.change({ child: null, lastExit });
    await pause(backoff.waitAfter(performance.now() - since), stopping);
  }
  await ended(log);
  record.change({ stopped: true });
}

/** What was there for the first run may be gone for a later one, and come back. */
function neverBegun(error: unknown): LastExit {
  if (!(error instanceof SpawnFailed)) throw error;
  return { code: null, signal: null, at: new Date().toISOString(), lastLines: [error.message] };
}

async function pause(milliseconds: number, stopping: AbortSignal): Promise<void> {
  await delay(milliseconds, undefined, { signal: stopping }).catch(() => {});
}

async function ended(log: Writable): Promise<void> {
  log.end();
  await once(log, "close");
}
