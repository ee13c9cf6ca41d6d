import { randomBytes } from "node:crypto";
import { Redis } from "ioredis";
import { afterAll, beforeAll, expect, test } from "vitest";
import { keysOf } from "../adapters/redis/keys.ts";
import { Sealing } from "../adapters/redis/sealing.ts";
import { useRecord } from "../conversation/record-fixture.ts";
import { startRedisServer, type RedisServer } from "../dev/redis-server.ts";
import { organizationSettings } from "../sessions/organization.ts";
import { Organizations } from "../sessions/organizations.ts";
import { webProcess, wrote } from "./calling-fixture.ts";
import { producer } from "./producer.ts";

const deploy = useRecord();

const quiet = (): void => {};
const log = { error: quiet, warn: quiet, info: quiet, debug: quiet };
const KEY = { id: "k", key: randomBytes(32) };

let server: RedisServer;
let redis: Redis;
beforeAll(async () => {
  server = await startRedisServer();
  redis = new Redis(server.url);
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

test("another service calls through the store: sealed, once, and with ids alone in jobs", async () => {
  const keys = keysOf("oxy");
  const organizations = new Organizations({ redis, keys, sealing: new Sealing([KEY]), log });
  await using calling = await opened();
  await organizations.save("ana", organizationSettings.parse({ name: "Ana" }));
  const message = {
    organization: "ana",
    id: "order-1",
    to: { number: "5511987654321" },
    text: "Saiu para entrega",
  };
  expect(await calling.call("message.send", message)).toEqual({ id: "order-1", outcome: "queued" });
  expect(await calling.call("message.send", message)).toEqual({ id: "order-1", outcome: "repeated" });
  const stored = await Promise.all((await redis.keys("*")).map((key) => redis.dumpBuffer(key)));
  expect(Buffer.concat(stored.filter((dump) => dump !== null)).toString("latin1")).not.toContain("entrega");
  await expect(calling.call("message.send", message, 2)).rejects.toThrow("deploy them first");
  await expect(calling.call("message.send", { ...message, organization: "nobody" })).rejects.toThrow(
    "organization nobody: expected one that was added",
  );
});

test("a producer with other keys than the workers' is refused, and changes nothing", async () => {
  await (await opened()).close();
  const before = await redis.hgetall(keysOf("oxy").meta);
  const other = producer({ redisUrl: server.url, encryptionKeys: [{ id: "k", key: randomBytes(32) }] });
  await expect(other).rejects.toThrow("OXY_ENCRYPTION_KEYS");
  expect(await redis.hgetall(keysOf("oxy").meta)).toEqual(before);
});

async function opened() {
  const made = await producer({ redisUrl: server.url, encryptionKeys: [KEY] });
  return { ...made, [Symbol.asyncDispose]: () => made.close() };
}

test("what a call costs is what docs/producers.md says", async () => {
  const deployment = deploy();
  const web = await webProcess(deployment, ["ana"]);
  const [chat, number] = ["987001234567890@lid", "5511987654321"];
  await wrote(deployment, "ana", chat, number);
  const costs = async (work: () => Promise<unknown>): Promise<number> => {
    // The first time sends the script itself.
    await work();
    const monitor = await deployment.redis.duplicate().monitor();
    let count = 0;
    monitor.on("monitor", (_time, [command]: string[], source: string) => {
      if (source !== "lua" && command !== "ping") count++;
    });
    await work();
    await deployment.redis.ping();
    await new Promise((resolve) => setImmediate(resolve));
    monitor.disconnect();
    return count;
  };
  const send = (more: object) =>
    web.performing.perform("message.send", {
      organization: "ana",
      id: "m",
      to: { number },
      text: "oi",
      ...more,
    });
  expect(await costs(() => send({}))).toBe(2);
  expect(await costs(() => send({ to: { chat }, priority: "reply" }))).toBe(5);
  const contact = { contact: { chat } };
  expect(
    await costs(() => web.performing.perform("contact.tag", { organization: "ana", ...contact, tag: "vip" })),
  ).toBe(2);
  await web.close();
});
