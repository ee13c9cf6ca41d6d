import { setTimeout as delay } from "node:timers/promises";
import { isApiFailure } from "./failure.ts";

const TRIES = 4;
const BACKOFF_MS = 300;

/**
 * Creates what is not there yet. When nobody knows what became of a creation (the connection was cut, the API failed),
 * it is looked for again before it is created again, so that there are never two.
 * @param find looks for it by its derived name
 * @throws ApiFailed
 */
export async function createOnce<Thing>(
  find: () => Promise<Thing | undefined>,
  create: () => Promise<Thing>,
  signal: AbortSignal,
): Promise<Thing> {
  for (let attempt = 1; ; attempt++) {
    const found = await find();
    if (found !== undefined) return found;
    try {
      return await create();
    } catch (error) {
      // A name that is taken by now may be ours: of an attempt that was answered by nobody.
      if (!isApiFailure(error, "unavailable", "conflict") || attempt === TRIES) throw error;
      await delay(BACKOFF_MS * 2 ** (attempt - 1), undefined, { signal });
    }
  }
}
