import { writeSync } from "node:fs";
import { openRedis } from "../adapters/redis/connect.ts";
import { keysOf } from "../adapters/redis/keys.ts";
import { Sealing } from "../adapters/redis/sealing.ts";
import { Pump } from "../bulk/pump.ts";
import { Campaigns } from "../campaigns/campaigns.ts";
import { Expansion } from "../campaigns/expansion.ts";
import { ConversationRecord } from "../conversation/record.ts";
import type { Conversation } from "../conversation/types.ts";
import type { Lease } from "../sessions/lease.ts";
import { organizationSettings } from "../sessions/organization.ts";
import { shardOf } from "../sessions/shards.ts";
import { audienceOf } from "./campaign-audience.ts";
import { silentLogger } from "./silent-logger.ts";

/**
 * A process that reads a campaign in, or owns the number that sends it, on a socket that takes everything at once: what goes out
 * is told on standard output before it is acked, so that who reads it knows also what a killed process has sent.
 * Arguments: Redis, sealing key (base64), `import` and recipients, or `send` and epoch.
 */
const [url = "", key = "", role, argument = ""] = process.argv.slice(2);
const organization = "bench";
const campaign = "spring";
const LEASE_MS = 3_600_000;
const redis = openRedis(url, "bench");
const keys = keysOf("bench");
const sealing = new Sealing([{ id: "k", key: Buffer.from(key, "base64") }]);
const parts = { redis, keys, sealing };
const tell = (line: object): void => void writeSync(1, `${JSON.stringify(line)}\n`);

const campaigns = new Campaigns({ ...parts, timeZone: () => "UTC" });
if (role === "import") {
  const definition = { name: "Spring", template: "Oi {{nome|cliente}}, a coleção nova chegou!" };
  const began = performance.now();
  const audience = { csv: audienceOf(Number(argument)) };
  const { total } = await campaigns.create({ organization, id: campaign, definition, audience });
  tell({ total, ms: performance.now() - began, peakMb: process.resourceUsage().maxRSS / 1_024 });
  await redis.quit();
} else {
  const lease: Lease = { shard: shardOf(organization), owner: "bench", epoch: argument };
  await redis.hset(keys.leases, lease.shard, `${lease.owner} ${lease.epoch} ${Date.now() + LEASE_MS}`);
  await send(lease);
}

async function send(lease: Lease): Promise<void> {
  const record = new ConversationRecord(parts);
  const expansion = new Expansion(parts);
  const { signal } = new AbortController();
  const settings = organizationSettings.parse({ name: "Bench", timeZone: "UTC" });
  // As fast as the store lets it: what is measured is the store's part, and whether anything goes out twice.
  const pacing = {
    perMinute: 1e9,
    jitter: 0,
    perDay: 1e9,
    coldPerDay: 1e9,
    quietFrom: "00:00",
    quietTo: "00:00",
  };
  const deliver = async (conversation: Conversation): Promise<void> => {
    for (;;) {
      const part = await record.sent(lease, conversation, { ackMs: 60_000, wire: `wire ${lease.epoch}` });
      if (part.kind !== "part") return;
      tell({ chat: conversation.chat, id: part.id });
      await record.acked(lease, conversation, part.id);
    }
  };
  const pump: Pump = new Pump({
    ...parts,
    log: silentLogger,
    settings: () => ({ ...settings, pacing }),
    connection: () => ({ resolve: async (number) => `${number}@lid` }),
    lease: () => lease,
    perform: async (_organization, _what, work) => await work(),
    deliver,
    refill: async () => await expansion.expand(organization, campaign, signal),
  });
  // As a new owner does: what the one before had on its way goes out again, under the same id.
  for (const due of await record.sweep([lease], 10_000, { all: true }))
    if (due.chat !== "bulk") await deliver(due);
  await expansion.expand(organization, campaign, signal);
  for (;;) {
    const progress = await campaigns.progress(organization, campaign);
    if (progress?.remaining === 0) break;
    pump.look(organization);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  tell({ peakMb: process.resourceUsage().maxRSS / 1_024 });
  pump.close();
  await redis.quit();
}
