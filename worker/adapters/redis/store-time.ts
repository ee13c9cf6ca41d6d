import type { Redis } from "ioredis";

/** What the clock of the store says, in ms. One command. */
export async function storeTime(redis: Redis): Promise<number> {
  const [seconds, micros] = await redis.time();
  return Number(seconds) * 1000 + Math.floor(Number(micros) / 1000);
}
