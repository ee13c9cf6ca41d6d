import { isAlive } from "./process-identity.ts";
import { readRecord, type ServiceRecord } from "./record.ts";

/** A service as it is now. */
export interface ServiceState {
  readonly record: ServiceRecord;
  readonly supervisorAlive: boolean;
  /** False also between two runs. True without a supervisor: an orphan, which nothing restarts. */
  readonly childAlive: boolean;
}

/**
 * Looks at a service from any process of this machine.
 * @returns undefined when none was ever started there
 * @throws UnreadableRecord
 */
export async function inspectService(directory: string): Promise<ServiceState | undefined> {
  const record = await readRecord(directory);
  if (record === undefined) return undefined;
  return {
    record,
    supervisorAlive: isAlive(record.supervisor),
    childAlive: record.child !== null && isAlive(record.child),
  };
}
