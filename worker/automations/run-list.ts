import type { Redis } from "ioredis";
import type { Keys } from "../adapters/redis/keys.ts";

/** A run as it is listed, without texts; times in ms of store time. */
export interface ListedRun {
  readonly run: string;
  readonly automation: string;
  readonly version: number;
  readonly chat: string;
  /** `sending`: its message waits for its turn, or for the server's ack. */
  readonly state: "running" | "waiting" | "sending" | "done" | "stopped" | "failed";
  /** Steps that are done, and how many there are. */
  readonly step: number;
  readonly steps: number;
  /** Failed attempts at this step. */
  readonly attempt: number;
  /** 1, and one more for each automation that led to it by a tag. */
  readonly depth: number;
  readonly began: number;
  readonly ended: number | undefined;
  /** When it goes on. */
  readonly at: number | undefined;
  /** Why it was stopped, or failed. */
  readonly reason: string | undefined;
}

/** Starts that were refused on one day, for one reason. */
export interface Refusals {
  readonly automation: string;
  readonly reason: string;
  readonly times: number;
}

/**
 * Runs of an organization, the last ones first: those that go on, or those that have ended within a week.
 * @param limit of each kind
 */
export async function listRuns(
  redis: Redis,
  { prefix }: Keys,
  organization: string,
  { ended, limit }: { readonly ended: boolean; readonly limit: number },
): Promise<ListedRun[]> {
  const ids = await redis.zrange(
    `${prefix}:${ended ? "ended" : "runs"}:${organization}`,
    "0",
    `${limit - 1}`,
    "REV",
  );
  const runs = redis.pipeline();
  for (const id of ids) runs.hgetall(`${prefix}:run:${organization}:${id}`);
  const replies = (await runs.exec()) ?? [];
  return replies.flatMap(([error, value], index) => {
    if (error) throw error;
    const fields = value as Record<string, string>;
    // Forgotten at this moment.
    return fields["automation"] === undefined ? [] : [runOf(ids[index]!, fields)];
  });
}

/** @param day `YYYY-MM-DD` in the organization's time zone */
export async function listRefusals(
  redis: Redis,
  { prefix }: Keys,
  organization: string,
  day: string,
): Promise<Refusals[]> {
  const counts = await redis.hgetall(`${prefix}:refusals:${organization}:${day}`);
  return Object.entries(counts).map(([what, times]) => {
    const space = what.indexOf(" ");
    return { automation: what.slice(0, space), reason: what.slice(space + 1), times: Number(times) };
  });
}

function runOf(run: string, fields: Record<string, string>): ListedRun {
  const number = (name: string): number | undefined =>
    fields[name] === undefined ? undefined : Number(fields[name]);
  return {
    run,
    automation: fields["automation"] ?? "",
    version: number("version") ?? 0,
    chat: fields["chat"] ?? "",
    state: (fields["state"] ?? "running") as ListedRun["state"],
    step: number("step") ?? 0,
    steps: number("steps") ?? 0,
    attempt: number("attempt") ?? 0,
    depth: number("depth") ?? 1,
    began: number("began") ?? 0,
    ended: number("ended"),
    at: number("at"),
    reason: fields["reason"],
  };
}
