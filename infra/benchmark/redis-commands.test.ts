import { expect, test } from "vitest";
import { administrator, redisServer } from "../audit/audit-fixture.ts";
import { lowestOf, unknown } from "../compare/estimate.ts";
import { commandsDuring } from "./redis-commands.ts";

test("what a Redis carries out meanwhile is counted, those inside scripts too", async () => {
  const server = await redisServer();
  const redis = administrator(server);
  const script = "for i = 1, 100 do redis.call('INCR', KEYS[1]) end";
  const { result, commands } = await commandsDuring(server.url, () => redis.eval(script, 1, "n"));
  expect(result).toBeNull();
  expect(commands).toMatchObject({ kind: "known" });
  const others = lowestOf(commands) - 101;
  // What asking takes, a few at each end.
  expect(others).toBeGreaterThanOrEqual(0);
  expect(others).toBeLessThan(20);
});

test("a counter that began anew tells nothing, and neither does a Redis that is out of reach", async () => {
  const server = await redisServer();
  const redis = administrator(server);
  for (let count = 0; count < 50; count++) await redis.ping();
  const { commands } = await commandsDuring(server.url, () => redis.config("RESETSTAT"));
  expect(commands).toEqual(
    unknown("the counter of the Redis began anew: it was restarted, or somebody reset it"),
  );
  const nowhere = await commandsDuring(undefined, () => Promise.resolve("done"));
  expect(nowhere).toEqual({ result: "done", commands: unknown("the store is out of reach from here") });
});
