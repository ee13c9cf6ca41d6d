import { Redis } from "ioredis";
import { describe, expect, test } from "vitest";
import { Conversation, ONE_OF_EACH } from "./conversation-fixture.ts";
import { engine } from "./engine-fixture.ts";

/** What preview and up tell of a resource whose state is otherwise than it should be. */
function drifted(resource: string, state: "planned" | "done"): unknown {
  return expect.objectContaining({ operation: "update", resource, properties: ["condition"], state });
}

describe.skipIf(engine === undefined)(
  "what happened behind the engine's back (needs the Pulumi engine)",
  () => {
    test("a worker killed with its supervisor is noticed by refresh and mended by up", async () => {
      const conversation = await Conversation.start();
      const { project } = conversation;
      await conversation.exchange("before");
      const before = await project.running();
      for (const pid of [...before.workerSupervisors, ...before.workers]) process.kill(pid, "SIGKILL");
      expect(await project.must(["refresh"])).toContainEqual(
        expect.objectContaining({ state: "found", resource: "main-all", message: "not running" }),
      );
      const mended = await conversation.up();
      expect(mended["changes"]).toEqual({ update: 1, same: 7 });
      const after = await project.running();
      expect(after).toEqual({
        ...ONE_OF_EACH,
        redisServers: before.redisServers,
        redisSupervisors: before.redisSupervisors,
      });
      await conversation.exchange("after");
      expect(conversation.connections).toMatchObject({ most: 1, replaced: 0 });
    }, 180_000);

    test("a worker whose supervisor alone was killed answers on, and up replaces it", async () => {
      const conversation = await Conversation.start();
      const { project } = conversation;
      const before = await project.running();
      for (const pid of before.workerSupervisors) process.kill(pid, "SIGKILL");
      await conversation.exchange("without a supervisor");
      const answers = await project.must(["up", "--yes"]);
      expect(answers).toContainEqual(drifted("main-all", "done"));
      expect(await project.running()).toEqual({
        ...ONE_OF_EACH,
        redisServers: before.redisServers,
        redisSupervisors: before.redisSupervisors,
      });
      await conversation.exchange("with one again");
      expect(conversation.connections).toMatchObject({ most: 1, replaced: 0 });
    }, 180_000);

    test("a setting of Redis changed by hand is noticed by preview and set back by up, which restarts nothing", async () => {
      const conversation = await Conversation.start();
      const { project } = conversation;
      const before = await project.running();
      const redis = new Redis(await conversation.storeUrl());
      try {
        await redis.config("SET", "maxmemory-policy", "allkeys-lru");
        const answers = await project.must(["preview"]);
        expect(answers).toContainEqual(drifted("store", "planned"));
        expect(await redis.config("GET", "maxmemory-policy")).toEqual(["maxmemory-policy", "allkeys-lru"]);
        const mended = await conversation.up();
        expect(mended["changes"]).toEqual({ update: 1, same: 7 });
        expect(await redis.config("GET", "maxmemory-policy")).toEqual(["maxmemory-policy", "noeviction"]);
      } finally {
        redis.disconnect();
      }
      expect(await project.running()).toEqual(before);
      await conversation.exchange("after");
    }, 180_000);

    test("a killed Redis comes back with its data; killed with its supervisor, up brings it back at its address", async () => {
      const conversation = await Conversation.start();
      const { project } = conversation;
      await conversation.exchange("before");
      const before = await project.running();
      for (const pid of before.redisServers) process.kill(pid, "SIGKILL");
      await conversation.exchange("while Redis comes back");
      const restarted = await project.running();
      expect(restarted).toEqual({ ...before, redisServers: [expect.any(Number)] });
      expect(restarted.redisServers).not.toEqual(before.redisServers);

      const address = await conversation.storeUrl();
      await written(address);
      for (const pid of [...restarted.redisSupervisors, ...restarted.redisServers])
        process.kill(pid, "SIGKILL");
      const answers = await project.must(["up", "--yes"]);
      expect(answers).toContainEqual(drifted("store", "done"));
      expect(await project.running()).toEqual({
        ...ONE_OF_EACH,
        workers: before.workers,
        workerSupervisors: before.workerSupervisors,
      });
      expect(await conversation.storeUrl()).toBe(address);
      await conversation.exchange("after");
    }, 180_000);
  },
);

/** Resolves when Redis has on disk what it was told: until then, it may lose it when it is killed. */
async function written(url: string): Promise<void> {
  const redis = new Redis(url);
  try {
    await expect
      .poll(() => redis.info("persistence"), { interval: 20, timeout: 20_000 })
      .toMatch(/aof_buffer_length:0\r/);
  } finally {
    redis.disconnect();
  }
}
