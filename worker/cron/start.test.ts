import { once } from "node:events";
import { Queue } from "bullmq";
import { DateTime } from "luxon";
import { afterEach, expect, test, vi } from "vitest";
import { conversationKeys } from "../conversation/keys.ts";
import { useRecord, type Chat, type Deployment } from "../conversation/record-fixture.ts";
import { OWNER, settingsWith } from "../jobs/daily-fixture.ts";
import type { Platform } from "../platform.ts";
import type { Logger } from "../runtime/logging.ts";
import { Organizations } from "../sessions/organizations.ts";
import { readDone } from "./done.ts";
import { readOpportunities } from "./opportunities.ts";
import { readHealth } from "./session-health.ts";
import { startCron } from "./start.ts";

const deployment = useRecord();
const opened: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((close) => close()));
});

const DAY = 24 * 3_600_000;
/** Wherever it is noon now. */
const NOON = (() => {
  const behind = DateTime.utc().hour - 12;
  return `Etc/GMT${behind < 0 ? "-" : "+"}${Math.abs(behind)}`;
})();
const NOBODYS_TIME = { healthCheckSeconds: 3_600, summaryAt: "23:58", opportunitiesAt: "23:59" };

const silent: Logger = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {} };

/** The cron of one process, with what it needs of a platform. */
async function processOf(one: Deployment, times: Partial<typeof NOBODYS_TIME> = {}) {
  const said: string[] = [];
  const note = (event: string): void => void said.push(event);
  const log: Logger = { error: note, warn: note, info: note, debug: note };
  const organizations = new Organizations({ ...one, log });
  const { host, port } = one.redis.options;
  const platform = {
    ...one,
    log,
    organizations,
    config: { cron: { ...NOBODYS_TIME, ...times } },
    queues: {
      connection: { host: host!, port: port!, maxRetriesPerRequest: null },
      prefix: one.keys.prefix,
      stalledMs: 3_600_000,
      log,
      watch: () => {},
    },
  } as unknown as Platform;
  const write = vi.fn<() => Promise<string>>(async () => "1: perguntou o preço e não voltou");
  const cron = await startCron(platform, { write });
  opened.push(() => cron.drain(1_000));
  return { organizations, write, said };
}

function queueOf({ redis, keys }: Deployment): Queue {
  const queue = new Queue("cron", { connection: redis, prefix: keys.prefix });
  opened.push(() => queue.close());
  return queue;
}

/** Tells an organization's schedulers, as they are once they are as expected. */
async function schedulers(queue: Queue): Promise<string[]> {
  return (await queue.getJobSchedulers()).map(({ key }) => key).toSorted();
}

/** As if all that was said had been said earlier. */
async function aged({ deployment: { redis, keys }, conversation }: Chat, ms: number): Promise<void> {
  const list = conversationKeys(keys.prefix, conversation).history;
  const entries = await redis.lrange(list, 0, -1);
  for (const [index, entry] of entries.entries()) {
    const said = JSON.parse(entry) as { at: number };
    await redis.lset(list, index, JSON.stringify({ ...said, at: said.at - ms }));
  }
  await redis.zincrby(`${keys.prefix}:chats:${conversation.organization}`, -ms, conversation.chat);
}

test("the schedules follow the organizations: who is new, who moves, and who has no team any more", async () => {
  const one = await deployment();
  const queue = queueOf(one);
  const processes = [await processOf(one), await processOf(one), await processOf(one)];
  const { organizations } = processes[0]!;
  const checked = async (): Promise<void> => {
    const job = await queue.add("whatsapp-health-check", { v: 1 }, { removeOnComplete: false });
    await vi.waitUntil(async () => await job.isCompleted());
  };
  const health = "whatsapp-health-check";
  await vi.waitUntil(async () => (await schedulers(queue)).includes(health));
  await organizations.save("ana", { ...settingsWith(), timeZone: "America/Manaus" });
  await checked();
  expect(await schedulers(queue)).toEqual([
    "aurora-daily-summary America/Manaus",
    "aurora-opportunities America/Manaus",
    health,
  ]);
  expect((await readHealth(one.redis, one.keys)).get("ana")).toMatchObject({ problems: ["never-paired"] });
  await organizations.save("ana", { ...settingsWith(), timeZone: "Asia/Kolkata" });
  await checked();
  expect(await schedulers(queue)).toEqual([
    "aurora-daily-summary Asia/Kolkata",
    "aurora-opportunities Asia/Kolkata",
    health,
  ]);
  await organizations.save("ana", settingsWith([]));
  await checked();
  expect(await schedulers(queue)).toEqual([health]);
});

test("a store that comes back empty has its schedules again, without a new process", async () => {
  const one = await deployment();
  const queue = queueOf(one);
  await processOf(one);
  const health = "whatsapp-health-check";
  await vi.waitUntil(async () => (await schedulers(queue)).includes(health));
  const ready = once(one.redis, "ready");
  await one.redis.del(...(await one.redis.keys(`${one.keys.prefix}:cron:*`)));
  one.redis.disconnect(true);
  await ready;
  await vi.waitUntil(async () => (await schedulers(queue)).includes(health));
});

test("opportunities of one organization reach its owner and are kept for it, sealed", async () => {
  const one = await deployment();
  const { organizations, write } = await processOf(one);
  for (const organization of ["ana", "bia"]) {
    await organizations.save(organization, { ...settingsWith(), timeZone: NOON });
    const chat = await one.chat(organization, `${organization}@lid`);
    await chat.say("quanto custa?");
    await chat.commit(await chat.think(), "R$ 50");
    await chat.drain();
    await aged(chat, 2 * DAY);
  }
  const queue = queueOf(one);
  await queue.add("aurora-opportunities", { v: 1, organization: "ana", day: "2026-11-25" });
  await vi.waitUntil(async () => (await readDone(one.redis, one.keys)).has("ana"));
  expect(await readOpportunities(one.redis, one.keys, one.sealing, "ana")).toMatchObject({
    day: "2026-11-25",
    by: "ai",
    list: [{ chat: "ana@lid", name: "Ana", reason: "perguntou o preço e não voltou" }],
  });
  expect(await one.redis.llen(`${one.keys.prefix}:notices:ana`)).toBe(1);
  expect(await readDone(one.redis, one.keys)).toEqual(
    new Map([["ana", { "aurora-opportunities": "2026-11-25" }]]),
  );
  const [task] = write.mock.calls[0] as unknown as [{ organization: string; facts: string }];
  expect(task.organization).toBe("ana");
  expect(task.facts).not.toContain(OWNER.number);
  expect(
    await one.redis.exists(`${one.keys.prefix}:notices:bia`, `${one.keys.prefix}:opportunities:bia`),
  ).toBe(0);
});

test("the time of a zone brings its organizations their summary, those that are done and others' not", async () => {
  const one = await deployment();
  const summaryAt = DateTime.now().setZone(NOON).minus({ minutes: 1 }).toFormat("HH:mm");
  const { organizations, write } = await processOf(one, { summaryAt });
  write.mockResolvedValue("Um bom dia.");
  await organizations.save("ana", { ...settingsWith(), timeZone: NOON });
  await organizations.save("done", { ...settingsWith(), timeZone: NOON });
  await organizations.save("far", { ...settingsWith(), timeZone: "Pacific/Apia" });
  const today = DateTime.now().setZone(NOON).toISODate();
  await one.redis.hset(`${one.keys.prefix}:done`, "done", JSON.stringify({ "aurora-daily-summary": today }));
  await queueOf(one).add("aurora-daily-summary", { v: 1, timeZone: NOON });
  await vi.waitUntil(async () => (await readDone(one.redis, one.keys)).has("ana"));
  expect((await readDone(one.redis, one.keys)).get("ana")).toEqual({ "aurora-daily-summary": today });
  expect(write).toHaveBeenCalledOnce();
});

test("a job during which somebody is erased is done anew, without what it had read of them", async () => {
  const one = await deployment();
  const { organizations, write } = await processOf(one);
  await organizations.save("ana", { ...settingsWith(), timeZone: NOON });
  const chat = await one.chat("ana", "1@lid");
  await chat.say("quanto custa?");
  await chat.commit(await chat.think(), "R$ 50");
  await chat.drain();
  await aged(chat, 2 * DAY);
  write.mockImplementationOnce(async () => {
    await one.redis.set(one.keys.erased, 1);
    await one.redis.zrem(`${one.keys.prefix}:chats:ana`, "1@lid");
    return "1: perguntou o preço e não voltou";
  });
  const day = "2026-11-25";
  await queueOf(one).add(
    "aurora-opportunities",
    { v: 1, organization: "ana", day },
    { attempts: 2, backoff: 10 },
  );
  await vi.waitUntil(async () => (await readDone(one.redis, one.keys)).has("ana"), { timeout: 5_000 });
  expect(write).toHaveBeenCalledOnce();
  expect(await readOpportunities(one.redis, one.keys, one.sealing, "ana")).toEqual({
    day,
    by: "rule",
    list: [],
  });
});

test("a scheduler that is early by the clock of the store brings the summary all the same", async () => {
  const one = await deployment();
  const summaryAt = DateTime.now().setZone(NOON).plus({ minutes: 2 }).toFormat("HH:mm");
  const { organizations } = await processOf(one, { summaryAt });
  await organizations.save("ana", { ...settingsWith(), timeZone: NOON });
  await queueOf(one).add("aurora-daily-summary", { v: 1, timeZone: NOON });
  await vi.waitUntil(async () => (await readDone(one.redis, one.keys)).has("ana"));
  expect(await one.redis.llen(`${one.keys.prefix}:notices:ana`)).toBe(1);
});

test("what was missed is begun by many processes that start at once, and costs one answer of the AI", async () => {
  const one = await deployment();
  const organizations = new Organizations({ ...one, log: silent });
  await organizations.save("ana", { ...settingsWith(), timeZone: NOON });
  const summaryAt = DateTime.now().setZone(NOON).minus({ minutes: 20 }).toFormat("HH:mm");
  const late = await Promise.all([1, 2, 3].map(() => processOf(one, { summaryAt })));
  await vi.waitUntil(async () => (await readDone(one.redis, one.keys)).has("ana"));
  const queue = queueOf(one);
  await vi.waitUntil(async () => (await queue.getJobCounts("waiting", "active"))["active"] === 0);
  expect(late.flatMap(({ write }) => write.mock.calls)).toHaveLength(1);
  expect(await one.redis.llen(`${one.keys.prefix}:notices:ana`)).toBe(1);
});

test("a job that nobody knows, and one of a newer process, are kept as failed with what to do", async () => {
  const one = await deployment();
  await processOf(one);
  const queue = queueOf(one);
  await queue.add("of another version", {});
  await queue.add("aurora-daily-summary", { v: 2, organization: "ana", day: "2026-11-25" });
  await vi.waitUntil(async () => (await queue.getFailedCount()) === 2);
  const reasons = (await queue.getFailed()).map(({ failedReason }) => failedReason).toSorted();
  expect(reasons).toEqual([
    "job aurora-daily-summary: expected version 1 or older, got 2: a newer process wrote it, this one is to be deployed again",
    "unknown job of another version: expected whatsapp-health-check, aurora-daily-summary or aurora-opportunities",
  ]);
});
