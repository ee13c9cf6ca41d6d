import { z } from "zod";
import type { WriterTask } from "../conversation/completions.ts";
import type { Outcome } from "../notices/notices.ts";
import { errorFields, type Logger } from "../runtime/logging.ts";
import { organizationId, type OrganizationSettings } from "../sessions/organization.ts";
import { readPayload } from "./payload.ts";

/** Understood here; a scheduler writes it into every payload. */
export const DAILY_VERSION = 1;

/** One organization's job of one local day. */
export interface OfOneDay {
  readonly organization: string;
  /** YYYY-MM-DD in its time zone. */
  readonly day: string;
}

const AI_MS = 60_000;

const payload = z.union([
  z.strictObject({ timeZone: z.string().min(1).max(100) }),
  z.strictObject({ organization: organizationId, day: z.iso.date() }),
]);

export interface DailyPorts {
  readonly log: Logger;
  /** Queues this job for each organization of the zone that is due. */
  begin(timeZone: string): Promise<void>;
  /** Undefined for an organization that is gone, or whose settings cannot be read. */
  settings(organization: string): OrganizationSettings | undefined;
  /** The last local day for which the job was done. */
  doneUntil(organization: string): Promise<string | undefined>;
  /** Another one each time that somebody was erased. */
  erasures(): Promise<string>;
  write(task: WriterTask, signal: AbortSignal): Promise<string>;
  /** Tells the team and notes the day, at once or not at all. */
  conclude(organization: string, outcome: Outcome): Promise<"concluded" | "repeated">;
}

/** That, and what was erased when it began. */
interface BegunJob extends OfOneDay {
  readonly erasures: string;
}

/** Somebody of the team, as they are told of things. */
export type Recipient = OrganizationSettings["team"][number];

/**
 * What daily jobs have in common: the time of a zone has come, so that each of its organizations gets a job of its own; or
 * one of these is to be done, unless it was.
 */
export async function eachDay(
  name: string,
  data: unknown,
  ports: DailyPorts,
  work: (job: BegunJob, settings: OrganizationSettings, to: readonly Recipient[]) => Promise<void>,
): Promise<void> {
  const job = readPayload(name, DAILY_VERSION, payload, data);
  if ("timeZone" in job) {
    await ports.begin(job.timeZone);
    return;
  }
  const settings = ports.settings(job.organization);
  if (settings === undefined) return;
  const to = recipients(settings);
  if (to.length === 0) return;
  const [done, erasures] = await Promise.all([ports.doneUntil(job.organization), ports.erasures()]);
  if (done === undefined || done < job.day) await work({ ...job, erasures }, settings, to);
}

/**
 * What an AI makes of a task. Undefined where it is of no help, which the log says by `otherwise`.
 * @param read throws for what it cannot take
 * @throws Error when the process is being stopped: another one does the job as a whole
 */
export async function helpOfAi<Help>(
  task: WriterTask,
  read: (answer: string) => Help,
  otherwise: string,
  { write, log }: Pick<DailyPorts, "write" | "log">,
  stop: AbortSignal,
): Promise<Help | undefined> {
  try {
    return read(await write(task, AbortSignal.any([stop, AbortSignal.timeout(AI_MS)])));
  } catch (error) {
    if (stop.aborted) throw error;
    log.warn(otherwise, { organization: task.organization, ...errorFields(error) });
    return undefined;
  }
}

/** The owners, or everybody of a team without any. */
export function recipients({ team }: Pick<OrganizationSettings, "team">): readonly Recipient[] {
  const owners = team.filter(({ owner }) => owner);
  return owners.length > 0 ? owners : team;
}
