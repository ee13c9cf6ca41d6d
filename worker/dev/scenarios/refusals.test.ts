import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { Queue } from "bullmq";
import { Redis } from "ioredis";
import { afterEach, describe, expect, test } from "vitest";
import { keysOf } from "../../adapters/redis/keys.ts";
import { newEncryptionKey, type WorkerProcess } from "../worker-process.ts";
import { useDeployments } from "./scenario-fixture.ts";

const deploy = useDeployments();
const keys = keysOf("oxy");
const ended: (() => Promise<unknown> | void)[] = [];

afterEach(async () => {
  for (const end of ended.splice(0).toReversed()) await end();
});

function client(url: string): Redis {
  const redis = new Redis(url, { maxRetriesPerRequest: null });
  ended.push(() => redis.disconnect());
  return redis;
}

/** Everything that the store holds. */
async function dump(redis: Redis): Promise<Record<string, string | undefined>> {
  const names = (await redis.keys("*")).toSorted();
  const values = await Promise.all(names.map((name) => redis.dumpBuffer(name)));
  return Object.fromEntries(names.map((name, index) => [name, values[index]?.toString("base64")]));
}

/** Resolves with what the worker says about why it does not run. */
async function refusal(worker: WorkerProcess): Promise<{ code: number | null; reason: unknown }> {
  const { code } = await worker.exited;
  const line = worker.logged.find(({ message }) => message === "cannot run");
  return { code, reason: line?.["errorMessage"] };
}

async function listening(server: Server, port = 0): Promise<number> {
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  ended.push(() => void server.close());
  return (server.address() as AddressInfo).port;
}

describe("without Redis", () => {
  /** A way to Redis that is not there yet. */
  async function closedWay(): Promise<{ url: string; open: (target: string) => Promise<void> }> {
    const placeholder = createServer();
    const port = await listening(placeholder);
    placeholder.close();
    await once(placeholder, "close");
    const open = async (target: string): Promise<void> => {
      const sockets: Socket[] = [];
      const { hostname, port: targetPort } = new URL(target);
      const way = createServer((near) => {
        const far = connect(Number(targetPort), hostname);
        for (const socket of [near, far]) socket.on("error", () => {});
        near.pipe(far).pipe(near);
        sockets.push(near, far);
      });
      ended.push(() => sockets.forEach((socket) => socket.destroy()));
      await listening(way, port);
    };
    return { url: `redis://127.0.0.1:${port}`, open };
  }

  test("the worker is healthy and waits, says what it waits for, and runs once Redis is there", async () => {
    const deployment = await deploy();
    const way = await closedWay();
    const worker = deployment.worker({ REDIS_URL: way.url });
    const { health } = await worker.logs(({ message }) => message === "listening");
    await worker.logs(({ message }) => message === "redis unreachable");
    expect((await fetch(String(health))).status).toBe(200);
    expect((await fetch(`${String(health)}/redis`)).status).toBe(503);
    expect(worker.logged.some(({ message }) => message === "ready")).toBe(false);
    await way.open(deployment.redisUrl);
    await worker.ready();
    expect((await fetch(`${String(health)}/redis`)).status).toBe(200);
    expect(await worker.stop()).toBe(0);
  });

  test("a worker that is told to stop while it waits does so at once", async () => {
    const deployment = await deploy();
    const worker = deployment.worker({ REDIS_URL: (await closedWay()).url });
    await worker.logs(({ message }) => message === "redis unreachable");
    const began = performance.now();
    expect(await worker.stop()).toBe(0);
    expect(performance.now() - began).toBeLessThan(2_000);
  });
});

describe("a store that is not this deployment's", () => {
  test("another encryption key is refused by name, and nothing is changed", async () => {
    const deployment = await deploy();
    const redis = client(deployment.redisUrl);
    const before = deployment.worker();
    await before.ready();
    await deployment.addOrganization("ana");
    await deployment.pair("ana");
    await before.stop();
    const stored = await dump(redis);
    expect(Object.keys(stored)).toContain(keys.credentials("ana"));
    const another = newEncryptionKey();
    const worker = deployment.worker({ OXY_ENCRYPTION_KEYS: another });
    const { code, reason } = await refusal(worker);
    expect(code).toBe(1);
    expect(reason).toMatch(/^OXY_ENCRYPTION_KEYS: expected a key that opens this store/);
    expect(worker.output).not.toContain(another.split(":")[1]);
    expect(await dump(redis)).toEqual(stored);
    // The right one finds everything as it was.
    const after = deployment.worker();
    await after.logs(({ message }) => message === "whatsapp open");
  });

  test.each([
    ["shards", "64"],
    ["version", "2"],
  ])("another value of %s is refused, and nothing is changed", async (field, value) => {
    const deployment = await deploy();
    const redis = client(deployment.redisUrl);
    await redis.hset(keys.meta, { version: "1", shards: "256", [field]: value });
    const stored = await dump(redis);
    const { code, reason } = await refusal(deployment.worker());
    expect(code).toBe(1);
    expect(reason).toContain(`${field}: expected`);
    expect(reason).toContain(`got ${value}`);
    expect(await dump(redis)).toEqual(stored);
  });
});

test.each(["OXY_HEALTH_PORT", "OXY_BOARD_PORT", "PORT"])(
  "a port in use is refused by its key: %s",
  async (key) => {
    const deployment = await deploy();
    const port = await listening(createServer());
    const worker = deployment.worker({ [key]: `${port}` });
    const { code, reason } = await refusal(worker);
    expect(code).toBe(1);
    expect(reason).toMatch(new RegExp(`^${key}: port ${port} on .* is in use`));
  },
);

test("an environment that cannot be run with is refused with all that is wrong and no secret", async () => {
  const deployment = await deploy();
  const secrets = { OXY_ENCRYPTION_KEYS: "dev:not-so-secret-key", OXY_BOARD_PASSWORD: "too-short" };
  const worker = deployment.worker({
    ...secrets,
    DRAIN_SECONDS: "soon",
    OXY_LEASE_SECOND: "5",
    OPENAI_API_KEY: "",
  });
  expect((await worker.exited).code).toBe(78);
  for (const key of [...Object.keys(secrets), "DRAIN_SECONDS", "OXY_LEASE_SECOND", "OPENAI_API_KEY"])
    expect(worker.output).toContain(`${key}: expected `);
  for (const secret of Object.values(secrets)) expect(worker.output).not.toContain(secret);
});

test("a job that is none of ours is kept with the reason, and the worker goes on", async () => {
  const deployment = await deploy();
  const worker = deployment.worker();
  await worker.ready();
  const queue = new Queue("message-0", { connection: { url: deployment.redisUrl }, prefix: keys.prefix });
  ended.push(() => queue.close());
  const jobs: [name: string, data: unknown, reason: string][] = [
    ["turn", { organization: "ana" }, "malformed turn job: chat"],
    ["turn", null, "malformed turn job: payload"],
    ["turn", { organization: "nobody here", chat: "1@lid" }, "malformed turn job: organization"],
    ["send", {}, "unknown job send: expected turn or look"],
  ];
  for (const [name, data, reason] of jobs) {
    const { id } = await queue.add(name, data);
    await worker.logs(({ message, job }) => message === "job failed" && job === id);
    expect((await queue.getJob(id!))?.failedReason).toContain(reason);
  }
  expect(await queue.getFailedCount()).toBe(jobs.length);
  await deployment.addOrganization("ana");
  const phone = await deployment.pair("ana");
  const customer = deployment.whatsapp.contact();
  customer.write(phone, "oi");
  await customer.waitForMessage("re: oi");
  expect(await worker.stop()).toBe(0);
});
