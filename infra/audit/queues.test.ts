import { expect, test } from "vitest";
import type { Reading } from "./connection.ts";
import { queueState } from "./queues.ts";

/** A queue with nothing but a job under way, whose lock nobody holds. @param later under way at the second look */
function lockless(later: readonly string[]): Reading {
  let looks = 0;
  return {
    fields: () => Promise.resolve([null, null]),
    get: () => Promise.resolve(null),
    exists: () => Promise.resolve(false),
    listLength: () => Promise.resolve(0),
    setSize: () => Promise.resolve(0),
    sortedItems: () => Promise.resolve([]),
    listItems: (key: string) => {
      if (!key.endsWith(":active")) return Promise.resolve([]);
      return Promise.resolve(looks++ === 0 ? ["7"] : [...later]);
    },
  } as unknown as Reading;
}

test("a job that was done between the two looks is not stalled, and one that is still under way is", async () => {
  const mail = { prefix: "bull", name: "mail" };
  expect((await queueState(lockless([]), mail)).stalled).toBe(0);
  expect((await queueState(lockless(["7"]), mail)).stalled).toBe(1);
});
