import { automationsOf } from "../automations/of-platform.ts";
import { Lanes } from "../bulk/lanes.ts";
import { OptOuts } from "../bulk/opt-outs.ts";
import { Campaigns } from "../campaigns/campaigns.ts";
import type { Platform } from "../platform.ts";
import { OwnerWake } from "../runtime/owner-wake.ts";
import { ask } from "../sessions/asking.ts";
import { Performing, type OwnerRequest } from "./performing.ts";
import { Refused } from "./refused.ts";

/** How long the owner of a shard may take to notice a request, and then to do it, in s. */
const NOTICE_SECONDS = 30;
const PATIENCE_SECONDS = 300;

/** What calls need of a process. */
export type CallPlatform = Pick<
  Platform,
  "redis" | "keys" | "sealing" | "log" | "organizations" | "record" | "policy"
> & { readonly queues: Pick<Platform["queues"], "connection"> };

/** Calls as this process does them. */
export interface Calling {
  readonly performing: Performing;
  close(): Promise<void>;
}

export function createCalling(platform: CallPlatform): Calling {
  const { redis, keys, log, organizations, queues } = platform;
  const owners = new OwnerWake({ redis, keys, log, connection: queues.connection });
  const performing = new Performing({
    ...platform,
    lanes: new Lanes(platform),
    optOuts: new OptOuts(platform),
    // Who owns the number has the first recipients made into messages.
    campaigns: new Campaigns({
      ...platform,
      timeZone: (organization) => organizations.find(organization)?.timeZone,
    }),
    automations: automationsOf(platform),
    wake: (conversation) => owners.wake(conversation),
    ask: (request) => askOwner(platform, request),
  });
  return { performing, close: () => owners.close() };
}

/** Resolves with the last answer. @throws Refused */
async function askOwner(
  { redis, keys }: CallPlatform,
  request: OwnerRequest,
): Promise<Readonly<Record<string, string>>> {
  const waiting = redis.duplicate();
  // Told by the commands.
  waiting.on("error", () => {});
  const asked = {
    request: { ...request },
    attachment: [],
    noticeSeconds: NOTICE_SECONDS,
    patienceSeconds: PATIENCE_SECONDS,
  };
  try {
    for await (const line of ask({ store: redis, waiting, keys }, asked)) {
      if (line === "") continue;
      const { kind, ...answer } = JSON.parse(line) as Record<string, string>;
      if (kind === "done") return answer;
      if (kind === "failed") throw new Refused("conflict", answer["reason"] ?? "the worker failed");
      if (kind === "silent") break;
    }
  } finally {
    waiting.disconnect();
  }
  throw new Refused(
    "unavailable",
    `${request.verb}: no worker answered; is one running? Nothing is lost by asking again`,
  );
}
