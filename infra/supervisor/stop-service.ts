import { isSameProcess, type ProcessIdentity } from "./process-identity.ts";
import { endedWithin, killGroup, signalProcess } from "./process-signal.ts";
import { readRecord } from "./record.ts";

/** Ms that the supervisor has after the end of its service, to take note of it. */
const MARGIN_MS = 5_000;
/** Ms within which a killed process is gone, unless the system itself is stuck. */
const KILLED_MS = 10_000;

/**
 * Ends a service, from any process of this machine, and what a killed supervisor left of one. Fine when nothing
 * runs, and when others do the same at the same time.
 * @param options.graceSeconds until it is killed, if it is not killed before at the end of its own grace, which is
 * the default
 * @param options.signal ends the waiting only
 * @throws UnreadableRecord, the signal's reason, Error when a process does not even end when it is killed
 */
export async function stopService(
  directory: string,
  options: { readonly graceSeconds?: number; readonly signal?: AbortSignal } = {},
): Promise<void> {
  const { signal } = options;
  const record = await readRecord(directory);
  if (record === undefined) return;
  const { supervisor, stop } = record;
  const graceMs = (options.graceSeconds ?? stop.graceSeconds) * 1_000;

  let graceOver = false;
  if (signalProcess(supervisor, "SIGTERM") && !(await endedWithin(supervisor, graceMs, signal))) {
    graceOver = true;
    const child = await childOf(directory, supervisor);
    if (child !== null) killGroup(child);
    const noted = await endedWithin(supervisor, MARGIN_MS, signal);
    if (!noted && signalProcess(supervisor, "SIGKILL")) await killed(supervisor, signal);
  }

  const orphan = await childOf(directory, supervisor);
  if (orphan === null) return;
  if (!graceOver) {
    signalProcess(orphan, stop.signal);
    if (await endedWithin(orphan, graceMs, signal)) return;
  }
  if (killGroup(orphan)) await killed(orphan, signal);
}

/** Read anew each time: a run may have replaced another, and a new start, which is not meant, the whole service. */
async function childOf(directory: string, supervisor: ProcessIdentity): Promise<ProcessIdentity | null> {
  const record = await readRecord(directory);
  return record !== undefined && isSameProcess(record.supervisor, supervisor) ? record.child : null;
}

async function killed(identity: ProcessIdentity, signal: AbortSignal | undefined): Promise<void> {
  if (await endedWithin(identity, KILLED_MS, signal)) return;
  throw new Error(`process ${identity.pid} was killed, but has not ended`);
}
