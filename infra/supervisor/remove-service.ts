import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { claim } from "./claim.ts";
import { inspectService } from "./inspect-service.ts";

/** It has to be stopped first. */
export class ServiceStillRuns extends Error {
  override readonly name = "ServiceStillRuns";

  constructor(directory: string) {
    super(`the service in ${directory} still runs: stop it before it is removed`);
  }
}

/**
 * Removes all that is left of a service that was stopped: its directory.
 * @throws ServiceStillRuns, UnreadableRecord
 */
export async function removeService(directory: string): Promise<void> {
  if (!existsSync(directory)) return;
  // So that nobody starts it meanwhile; also one that is starting has no record yet.
  const claimed = claim(directory);
  if (claimed === undefined) throw new ServiceStillRuns(directory);
  try {
    const state = await inspectService(directory);
    if (state?.supervisorAlive || state?.childAlive) throw new ServiceStillRuns(directory);
    await rm(directory, { recursive: true, force: true });
  } finally {
    claimed.release();
  }
}
