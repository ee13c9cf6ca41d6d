import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ProcessIdentity } from "./process-identity.ts";
import type { ServiceSpec } from "./service.ts";

/** What is on disk about a service: enough to find, judge and stop it, and no secret of its spec. */
export interface ServiceRecord {
  readonly version: 1;
  readonly supervisor: ProcessIdentity;
  /** Null between two runs. */
  readonly child: ProcessIdentity | null;
  readonly restarts: number;
  /** When the supervisor started, ISO 8601. */
  readonly startedAt: string;
  readonly lastExit: LastExit | null;
  /** The supervisor ended it because it was told to. */
  readonly stopped: boolean;
  readonly stop: ServiceSpec["stop"];
  readonly labels: Readonly<Record<string, string>>;
  /** Absolute path of what the service prints. */
  readonly logFile: string;
}

/** How the last run ended, or why there was none. */
export interface LastExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** ISO 8601. */
  readonly at: string;
  /** The last 20 lines it printed, as they are. */
  readonly lastLines: readonly string[];
}

/** There is a record that cannot be relied on; nothing is known of the service, so nothing was done to it. */
export class UnreadableRecord extends Error {
  override readonly name = "UnreadableRecord";

  constructor(path: string, reason: string) {
    super(
      `${path} is not a record of a service (${reason}): ` +
        "end the processes of that service, if any are left, and remove its directory",
    );
  }
}

export function recordPath(directory: string): string {
  return join(directory, "record.json");
}

/**
 * @returns undefined when there is none
 * @throws UnreadableRecord when it is damaged: one that is being written is never seen half
 */
export async function readRecord(directory: string): Promise<ServiceRecord | undefined> {
  const path = recordPath(directory);
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new UnreadableRecord(path, (error as Error).message);
  }
  const problem = problemOf(parsed);
  if (problem !== undefined) throw new UnreadableRecord(path, problem);
  return parsed as ServiceRecord;
}

/** Checks what signals are sent by; a schema library would be most of what the supervisor loads. */
function problemOf(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return "not an object";
  const record = value as Partial<Record<keyof ServiceRecord, unknown>>;
  if (record.version !== 1) return `version ${JSON.stringify(record.version)} instead of 1`;
  if (!isIdentity(record.supervisor)) return "no supervisor";
  if (record.child !== null && !isIdentity(record.child)) return "no child";
  const { signal, graceSeconds } = (record.stop ?? {}) as Partial<Record<string, unknown>>;
  if (typeof signal !== "string" || typeof graceSeconds !== "number") return "no way to stop it";
  if (typeof record.labels !== "object" || record.labels === null) return "no labels";
  return undefined;
}

/** Pids of 1 and below would be signals to the whole machine. */
function isIdentity(value: unknown): boolean {
  const { pid, startToken } = (value ?? {}) as Partial<Record<keyof ProcessIdentity, unknown>>;
  return Number.isSafeInteger(pid) && Number(pid) > 1 && typeof startToken === "string";
}
