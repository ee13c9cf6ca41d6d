import type { Redis } from "ioredis";

/** How often each command ran on this Redis meanwhile, by name; those inside of scripts are counted like their call. */
export async function commandsOf(
  redis: Redis,
  work: () => Promise<unknown>,
): Promise<Readonly<Record<string, number>>> {
  await redis.config("RESETSTAT");
  await work();
  const stats = await redis.info("commandstats");
  const ran = [...stats.matchAll(/^cmdstat_([^:]+):calls=(\d+)/gm)];
  const own = new Set(["info", "config|resetstat"]);
  return Object.fromEntries(
    ran.flatMap(([, name = "", calls]) => (own.has(name) ? [] : [[name, Number(calls)] as const])),
  );
}
