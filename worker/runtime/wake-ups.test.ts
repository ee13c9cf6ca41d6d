import { setTimeout as delay } from "node:timers/promises";
import { Queue } from "bullmq";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { commandsOf } from "../dev/redis-commands.ts";
import { startRedisServer, type RedisServer } from "../dev/redis-server.ts";
import type { MessageJob } from "../jobs/message/handler.ts";
import { LOOK_JOB, TURN_JOB } from "../jobs/message/job.ts";
import type { Logger } from "./logging.ts";
import { messageQueue } from "./queue-names.ts";
import { WakeUps } from "./wake-ups.ts";

type Handle = (job: MessageJob) => Promise<void>;

const nothing = (): void => {};
const log: Logger = { error: nothing, warn: nothing, info: nothing, debug: nothing };
const conversation = { organization: "ana", chat: "5511@lid" };
const other = { organization: "bia", chat: "5522@lid" };

let server: RedisServer;
let redis: Redis;
let count = 0;
const opened: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  server = await startRedisServer();
  redis = new Redis(server.url);
});

afterEach(async () => {
  await Promise.all(opened.splice(0).map((each) => each.close()));
});

afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

const newPrefix = (): string => `{wake${++count}}`;

async function open({
  prefix = newPrefix(),
  slot = 0,
  concurrency = 10,
  handle = vi.fn<Handle>(async () => {}),
} = {}) {
  const connection = { url: server.url };
  const wakeUps = await WakeUps.open({ connection, prefix, slot, concurrency, log, handle });
  opened.push(wakeUps);
  return { wakeUps, handle };
}

function queueOf(prefix: string, slot: number): Queue {
  const queue = new Queue(messageQueue(slot), { connection: { url: server.url }, prefix });
  opened.push(queue);
  return queue;
}

/** A handler that is kept busy until it is let go. */
function busy() {
  const gate = Promise.withResolvers<void>();
  return { handle: vi.fn<Handle>(() => gate.promise), letGo: () => gate.resolve() };
}

async function handled(handle: { mock: { calls: unknown[] } }, times: number): Promise<void> {
  await vi.waitFor(() => expect(handle.mock.calls).toHaveLength(times), { interval: 5, timeout: 5_000 });
}

describe("a wake-up", () => {
  test("carries ids only and comes at once", async () => {
    const { wakeUps, handle } = await open();
    wakeUps.wake(conversation);
    await handled(handle, 1);
    expect(handle.mock.calls[0]?.[0]).toMatchObject({ name: TURN_JOB, data: conversation });
  });

  test("comes after its delay, though the process blocks for minutes", async () => {
    const { wakeUps, handle } = await open();
    await delay(50);
    const began = performance.now();
    wakeUps.wake(conversation, 400);
    await handled(handle, 1);
    const waitedMs = performance.now() - began;
    expect(waitedMs).toBeGreaterThanOrEqual(395);
    expect(waitedMs).toBeLessThan(2_000);
  });

  test("of a conversation that waits to be woken is not added again by a sweep", async () => {
    const { handle, letGo } = busy();
    const { wakeUps } = await open({ handle, concurrency: 1 });
    wakeUps.wake(other);
    await handled(handle, 1);
    for (let beat = 0; beat < 50; beat++) wakeUps.wakeOnce(conversation);
    await vi.waitFor(async () => expect(await wakeUps.queue.getPrioritizedCount()).toBe(1));
    letGo();
    await handled(handle, 2);
    wakeUps.wakeOnce(conversation);
    await handled(handle, 3);
  });

  test("that is delayed keeps nobody waiting who is due already, as when a socket is back", async () => {
    const { wakeUps, handle } = await open();
    wakeUps.wake(conversation, 60_000);
    for (let beat = 0; beat < 20; beat++) wakeUps.wakeOnce(conversation);
    await handled(handle, 1);
    await vi.waitFor(async () => expect(await wakeUps.queue.getDelayedCount()).toBe(1));
  });

  test("that could not be added does not stand in the way of the next one", async () => {
    const { wakeUps, handle } = await open();
    const failed = vi.spyOn(wakeUps.queue, "add").mockRejectedValueOnce(new Error("OOM"));
    wakeUps.wakeOnce(conversation);
    await vi.waitFor(() => expect(failed.mock.settledResults[0]?.type).toBe("rejected"));
    wakeUps.wakeOnce(conversation);
    await handled(handle, 1);
  });

  test("that fails is kept for a person to see, and the next one of the same conversation comes", async () => {
    const handle = vi.fn<Handle>().mockRejectedValueOnce(new Error("malformed")).mockResolvedValue();
    const { wakeUps } = await open({ handle });
    wakeUps.wake(conversation);
    await vi.waitFor(async () => expect(await wakeUps.queue.getFailedCount()).toBe(1));
    wakeUps.wake(conversation);
    await handled(handle, 2);
    const [job] = await wakeUps.queue.getFailed();
    expect(job).toMatchObject({ data: conversation, failedReason: "malformed", attemptsMade: 1 });
  });

  test("without data reaches the handler, which knows what is wrong with it", async () => {
    const { wakeUps, handle } = await open();
    await wakeUps.queue.add(TURN_JOB, null);
    await handled(handle, 1);
    expect(handle.mock.calls[0]?.[0].data).toBeNull();
  });
});

describe("a slot", () => {
  test("is emptied when it is claimed: its wake-ups were for another process", async () => {
    const prefix = newPrefix();
    const queue = queueOf(prefix, 0);
    await queue.add(TURN_JOB, conversation);
    await queue.add(TURN_JOB, conversation, { priority: 1 });
    await queue.add(TURN_JOB, conversation, { delay: 200 });
    const { wakeUps, handle } = await open({ prefix });
    wakeUps.wake(other);
    await handled(handle, 1);
    await delay(300);
    expect(handle.mock.calls.map(([job]) => job.data)).toEqual([other]);
  });

  test("hears of shards that others give back", async () => {
    const prefix = newPrefix();
    const { wakeUps } = await open({ prefix, slot: 0 });
    const { handle } = await open({ prefix, slot: 1 });
    await wakeUps.announce([1, 5]);
    await handled(handle, 1);
    expect(handle.mock.calls[0]?.[0].name).toBe(LOOK_JOB);
  });
});

describe("draining", () => {
  test("finishes what is under way, and leaves what comes later to the sweep of the next owner", async () => {
    const { handle, letGo } = busy();
    const { wakeUps } = await open({ handle });
    wakeUps.wake(conversation);
    await handled(handle, 1);
    const drained = wakeUps.drain();
    await delay(50);
    wakeUps.wake(other);
    await delay(50);
    letGo();
    await drained;
    expect(handle).toHaveBeenCalledOnce();
  });

  test("of an idle process takes no time", async () => {
    const { wakeUps } = await open();
    const began = performance.now();
    await wakeUps.drain();
    expect(performance.now() - began).toBeLessThan(1_000);
  });
});

test("an idle process costs next to no commands, also while a wake-up is delayed", async () => {
  const { wakeUps, handle } = await open();
  wakeUps.wake(conversation);
  await handled(handle, 1);
  wakeUps.wake(conversation, 60_000);
  await vi.waitFor(async () => expect(await wakeUps.queue.getDelayedCount()).toBe(1));
  await delay(200);
  const commands = await commandsOf(redis, () => delay(2_000));
  expect(Object.values(commands).reduce((sum, calls) => sum + calls, 0)).toBeLessThanOrEqual(2);
});
