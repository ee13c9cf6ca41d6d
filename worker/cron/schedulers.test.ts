import { Queue } from "bullmq";
import { afterEach, expect, test } from "vitest";
import { useRecord, type Deployment } from "../conversation/record-fixture.ts";
import { JobQueue } from "../runtime/job-queue.ts";
import { Schedulers, type Wanted } from "./schedulers.ts";

const deployment = useRecord();
const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((each) => each.close()));
});

const quiet = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {} };
const HOUR = 3_600_000;

const summary = (tz: string, pattern = "0 18 * * *"): Wanted => ({
  id: `summary ${tz}`,
  name: "summary",
  repeat: { pattern, tz },
  data: { v: 1, timeZone: tz },
});
const check = (every: number): Wanted => ({ id: "check", name: "check", repeat: { every }, data: { v: 1 } });

/** The queue as a process has it, that takes no jobs. */
function queueOf({ redis, keys }: Deployment): Queue {
  const queue = new Queue("cron", { connection: redis, prefix: keys.prefix });
  opened.push(queue);
  return queue;
}

/** Ids of what is waiting for its time. */
async function pending(queue: Queue): Promise<string[]> {
  return (await queue.getJobs(["delayed", "waiting"])).map(({ id }) => id!).toSorted();
}

/** A process that takes from the queue. */
async function processOf(
  { redis, keys }: Deployment,
  handle: (name: string) => Promise<void>,
): Promise<JobQueue> {
  const { host, port } = redis.options;
  const jobs = await JobQueue.open({
    connection: { host: host!, port: port!, maxRetriesPerRequest: null },
    prefix: keys.prefix,
    name: "cron",
    concurrency: 2,
    stalledMs: HOUR,
    log: quiet,
    handle: async ({ name }) => await handle(name),
  });
  opened.push(jobs);
  return jobs;
}

test("three processes that start at once make each scheduler once, with one job to come", async () => {
  const one = await deployment();
  const queues = [queueOf(one), queueOf(one), queueOf(one)];
  const wanted = [summary("America/Sao_Paulo"), summary("Asia/Kathmandu"), check(HOUR)];
  await Promise.all(queues.map((queue) => new Schedulers(queue).reconcile(wanted)));
  const queue = queues[0]!;
  expect((await queue.getJobSchedulers()).map(({ key }) => key).toSorted()).toEqual([
    "check",
    "summary America/Sao_Paulo",
    "summary Asia/Kathmandu",
  ]);
  expect(await pending(queue)).toHaveLength(3);
});

test("each time one of three processes does the job", async () => {
  const one = await deployment();
  const done: string[] = [];
  const five = Promise.withResolvers<void>();
  const handle = async (name: string): Promise<void> => {
    done.push(name);
    if (done.length === 5) five.resolve();
  };
  const processes = await Promise.all([1, 2, 3].map(() => processOf(one, handle)));
  const began = Date.now();
  await Promise.all(processes.map(({ queue }) => new Schedulers(queue).reconcile([check(200)])));
  await five.promise;
  // One at once, and then one in each 200 ms.
  expect(done.length - 1).toBeLessThanOrEqual(Math.ceil((Date.now() - began) / 200));
});

test("a deploy at the very time leaves a job alone that is due and was not taken yet", async () => {
  const one = await deployment();
  const queue = queueOf(one);
  await new Schedulers(queue).reconcile([summary("America/Sao_Paulo")]);
  const [before] = await pending(queue);
  // Its time has come, and no process is there.
  await queue.getJob(before!).then((job) => job!.promote());
  await new Schedulers(queueOf(one)).reconcile([summary("America/Sao_Paulo")]);
  expect(await pending(queue)).toContain(before);
});

test("what nobody wants any more goes, with its job", async () => {
  const one = await deployment();
  const queue = queueOf(one);
  const schedulers = new Schedulers(queue);
  await schedulers.reconcile([summary("America/Sao_Paulo"), summary("Asia/Kathmandu"), check(HOUR)]);
  await queue.upsertJobScheduler("of another version", { pattern: "0 0 1 1 *" }, { name: "gone" });
  await schedulers.reconcile([summary("Asia/Kathmandu"), check(HOUR)]);
  expect((await queue.getJobSchedulers()).map(({ key }) => key).toSorted()).toEqual([
    "check",
    "summary Asia/Kathmandu",
  ]);
  expect(await pending(queue)).toHaveLength(2);
});

test("another time, zone or data is taken over", async () => {
  const one = await deployment();
  const queue = queueOf(one);
  await new Schedulers(queue).reconcile([summary("UTC"), check(HOUR)]);
  const changed = { ...summary("UTC", "30 19 * * *"), data: { v: 2, timeZone: "UTC" } };
  expect(await new Schedulers(queue).reconcile([changed, check(2 * HOUR)])).toEqual([]);
  expect(await queue.getJobScheduler("summary UTC")).toMatchObject({
    pattern: "30 19 * * *",
    template: { data: { v: 2 } },
  });
  expect(await queue.getJobScheduler("check")).toMatchObject({ every: 2 * HOUR });
  expect(await pending(queue)).toHaveLength(2);
});

test("a chain whose job was lost is begun again", async () => {
  const one = await deployment();
  const queue = queueOf(one);
  const schedulers = new Schedulers(queue);
  await schedulers.reconcile([check(HOUR)]);
  const of = (key: string): string => `${one.keys.prefix}:cron:${key}`;
  await one.redis.del(of("delayed"), of("wait"), ...(await pending(queue)).map(of));
  expect(await pending(queue)).toEqual([]);
  await schedulers.reconcile([check(HOUR)], Date.now() + 2 * HOUR);
  expect(await pending(queue)).toHaveLength(1);
});

test("where nothing changed it costs one command", async () => {
  const one = await deployment();
  const queue = queueOf(one);
  const schedulers = new Schedulers(queue);
  const wanted = [summary("UTC"), check(HOUR)];
  await schedulers.reconcile(wanted);
  const processed = async (): Promise<number> =>
    Number(/total_commands_processed:(\d+)/.exec(await one.redis.info("stats"))?.[1]);
  const before = await processed();
  await schedulers.reconcile(wanted);
  // And the one that asks.
  expect((await processed()) - before).toBe(2);
});
