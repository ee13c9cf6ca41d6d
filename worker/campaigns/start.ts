import { handleCampaignJob } from "../jobs/campaign/handler.ts";
import { EXPAND_JOB, EXPAND_VERSION } from "../jobs/campaign/job.ts";
import type { Platform } from "../platform.ts";
import { JobQueue } from "../runtime/job-queue.ts";
import { Expansion } from "./expansion.ts";

/** Campaigns that one process expands at once. */
const CONCURRENCY = 2;
/** One that runs low is said to be so with each message: of the jobs of a minute, one is kept. */
const MINUTE_MS = 60_000;

/** What a process has of campaigns. */
export interface RunningCampaigns {
  /** Has more recipients of a campaign made into messages. */
  expand(organization: string, campaign: string): Promise<void>;
  /** Takes no new jobs and ends those under way, those after `drainMs` in the middle: another process goes on with them. */
  drain(drainMs: number): Promise<void>;
}

/** Takes a process's part of the queue of campaigns. */
export async function startCampaigns(platform: Platform): Promise<RunningCampaigns> {
  const expansion = new Expansion(platform);
  const queue = await JobQueue.open({
    ...platform.queues,
    name: "campaign",
    concurrency: CONCURRENCY,
    handle: (job, stop) =>
      handleCampaignJob(
        job,
        { expand: ({ organization, campaign }, signal) => expansion.expand(organization, campaign, signal) },
        stop,
      ),
  });
  return {
    expand: async (organization, campaign) => {
      const id = `${organization}.${campaign}.${Math.floor(Date.now() / MINUTE_MS)}`;
      await queue.add(EXPAND_JOB, { v: EXPAND_VERSION, organization, campaign }, { id });
    },
    drain: async (drainMs) => {
      await queue.drain(drainMs);
      await queue.close();
    },
  };
}
