import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Redis } from "ioredis";
import { afterEach, expect, test } from "vitest";
import { keysOf } from "../../adapters/redis/keys.ts";
import type { LocalDeployment } from "../deployment.ts";
import { startRedisServer, type RedisServer } from "../redis-server.ts";
import type { WorkerProcess } from "../worker-process.ts";
import { linked, useDeployments } from "./scenario-fixture.ts";

const deploy = useDeployments();
/** OUTAGE_SECONDS=20 is the outage of the issue; for what is tested, longer than a lease is enough. */
const OUTAGE_MS = Number(process.env["OUTAGE_SECONDS"] ?? 4) * 1_000;
/** Far under the 20 s that BullMQ's own back-off comes to; what it takes is printed. */
const RESUMED_MS = 6_000;
const ON_DISK = ["--appendonly", "yes", "--appendfsync", "always"];
const ended: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of ended.splice(0).toReversed()) await end();
});

/** A Redis that dies and comes back under the same address. */
class Store {
  readonly #directory: string;
  #server: RedisServer;

  private constructor(directory: string, server: RedisServer) {
    this.#directory = directory;
    this.#server = server;
  }

  static async start(): Promise<Store> {
    const directory = await mkdtemp(join(tmpdir(), "store-"));
    const store = new Store(directory, await startRedisServer({ directory, args: ON_DISK }));
    ended.push(async () => {
      await store.#server.stop();
      await rm(directory, { recursive: true, force: true });
    });
    return store;
  }

  get url(): string {
    return this.#server.url;
  }

  /** As when its machine dies. */
  kill(): void {
    process.kill(this.#server.pid, "SIGKILL");
  }

  /** @param empty without what it had */
  async comeBack({ empty = false } = {}): Promise<void> {
    const { port } = this.#server;
    await this.#server.stop();
    if (empty) await rm(join(this.#directory, "appendonlydir"), { recursive: true });
    this.#server = await startRedisServer({ port, directory: this.#directory, args: ON_DISK });
  }
}

function client(url: string): Redis {
  const redis = new Redis(url, { maxRetriesPerRequest: null, retryStrategy: () => 50 });
  redis.on("error", () => {});
  ended.push(() => redis.disconnect());
  return redis;
}

function logged(worker: WorkerProcess, message: string): number {
  return worker.logged.filter((line) => line.message === message).length;
}

/** With what it printed, where it is not. */
function alive(worker: WorkerProcess): void {
  expect(worker.running, worker.output).toBe(true);
}

test("Redis is gone for longer than a lease: the sockets go, and all who wrote are answered soon after it is back", async () => {
  const store = await Store.start();
  const deployment = await deploy({ redisUrl: store.url });
  const worker = deployment.worker();
  await worker.ready();
  const [ana, ze] = await linked(deployment, ["ana", "ze"]);
  const people = [ana!, ze!].map((phone) => ({ phone, contact: deployment.whatsapp.contact() }));
  for (const { phone, contact } of people) {
    contact.write(phone, "antes");
    await contact.waitForMessage("re: antes");
  }
  store.kill();
  const gone = delay(OUTAGE_MS);
  for (const { phone } of people) await phone.waitFor(() => phone.connections === 0);
  for (const { phone, contact } of people) contact.write(phone, "durante");
  await gone;
  alive(worker);
  expect(people.map(({ phone }) => phone.pending)).toEqual([1, 1]);
  await store.comeBack();
  const back = performance.now();
  for (const { contact } of people) await contact.waitForMessage("re: durante", RESUMED_MS);
  const resumedMs = performance.now() - back;
  for (const { phone, contact } of people) {
    contact.write(phone, "depois");
    await contact.waitForMessage("re: depois");
    expect(contact.displayed.map(({ text }) => text)).toEqual(["re: antes", "re: durante", "re: depois"]);
    expect(phone.maxConnections).toBe(1);
  }
  console.info(
    `bad days: Redis gone for ${OUTAGE_MS} ms, answers ${Math.round(resumedMs)} ms after its return`,
  );
  expect(await worker.stop()).toBe(0);
});

test("Redis comes back empty: said as an error, nothing is connected or logged out, and numbers can be linked anew", async () => {
  const store = await Store.start();
  const deployment = await deploy({ redisUrl: store.url });
  const worker = deployment.worker();
  await worker.ready();
  const [phone] = await linked(deployment, ["ana"]);
  const contact = deployment.whatsapp.contact();
  contact.write(phone!, "antes");
  await contact.waitForMessage("re: antes");
  store.kill();
  await store.comeBack({ empty: true });
  await worker.logs((line) => line.level === "error" && line.message.startsWith("the store lost all it had"));
  await phone!.waitFor(() => phone!.connections === 0);
  // WhatsApp keeps what is written now: it told nobody that this device is gone.
  expect(phone!.linked).toBe(true);
  contact.write(phone!, "durante");
  await delay(1_000);
  expect([phone!.pending, phone!.connections, contact.displayed.length]).toEqual([1, 0, 1]);
  alive(worker);
  const redis = client(store.url);
  const keys = keysOf(deployment.namespace);
  expect(await redis.exists(keys.meta)).toBe(1);
  // Nothing of what the process knew was written over the new store.
  expect(await redis.keys(`${keys.prefix}:wa:*`)).toEqual([]);
  expect(await redis.exists(keys.organizations)).toBe(0);

  await deployment.addOrganization("ana");
  await deployment.pair("ana", phone);
  contact.write(phone!, "depois");
  await contact.waitForMessage("re: depois");
  expect(phone!.maxConnections).toBe(1);
  expect(await worker.stop()).toBe(0);
});

test("Redis has no memory left: WhatsApp is told of nothing that is not stored, and with memory all is answered", async () => {
  const deployment = await deploy();
  const worker = deployment.worker();
  await worker.ready();
  const [ana, ze] = await linked(deployment, ["ana", "ze"]);
  const contact = deployment.whatsapp.contact();
  contact.write(ana!, "antes");
  await contact.waitForMessage("re: antes");
  const redis = client(deployment.redisUrl);
  const before = deliveriesOf(deployment);
  await redis.config("SET", "maxmemory", "1mb");
  contact.write(ana!, "durante");
  contact.write(ze!, "durante");
  await worker.logs(({ message }) => message === "heartbeat failed");
  for (const phone of [ana!, ze!]) await phone.waitFor(() => phone.connections === 0);
  alive(worker);
  expect([ana!.pending, ze!.pending]).toEqual([1, 1]);
  expect(deliveriesOf(deployment)).toBe(before);
  await redis.config("SET", "maxmemory", "0");
  await contact.waitFor(() => contact.displayed.filter(({ text }) => text === "re: durante").length === 2);
  expect(contact.displayed).toHaveLength(3);
  expect([...ana!.nacks, ...ze!.nacks]).toEqual([]);
  expect([ana!.maxConnections, ze!.maxConnections]).toEqual([1, 1]);
  expect(await worker.stop()).toBe(0);
});

/** Receipts that told contacts of messages. */
function deliveriesOf({ whatsapp }: LocalDeployment): number {
  return whatsapp.contacts.reduce((sum, { receipts }) => sum + receipts.length, 0);
}

/** Of a worker that may talk to WhatsApp itself, and does not, because nobody is linked. */
const PRODUCTION = { NODE_ENV: "production", OXY_WHATSAPP_URL: "", OXY_WHATSAPP_TRUST_ROOT: "" };
const EVICTING =
  "REDIS_URL: expected maxmemory-policy noeviction, got allkeys-lru: Redis would drop conversations when memory runs out";

test("in production, a Redis that may drop keys is refused at start, and when it comes to that while a worker runs", async () => {
  const deployment = await deploy();
  const redis = client(deployment.redisUrl);
  await redis.config("SET", "maxmemory-policy", "allkeys-lru");
  const refused = deployment.worker(PRODUCTION);
  expect(await refused.exited).toEqual({ code: 1, signal: null });
  expect(refused.logged.find(({ message }) => message === "cannot run")?.["errorMessage"]).toBe(EVICTING);

  await redis.config("SET", "maxmemory-policy", "noeviction");
  const running = deployment.worker(PRODUCTION);
  await running.ready();
  await redis.config("SET", "maxmemory-policy", "allkeys-lru");
  await redis.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
  expect(await running.exited).toEqual({ code: 1, signal: null });
  expect(running.logged.find(({ message }) => message === "cannot go on")?.["errorMessage"]).toBe(EVICTING);
  // In order: what it held is free for whoever can run.
  expect(logged(running, "stopped")).toBe(1);
});

test("in development it is warned of, and the worker answers", async () => {
  const deployment = await deploy();
  await client(deployment.redisUrl).config("SET", "maxmemory-policy", "allkeys-lru");
  const worker = deployment.worker();
  const warning = await worker.logs(({ message }) => message === "redis may lose data");
  expect(warning).toMatchObject({ level: "warn", why: EVICTING });
  await worker.ready();
});
