import { httpWebhook } from "../adapters/webhook/webhook.ts";
import { policyOf } from "../conversation/policy.ts";
import { Notices } from "../notices/notices.ts";
import type { Platform } from "../platform.ts";
import { Alerts } from "./alerts.ts";
import { Delivery } from "./delivery.ts";
import type { DayBudget } from "./round.ts";
import { rulesOf } from "./rules.ts";

/** Of one post, in ms. */
const WEBHOOK_MS = 10_000;

/** Looks for what people must be told, and tells them, until it is stopped. */
export function startAlerts(platform: Platform): Alerts {
  const { config, organizations, observed } = platform;
  const { webhook, organization, everySeconds } = config.alerts;
  const rules = rulesOf(config.alerts.rules, config.replies.objectiveMs);
  // An operator's own: it may well be in the private network.
  const client = httpWebhook({ timeoutMs: WEBHOOK_MS, allowPrivate: true });
  const delivery = new Delivery({
    ...platform,
    namespace: config.namespace,
    rules,
    notices: new Notices(platform),
    webhook: webhook && {
      post: async (body, id, signal) => await client.call({ ...webhook, body, delivery: id }, signal),
    },
    organization,
    settings: (id) => organizations.find(id),
  });
  const alerts = new Alerts({
    ...platform,
    everyMs: everySeconds * 1000,
    rules,
    consumption: observed.consumption,
    delivery,
    report: () => ({
      replies: observed.meters.replies.counts,
      openBreakers: observed.meters.openBreakers,
      lost: observed.meters.leasesLost,
    }),
    budgets: () =>
      organizations.ids.flatMap((id): DayBudget[] => {
        const settings = organizations.find(id);
        if (settings?.aiBudgetUsdPerDay === undefined) return [];
        return [
          { organization: id, day: policyOf(settings).day, microUsd: settings.aiBudgetUsdPerDay * 1e6 },
        ];
      }),
  });
  alerts.start();
  return alerts;
}
