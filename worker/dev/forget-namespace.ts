import { Redis } from "ioredis";

/** Removes what a namespace has on a Redis that others use too. @throws Error when it cannot be reached, or refuses */
export async function forgetNamespace(url: string, namespace: string): Promise<void> {
  const redis = new Redis(url, { maxRetriesPerRequest: 1 });
  // What a call is told is only that it was given up.
  let reason: Error | undefined;
  redis.on("error", (error) => (reason = error));
  try {
    for await (const keys of redis.scanStream({ match: `{${namespace}}*`, count: 500 })) {
      if ((keys as string[]).length > 0) await redis.unlink(...(keys as string[]));
    }
  } catch (error) {
    throw reason ?? error;
  } finally {
    redis.disconnect();
  }
}
