import { Redis } from "ioredis";
import { numberOf, parseInfo } from "../audit/info.ts";
import { known, unknown, type Estimate } from "../compare/estimate.ts";

/** Longer than a store takes that is there, in ms. */
const PATIENCE_MS = 10_000;

/**
 * Counts what a Redis carries out while something happens, by its own counter, which holds commands inside of scripts
 * too. Nobody else is expected on it.
 * @param url undefined where it is out of reach from here
 */
export async function commandsDuring<Result>(
  url: string | undefined,
  happens: () => Promise<Result>,
): Promise<{ readonly result: Result; readonly commands: Estimate }> {
  const before = await processed(url);
  const result = await happens();
  if (typeof before === "string") return { result, commands: unknown(before) };
  const after = await processed(url);
  if (typeof after === "string") return { result, commands: unknown(after) };
  return {
    result,
    commands:
      after >= before
        ? known(after - before)
        : unknown("the counter of the Redis began anew: it was restarted, or somebody reset it"),
  };
}

/** @returns a phrase when it cannot be known */
async function processed(url: string | undefined): Promise<number | string> {
  if (url === undefined) return "the store is out of reach from here";
  const redis = new Redis(url, { maxRetriesPerRequest: 1, connectTimeout: PATIENCE_MS, lazyConnect: true });
  // What goes wrong is told by the call.
  redis.on("error", () => {});
  try {
    const stats = parseInfo(await redis.info("stats"));
    return numberOf(stats, "total_commands_processed") ?? "the Redis does not count what it carries out";
  } catch (error) {
    return `the Redis does not answer INFO: ${(error as Error).message}`;
  } finally {
    redis.disconnect();
  }
}
