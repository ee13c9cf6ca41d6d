import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { onTestFinished } from "vitest";
import { catalogueOf, type Catalogue } from "../compare/catalogue/catalogue.ts";
import { RedisServers, type EmulatedRedis, type RedisWish } from "../emulators/redis-servers.ts";
import { audit, type Audit, type AuditOptions } from "./audit.ts";
import { AuditConnection, type ConnectionOptions } from "./connection.ts";
import { redisAddress } from "./redis-address.ts";

/** A real Redis for one test. */
export async function redisServer(wish: Partial<RedisWish> = {}): Promise<EmulatedRedis> {
  const folder = await mkdtemp(join(tmpdir(), "audit-"));
  const servers = new RedisServers(folder);
  onTestFinished(async () => {
    await servers.close();
    await rm(folder, { recursive: true, force: true });
  });
  return await servers.start({ maxMemoryMb: 64, ...wish });
}

/** Asks a server as whoever runs it does. */
export function administrator(server: EmulatedRedis): Redis {
  const redis = new Redis(server.url);
  onTestFinished(() => redis.disconnect());
  return redis;
}

/** How BullMQ is told of a server. */
export function connectionTo({ host, port, password }: EmulatedRedis) {
  return { host, port, password, maxRetriesPerRequest: null };
}

/** Prices that are no one's, so that no test holds one. */
export const PRICES: Catalogue = catalogueOf([
  {
    name: "upstash.yaml",
    text: `provider: upstash
review_days: 120
sources: { test: { source: a test, observed: 2026-11-25, kind: official, confidence: A } }
entries:
${[
  ["payg/commands", "100,000 commands", "usd: 0.5"],
  ["payg/storage", "GB-month", "usd: 1"],
  ["payg/included-storage-gb", "GB", "fact: 1"],
  ["fixed/250mb", "month", "usd: 10"],
  ["fixed/1gb", "month", "usd: 20"],
]
  .map(
    ([id, unit, value]) =>
      `  - { id: upstash/${id}, about: a price, unit: "${unit}", ${value}, from: 2025-01-01, by: test }`,
  )
  .join("\n")}
`,
  },
]);

const EXPECTATION = { aiSeconds: { low: 2, high: 5 }, objectiveSeconds: 5 } as const;

/** The audit of a Redis, watched for a moment. */
export async function auditOf(
  url: string,
  { connection, ...options }: Partial<AuditOptions> & { readonly connection?: ConnectionOptions } = {},
): Promise<Audit> {
  const opened = await AuditConnection.open(redisAddress(url), connection);
  try {
    return await audit(opened, {
      seconds: 1,
      expectation: EXPECTATION,
      catalogue: PRICES,
      day: "2026-11-25",
      ...options,
    });
  } finally {
    opened.close();
  }
}
