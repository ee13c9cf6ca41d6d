import { unkeepableBudget } from "./adapters/openai/budget.ts";
import { automationsOf } from "./automations/of-platform.ts";
import type { Platform } from "./platform.ts";
import { Erasure } from "./privacy/erasure.ts";
import { Requests, type RequestsOptions } from "./sessions/requests.ts";

/** What operators may ask the owner of a shard for. */
export function createRequests(
  platform: Platform,
  owned: Pick<RequestsOptions, "whatsapp" | "sessions" | "underWay" | "lease">,
): Requests {
  const erasure = new Erasure({ ...platform, ...owned, automations: automationsOf(platform) });
  return new Requests({
    ...platform,
    ...owned,
    erasure,
    refusal: (settings) => unkeepableBudget(settings, platform.config.ai),
  });
}
