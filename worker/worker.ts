import { createAi } from "./adapters/openai/start.ts";
import { startAlerts } from "./alerts/start.ts";
import { startAutomations } from "./automations/start.ts";
import { createPump } from "./bulk/start.ts";
import { startCampaigns } from "./campaigns/start.ts";
import { BULK, NOTICES, runOf } from "./conversation/keys.ts";
import { MetricsPublisher } from "./metrics/publisher.ts";
import { startCron } from "./cron/start.ts";
import { createNoticeDelivery } from "./notices/start.ts";
import { createOwner } from "./owner.ts";
import type { Platform } from "./platform.ts";
import type { Standing } from "./runtime/readiness.ts";

/** What was started, until it is told to stop. */
export interface Running {
  /** Undefined until the store has accepted the process: Redis may refuse a heartbeat. */
  standing(): Partial<Standing> | undefined;
  /** Takes no new work, finishes what is under way within `drainMs`, closes sockets and gives the shards back. */
  drain(drainMs: number): Promise<void>;
}

/** Joins the others on the store, answers for the shards it gets, and takes its part of the jobs. */
export async function startWorker(platform: Platform): Promise<Running> {
  const { config, log } = platform;
  const ai = createAi(platform, platform.observed.meters);
  const campaigns = await startCampaigns(platform);
  const pump = createPump(platform, () => owner, campaigns.expand);
  const automations = await startAutomations(platform, ai.writer, () => owner);
  const notices = createNoticeDelivery(platform, () => owner);
  const owner = createOwner(platform, {
    completions: ai.completions,
    due: (organization, member) => {
      const run = runOf(member);
      if (run !== undefined) automations.due(organization, run);
      else if (member === BULK) pump.look(organization);
      else if (member === NOTICES) void notices.look(organization);
      else log.error("nobody knows what is due", { organization, member });
    },
    refreshed: () => pump.refreshed(),
    accepted: (conversation) => automations.accepted(conversation),
    acked: (organization, part) => {
      pump.acked(organization);
      automations.acked(organization, part);
    },
  });
  const metrics =
    config.metrics.destination === "none"
      ? undefined
      : new MetricsPublisher({
          ...platform,
          fleet: config.fleet,
          everyMs: config.metrics.everySeconds * 1000,
          // Loaded only where it is used, and after the process is ready: no start waits for an SDK.
          open: async () => {
            const { cloudWatch } = await import("./adapters/cloudwatch/cloudwatch.ts");
            return cloudWatch({ namespace: config.metrics.namespace, fleet: config.fleet });
          },
        });

  await owner.membership.join();
  metrics?.start();
  const alerts = startAlerts(platform);
  const cron = await startCron(platform, ai.writer);
  return {
    standing: () => owner.standing(),
    drain: async (drainMs) => {
      pump.close();
      await Promise.all([
        owner.drain(drainMs),
        campaigns.drain(drainMs),
        automations.drain(drainMs),
        cron.drain(drainMs),
      ]);
      metrics?.stop();
      alerts.stop();
    },
  };
}
