import { Redis } from "ioredis";

/** Removes what a namespace has on a Redis that others use too. */
export async function forgetNamespace(url: string, namespace: string): Promise<void> {
  const redis = new Redis(url, { maxRetriesPerRequest: 1 });
  // What goes wrong is told by the call.
  redis.on("error", () => {});
  try {
    for await (const keys of redis.scanStream({ match: `{${namespace}}*`, count: 500 })) {
      if ((keys as string[]).length > 0) await redis.unlink(...(keys as string[]));
    }
  } finally {
    redis.disconnect();
  }
}
