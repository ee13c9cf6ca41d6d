import { storeTime } from "../adapters/redis/store-time.ts";
import { BusinessData } from "../aurora/business-data.ts";
import type { Writer } from "../conversation/completions.ts";
import { readDays } from "../conversation/day-counts.ts";
import { handleDailySummary } from "../jobs/aurora-daily-summary/handler.ts";
import { DAILY_SUMMARY_JOB } from "../jobs/aurora-daily-summary/job.ts";
import { handleOpportunities } from "../jobs/aurora-opportunities/handler.ts";
import { OPPORTUNITIES_JOB } from "../jobs/aurora-opportunities/job.ts";
import { handleHealthCheck } from "../jobs/whatsapp-health-check/handler.ts";
import { HEALTH_CHECK_JOB, HEALTH_CHECK_VERSION } from "../jobs/whatsapp-health-check/job.ts";
import { DAILY_VERSION, type DailyPorts } from "../jobs/daily.ts";
import { Notices } from "../notices/notices.ts";
import type { Platform } from "../platform.ts";
import { errorFields } from "../runtime/logging.ts";
import { JobQueue, type QueuedJob } from "../runtime/job-queue.ts";
import { DailyJobs, type DueJob } from "./daily-jobs.ts";
import { readDone, readDoneOf } from "./done.ts";
import { keptOpportunities } from "./opportunities.ts";
import { readQuiet } from "./quiet-conversations.ts";
import { Schedulers, type Wanted } from "./schedulers.ts";
import { readSessionFacts } from "./session-facts.ts";
import { readHealth, saveHealth } from "./session-health.ts";

/** Organizations whose summary one process writes at once: nearly all of it is waiting for an AI. */
const CONCURRENCY = 5;
/** What is so late was missed by its scheduler, and is not on its way already. In ms. */
const MISSED_MS = 10 * 60_000;
/** Of those that are begun within this long, one is: processes that start together all find what was missed. In ms. */
const SAME_MS = 15_000;
/** A scheduler goes by the clock of whichever process takes its job, which may be ahead of the store's by so much, in ms. */
const EARLY_MS = 3 * 60_000;
const ATTEMPTS = 3;

/** Takes this process's part of the scheduled jobs, and makes sure that they are scheduled. */
export async function startCron(
  platform: Platform,
  writer: Writer,
): Promise<{ drain(patienceMs: number): Promise<void> }> {
  const { config, redis, keys, sealing, log, organizations } = platform;
  const notices = new Notices(platform);
  const daily = new DailyJobs(config.cron, organizations);

  const jobs = await JobQueue.open({
    ...platform.queues,
    name: "cron",
    concurrency: CONCURRENCY,
    handle: async (job, signal) => await handle(job, signal),
  });
  const schedulers = new Schedulers(jobs.queue);

  const healthCheck: Wanted = {
    id: HEALTH_CHECK_JOB,
    name: HEALTH_CHECK_JOB,
    repeat: { every: config.cron.healthCheckSeconds * 1000 },
    data: { v: HEALTH_CHECK_VERSION },
  };

  async function queue(due: readonly DueJob[]): Promise<void> {
    // Not by a job's id: one that failed would keep the next one out. What is done twice all the same is told once.
    for (const { name, organization, day } of due) {
      const deduplication = { id: `${name} ${organization} ${day}`, ttl: SAME_MS };
      await jobs.add(name, { v: DAILY_VERSION, organization, day }, { attempts: ATTEMPTS, deduplication });
    }
  }

  /** Every schedule is there, also that of a zone in which the first organization is new; what was missed is made up for. */
  async function keepSchedules(): Promise<void> {
    await organizations.refresh();
    await schedulers.reconcile([healthCheck, ...daily.wanted()]);
    const missed = daily
      .due(await storeTime(redis), await readDone(redis, keys))
      .filter(({ lateMs }) => lateMs >= MISSED_MS);
    for (const { name, organization, day } of missed)
      log.info("missed job made up for", { job: name, organization, day });
    await queue(missed);
  }

  const portsOf = (name: string): DailyPorts => ({
    log,
    begin: async (timeZone) => {
      await organizations.refresh();
      const only = { name, timeZone, earlyMs: EARLY_MS };
      await queue(daily.due(await storeTime(redis), await readDone(redis, keys), only));
    },
    settings: (organization) => organizations.find(organization),
    erasures: async () => await notices.erasures(),
    doneUntil: async (organization) => (await readDoneOf(redis, keys, organization))[name],
    write: writer.write.bind(writer),
    conclude: notices.conclude.bind(notices),
  });

  async function handle({ name, data }: QueuedJob, signal: AbortSignal): Promise<void> {
    switch (name) {
      case HEALTH_CHECK_JOB:
        await handleHealthCheck(data, {
          log,
          facts: async () => {
            await organizations.refresh();
            const known = organizations.ids.map((id) => ({
              id,
              timeZone: organizations.settings(id).timeZone,
            }));
            return await readSessionFacts(redis, keys, known);
          },
          previous: async () => await readHealth(redis, keys),
          save: async (health, gone) => await saveHealth(redis, keys, health, gone),
          keepSchedules,
        });
        return;
      case DAILY_SUMMARY_JOB:
        await handleDailySummary(
          data,
          {
            ...portsOf(name),
            days: async (organization, days) => await readDays(redis, keys.prefix, organization, days),
            withPeople: async (organization) => await redis.zcard(`${keys.prefix}:handed:${organization}`),
          },
          signal,
        );
        return;
      case OPPORTUNITIES_JOB:
        await handleOpportunities(
          data,
          {
            ...portsOf(name),
            now: async () => await storeTime(redis),
            quiet: async (organization, now) => {
              const team = organizations.settings(organization).team.map(({ number }) => number);
              return await readQuiet(
                new BusinessData({ redis, prefix: keys.prefix, sealing }, organization, team),
                now,
              );
            },
            keep: (organization, settings, found) =>
              keptOpportunities(keys, sealing, organization, settings, found),
          },
          signal,
        );
        return;
      default:
        throw new Error(
          `unknown job ${name}: expected ${HEALTH_CHECK_JOB}, ${DAILY_SUMMARY_JOB} or ${OPPORTUNITIES_JOB}`,
        );
    }
  }

  let scheduled: Promise<void>;
  const look = (): void => {
    // Nothing waits for it, and a store that refuses it keeps nobody from being answered.
    scheduled = keepSchedules().catch((error: unknown) =>
      log.error("scheduled jobs not looked after", errorFields(error)),
    );
  };
  look();
  // A store that comes back without what it had has no schedules either, and so no check that would find that.
  redis.on("ready", look);
  return {
    drain: async (patienceMs) => {
      redis.off("ready", look);
      await scheduled;
      await jobs.drain(patienceMs);
      await jobs.close();
    },
  };
}
