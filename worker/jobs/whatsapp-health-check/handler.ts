import { z } from "zod";
import type { SessionHealth } from "../../cron/session-health.ts";
import type { Logger } from "../../runtime/logging.ts";
import { readPayload } from "../payload.ts";
import { HEALTH_CHECK_JOB, HEALTH_CHECK_VERSION } from "./job.ts";
import { judge, type Moment, type SessionFacts } from "./judgement.ts";

export interface HealthCheckPorts {
  readonly log: Logger;
  /** Of every organization; `moment` is now, by its own clock. */
  facts(): Promise<readonly { readonly facts: SessionFacts; readonly moment: Moment }[]>;
  /** What the last check found, by organization. */
  previous(): Promise<ReadonlyMap<string, SessionHealth>>;
  /** In the place of what was found before. */
  save(health: readonly SessionHealth[], gone: readonly string[]): Promise<void>;
  /** Makes sure that every schedule is there, and makes up for what was missed. */
  keepSchedules(): Promise<void>;
}

const payload = z.strictObject({});

/** @throws Error where the store is away, or the job is none of ours */
export async function handleHealthCheck(data: unknown, ports: HealthCheckPorts): Promise<void> {
  readPayload(HEALTH_CHECK_JOB, HEALTH_CHECK_VERSION, payload, data);
  const [facts, previous] = await Promise.all([ports.facts(), ports.previous()]);
  const health = facts.map(({ facts: each, moment }) => judge(each, moment));
  for (const each of health) tell(each, previous.get(each.organization), ports.log);
  const there = new Set(health.map(({ organization }) => organization));
  await ports.save(
    health,
    [...previous.keys()].filter((organization) => !there.has(organization)),
  );
  await ports.keepSchedules();
}

/** Once per change: who reads the log every day is not to be told every quarter of an hour. */
function tell(health: SessionHealth, before: SessionHealth | undefined, log: Logger): void {
  const { organization, problems, standing, since } = health;
  const known = new Set(before?.problems);
  const came = problems.filter((problem) => !known.has(problem));
  const went = [...known].filter((problem) => !problems.includes(problem));
  if (came.length > 0)
    log.warn("whatsapp number has problems", { organization, problems: came.join(" "), standing, since });
  if (went.length > 0)
    log.info("whatsapp number has these problems no more", { organization, problems: went.join(" ") });
}
