import { setTimeout as delay } from "node:timers/promises";
import { isAlive, type ProcessIdentity } from "./process-identity.ts";

/** Nothing announces the end of a process that is not one's own child. */
const POLL_MS = 25;

/**
 * Signals the process if it is still the same one.
 * @returns whether there was one to signal
 * @throws Error when it belongs to another user
 */
export function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals): boolean {
  return isAlive(identity) && send(identity.pid, signal);
}

/** Kills the process and what is left in its group, if it is still the same one and leads a group. */
export function killGroup(identity: ProcessIdentity): boolean {
  return isAlive(identity) && (send(-identity.pid, "SIGKILL") || send(identity.pid, "SIGKILL"));
}

/**
 * Waits for the end of any process.
 * @returns whether it ended within that time
 * @throws the signal's reason
 */
export async function endedWithin(
  identity: ProcessIdentity,
  milliseconds: number,
  signal?: AbortSignal,
): Promise<boolean> {
  const deadline = performance.now() + milliseconds;
  while (isAlive(identity)) {
    signal?.throwIfAborted();
    if (performance.now() >= deadline) return false;
    await delay(POLL_MS);
  }
  return true;
}

function send(target: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(target, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
    throw error;
  }
}
