import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { AiUnavailable } from "../../conversation/completions.ts";
import { Breaker } from "./breaker.ts";
import { CallFailed } from "./failures.ts";

const OPEN_MS = 20;

async function failing(breaker: Breaker): Promise<unknown> {
  return await breaker
    .run(() => Promise.reject(new CallFailed("the AI answered 503")))
    .catch((error: unknown) => error);
}

test("once the AI is known to be down, whoever finds out that it still is has not used up an attempt", async () => {
  const breaker = new Breaker({ openMs: OPEN_MS });
  const failures: unknown[] = [];
  while (breaker.state === "closed") failures.push(await failing(breaker));
  // The calls before it was known are attempts that failed; the one that made it known is none.
  const opening = failures.pop();
  expect(failures.length).toBeGreaterThan(0);
  expect(failures.every((failure) => failure instanceof CallFailed)).toBe(true);
  expect(opening).toBeInstanceOf(AiUnavailable);
  for (let probe = 0; probe < 3; probe++) {
    await delay(OPEN_MS * 2 ** probe + 5);
    const found = await failing(breaker);
    expect(found).toBeInstanceOf(AiUnavailable);
    expect((found as AiUnavailable).retryAfterMs).toBeGreaterThan(0);
    expect(breaker.state).toBe("open");
  }
  await delay(OPEN_MS * 8 + 5);
  expect(await breaker.run(() => Promise.resolve("back"))).toBe("back");
  expect(breaker.state).toBe("closed");
});
