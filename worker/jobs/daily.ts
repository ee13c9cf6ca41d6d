import { z } from "zod";
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

const payload = z.union([
  z.strictObject({ timeZone: z.string().min(1).max(100) }),
  z.strictObject({ organization: organizationId, day: z.iso.date() }),
]);

export interface DailyPorts {
  /** Queues this job for each organization of the zone that is due. */
  begin(timeZone: string): Promise<void>;
  /** Undefined for an organization that is gone, or whose settings cannot be read. */
  settings(organization: string): OrganizationSettings | undefined;
  /** The last local day for which the job was done. */
  doneUntil(organization: string): Promise<string | undefined>;
  /** Another one each time that somebody was erased. */
  erasures(): Promise<string>;
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

/** The owners, or everybody of a team without any. */
export function recipients({ team }: Pick<OrganizationSettings, "team">): readonly Recipient[] {
  const owners = team.filter(({ owner }) => owner);
  return owners.length > 0 ? owners : team;
}
