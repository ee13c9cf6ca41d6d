import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { patience } from "../adapters/redis/connect.ts";
import { keysOf } from "../adapters/redis/keys.ts";
import { RedisProxy } from "../dev/proxies/redis-proxy.ts";
import { commandsOf } from "../dev/redis-commands.ts";
import { startRedisServer, type RedisServer } from "../dev/redis-server.ts";
import { PROOF_JOB, TURN_JOB } from "../jobs/message/job.ts";
import { Consumption, type ConsumptionReport } from "./consumption.ts";
import { JobQueue } from "./job-queue.ts";
import type { Logger } from "./logging.ts";
import type { LongBlockingWorker } from "./long-blocking-worker.ts";
import { WakeUps } from "./wake-ups.ts";

const AFTER_MS = 200;
const nothing = (): void => {};

let server: RedisServer;
let direct: Redis;
let proxy: RedisProxy;
let redis: Redis;
let consumption: Consumption;
let workers: LongBlockingWorker[];
let errors: string[];
let count = 0;
let keys = keysOf("none");
const opened: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  server = await startRedisServer();
  direct = new Redis(server.url);
});
beforeEach(async () => {
  proxy = await RedisProxy.start(server.url);
  redis = new Redis(proxy.url, { ...patience, retryStrategy: () => 20 });
  redis.on("error", nothing);
  await redis.ping();
  errors = [];
  workers = [];
  keys = keysOf(`consumption${++count}`);
  const log: Logger = { error: (event) => errors.push(event), warn: nothing, info: nothing, debug: nothing };
  consumption = new Consumption({ redis, keys, log, stoppedAfterMs: AFTER_MS, freshMs: 0 });
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((each) => each.close()));
  redis.disconnect();
  await proxy.close();
});
afterAll(async () => {
  direct.disconnect();
  await server.stop();
});

async function open({
  concurrency = 2,
  handle = vi.fn<() => Promise<void>>(async () => {}),
  name = "campaign",
} = {}) {
  const queue = await JobQueue.open({
    connection: { url: proxy.url, ...patience, retryStrategy: () => 20 },
    prefix: keys.prefix,
    name: name as "campaign",
    concurrency,
    stalledMs: 60_000,
    log: { error: nothing, warn: nothing, info: nothing, debug: nothing },
    watch: (worker) => {
      workers.push(worker);
      consumption.watch(worker);
    },
    handle,
  });
  opened.push(queue);
  return { queue, handle };
}

/** The state of the only queue, once it is so. */
async function becomes(state: string): Promise<ConsumptionReport> {
  return await vi.waitFor(
    async () => {
      const report = await consumption.report();
      expect(report.queues[0]?.state).toBe(state);
      return report;
    },
    { timeout: 10_000, interval: 30 },
  );
}

async function staysFor(ms: number, states: readonly string[]): Promise<void> {
  const until = performance.now() + ms;
  while (performance.now() < until) {
    const { status, queues } = await consumption.report();
    expect(status).toBe("ok");
    expect(states).toContain(queues[0]?.state);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

describe("a process is well", () => {
  test("while it has nothing to take, however long it blocks", async () => {
    await open();
    await staysFor(4 * AFTER_MS, ["consuming", "starting"]);
  });

  test("while it waits for Redis before it begins, as one that joins again", async () => {
    const hang = proxy.onCommand(({ at, name }) =>
      at === "reply" && name.startsWith("EVAL") ? new Promise<never>(nothing) : undefined,
    );
    const opening = WakeUps.open({
      connection: { url: proxy.url, ...patience, retryStrategy: () => 20 },
      prefix: keys.prefix,
      slot: 5,
      concurrency: 2,
      log: { error: nothing, warn: nothing, info: nothing, debug: nothing },
      watch: (worker, prove) => consumption.watch(worker, prove),
      handle: async () => {},
    });
    await staysFor(2 * AFTER_MS, ["starting"]);
    expect(errors).toEqual([]);
    hang();
    proxy.cut();
    opened.push(await opening);
    await becomes("consuming");
  });

  test("while all its slots are taken, however much waits", async () => {
    const gate = Promise.withResolvers<void>();
    const { queue, handle } = await open({ handle: vi.fn<() => Promise<void>>(() => gate.promise) });
    for (let job = 0; job < 10; job++) await queue.add("step", { job });
    await vi.waitFor(() => expect(handle).toHaveBeenCalledTimes(2));
    await staysFor(4 * AFTER_MS, ["busy"]);
    gate.resolve();
    await vi.waitFor(() => expect(handle).toHaveBeenCalledTimes(10));
    await staysFor(2 * AFTER_MS, ["consuming"]);
  });

  test("while it works off a long queue, one slow job at a time", async () => {
    const { queue, handle } = await open({
      concurrency: 1,
      handle: vi.fn<() => Promise<void>>(() => new Promise((resolve) => setTimeout(resolve, AFTER_MS / 2))),
    });
    for (let job = 0; job < 6; job++) await queue.add("step", { job });
    await staysFor(2 * AFTER_MS, ["busy", "consuming"]);
    await vi.waitFor(() => expect(handle).toHaveBeenCalledTimes(6), { timeout: 5_000 });
  });

  test("while an operator has paused the queue", async () => {
    const { queue } = await open();
    await queue.queue.pause();
    await queue.add("step", {});
    await becomes("paused");
    await staysFor(3 * AFTER_MS, ["paused"]);
  });

  test("while Redis hangs or is away, and takes what waits when it is back", async () => {
    const { queue, handle } = await open();
    await becomes("consuming");
    process.kill(server.pid, "SIGSTOP");
    try {
      await becomes("unknown");
      await staysFor(3 * AFTER_MS, ["unknown"]);
    } finally {
      process.kill(server.pid, "SIGCONT");
    }
    proxy.unreachable = true;
    proxy.cut();
    await becomes("unknown");
    proxy.unreachable = false;
    await queue.add("step", {});
    await vi.waitFor(() => expect(handle).toHaveBeenCalledOnce(), { timeout: 5_000 });
    await staysFor(2 * AFTER_MS, ["consuming"]);
    expect(errors).toEqual([]);
  });

  test("while it drains, and then it is watched no more", async () => {
    const gate = Promise.withResolvers<void>();
    const { queue, handle } = await open({ handle: vi.fn<() => Promise<void>>(() => gate.promise) });
    await queue.add("step", {});
    await vi.waitFor(() => expect(handle).toHaveBeenCalled());
    const drained = queue.drain(10_000);
    await becomes("draining");
    gate.resolve();
    await drained;
    expect(await consumption.report()).toEqual({ status: "ok", queues: [] });
  });
});

describe("a process has stopped", () => {
  test("when the connection that it blocks on hangs: it is told, and mended by another connection", async () => {
    const { queue, handle } = await open();
    await becomes("consuming");
    // Also what the connection asks after this is never answered: nothing is cut, as in a network that drops packets.
    const release = proxy.onCommand(({ at, name }) =>
      at === "reply" && name === "BZPOPMIN" ? new Promise<never>(nothing) : undefined,
    );
    await queue.add("step", {});
    const { status, queues } = await becomes("stopped");
    expect([status, queues]).toEqual([
      "stopped",
      [expect.objectContaining({ queue: "campaign", active: 0, reason: "1 waiting, and none was taken" })],
    ]);
    // Once a minute at the most: a network that stays so is not dialled with each look.
    for (let look = 0; look < 3; look++) await consumption.report();
    expect(errors).toEqual(["queue not taken from, its connection is replaced"]);
    release();
    await vi.waitFor(() => expect(handle).toHaveBeenCalledOnce(), { timeout: 5_000 });
    await becomes("consuming");
  });

  test("when its loop has ended", async () => {
    const { queue } = await open();
    await becomes("consuming");
    await workers[0]!.pause(true);
    await queue.add("step", {});
    expect((await becomes("stopped")).queues[0]?.reason).toBe("its loop has ended");
  });
});

test("what another process was woken for, and died, is taken all the same", async () => {
  const { queue, handle } = await open();
  await becomes("consuming");
  await vi.waitFor(() => expect(consumption.doubtful).toEqual(["campaign"]));
  // Added, and what wakes taken away, as by a process that is killed between the two.
  const key = `${keys.prefix}:campaign`;
  const { id } = await queue.queue.add("step", {}, { delay: 3_600_000 });
  await direct
    .multi()
    .zrem(`${key}:delayed`, id!)
    .zrem(`${key}:marker`, "0", "1")
    .lpush(`${key}:wait`, id!)
    .exec();
  expect(await direct.exists(`${key}:marker`)).toBe(0);
  await consumption.report();
  await vi.waitFor(() => expect(handle).toHaveBeenCalledOnce(), { timeout: 5_000 });
  expect(errors).toEqual([]);
});

describe("the proof", () => {
  async function wakeUps() {
    const handled = vi.fn<() => Promise<void>>(async () => {});
    const done: string[] = [];
    const each = await WakeUps.open({
      connection: { url: proxy.url, ...patience, retryStrategy: () => 20 },
      prefix: keys.prefix,
      slot: 3,
      concurrency: 2,
      log: { error: nothing, warn: nothing, info: nothing, debug: nothing },
      watch: (worker, prove) => {
        workers.push(worker);
        worker.on("completed", ({ name }) => done.push(name));
        consumption.watch(worker, prove);
      },
      handle: handled,
    });
    opened.push(each);
    return { each, handled, done };
  }

  test("is a job that does nothing, once after the start and once after a reconnect", async () => {
    const { handled, done } = await wakeUps();
    await vi.waitFor(() => expect(done).toEqual([PROOF_JOB]), { timeout: 5_000 });
    proxy.cut();
    await vi.waitFor(() => expect(done).toEqual([PROOF_JOB, PROOF_JOB]), { timeout: 5_000 });
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    expect(done).toHaveLength(2);
    expect(handled).not.toHaveBeenCalled();
    expect((await consumption.report()).queues).toEqual([expect.objectContaining({ queue: "message-3" })]);
  });

  test("is not needed where a wake-up came", async () => {
    const { each, done } = await wakeUps();
    each.wake({ organization: "ana", chat: "1@lid" });
    await vi.waitFor(() => expect(done).toEqual([TURN_JOB]));
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(done).toEqual([TURN_JOB]);
  });

  test("that is not taken tells that the process has stopped, at the first look", async () => {
    const hang = proxy.onCommand(({ at, name }) =>
      at === "reply" && name === "BZPOPMIN" ? new Promise<never>(nothing) : undefined,
    );
    await wakeUps();
    const queue = `${keys.prefix}:message-3`;
    await vi.waitFor(async () => expect(await direct.llen(`${queue}:wait`)).toBe(1), { timeout: 5_000 });
    await new Promise((resolve) => setTimeout(resolve, 2 * AFTER_MS));
    const { queues } = await consumption.report();
    expect(queues[0]).toMatchObject({ state: "stopped", reason: "a job of proof was not taken" });
    hang();
    await becomes("consuming");
  });
});

test("a look costs one command where the process is idle, and none where it has just taken something", async () => {
  const { queue, handle } = await open();
  const other = await open({ name: "cron" });
  await vi.waitFor(async () => expect(consumption.doubtful).toHaveLength(2), { timeout: 5_000 });
  await consumption.report();
  const idle = await commandsOf(direct, () => consumption.report());
  expect(idle).toMatchObject({ evalsha: 1, time: 1, exists: 2, hexists: 2 });
  await queue.add("step", {});
  await other.queue.add("step", {});
  await vi.waitFor(() => expect([handle, other.handle].map(({ mock }) => mock.calls.length)).toEqual([1, 1]));
  expect(await commandsOf(direct, () => consumption.report())).not.toHaveProperty("hexists");
});
