import { setTimeout as delay } from "node:timers/promises";
import { Redis } from "ioredis";
import { expect, test } from "vitest";
import { keysOf } from "../../adapters/redis/keys.ts";
import { readOverview } from "../../sessions/overview.ts";
import { SHARDS } from "../../sessions/shards.ts";
import type { Answering } from "../ai.ts";
import type { LocalDeployment } from "../deployment.ts";
import type { Phone } from "../whatsapp/phone.ts";
import type { WorkerProcess } from "../worker-process.ts";
import { Crowd } from "./crowd.ts";
import { namingEach } from "./naming-each.ts";
import { oxy } from "../oxy.ts";
import { FOUR, linked, useDeployments } from "./scenario-fixture.ts";
import { table } from "./table.ts";
import { Talk } from "./talk.ts";

const LEASE_MS = 1_500;
/** The lease runs out, another one notices with its next beat, reads the session and logs in. */
const TAKEN_OVER_MS = LEASE_MS * (1 + 1 / 3) + 2_000;
/** A number that is handed over in order is away for much less than a beat. */
const HANDED_OVER_MS = 2_000;
const ORGANIZATIONS = ["ana", "bia", "caio", "duda", "eva", "fabio", "gil", "helena"];
const WAIT = { interval: 20, timeout: 20_000 };

const deploy = useDeployments();

const thinking =
  (thinkMs: number): Answering =>
  async (text, request) => {
    const answer = await namingEach(text, request);
    await delay(thinkMs);
    return answer;
  };

interface Part {
  readonly shards: number;
  readonly numbers: readonly string[];
}

/** What each of these processes holds, and which numbers it has connected. */
async function partsOf(deployment: LocalDeployment, workers: readonly WorkerProcess[]): Promise<Part[]> {
  const redis = new Redis(deployment.redisUrl);
  try {
    const { processes, sessions } = await readOverview(redis, keysOf(deployment.namespace));
    return workers.map((worker) => {
      const id = worker.logged.find(({ message }) => message === "slot claimed")?.["process"];
      const numbers = Object.entries(sessions).filter(
        ([, session]) => session.state === "open" && session.process === id,
      );
      const shards = processes.find((process) => process.id === id)?.shards ?? 0;
      return { shards, numbers: numbers.map(([organization]) => organization) };
    });
  } finally {
    redis.disconnect();
  }
}

/** Resolves when all shards are held in even parts by these, and this many numbers are connected. */
async function shared(
  deployment: LocalDeployment,
  workers: readonly WorkerProcess[],
  numbers: number,
): Promise<Part[]> {
  let parts: Part[] = [];
  const even = async (): Promise<boolean> => {
    parts = await partsOf(deployment, workers);
    const shards = parts.map((part) => part.shards);
    return (
      shards.reduce((sum, each) => sum + each, 0) === SHARDS &&
      Math.max(...shards) - Math.min(...shards) <= 1 &&
      parts.flatMap((part) => part.numbers).length === numbers
    );
  };
  await expect.poll(even, WAIT).toBe(true);
  return parts;
}

function talkOf(deployment: LocalDeployment, phones: readonly Phone[], contacts: number): Talk {
  let messages = 0;
  const { whatsapp } = deployment;
  const place = { phone: phones[0]!, phones, whatsapp };
  const people = Array.from({ length: contacts }, () => whatsapp.contact());
  return new Talk(place, people, () => `m${++messages}`);
}

/** Everything that only happens when two of them took each other's place in disorder. */
function disorder(workers: readonly WorkerProcess[]): string[] {
  const wrong = ["write refused", "shards lost", "shard not closed in order", "shards not handed over"];
  return workers
    .flatMap(({ logged }) => logged)
    .filter(({ level, message }) => level === "error" || wrong.some((each) => message.startsWith(each)))
    .map((line) => JSON.stringify(line));
}

test("numbers are shared by whoever is there, while their conversations go on: nothing is lost or seen twice, no number is connected twice", async () => {
  const deployment = await deploy({ answering: thinking(300) });
  const first = deployment.worker();
  await first.ready();
  const phones = await linked(deployment, ORGANIZATIONS);
  const talk = talkOf(deployment, phones, 32);
  const crowd = new Crowd(talk, phones, 1_000);
  const rows: string[][] = [];

  /** Resolves with what each holds afterwards; notes which numbers moved and how long they were away. */
  async function moving(
    what: string,
    atMostMs: number,
    change: () => Promise<unknown>,
    workers: () => readonly WorkerProcess[],
  ): Promise<Part[]> {
    for (const phone of phones) phone.forgetGaps();
    const logins = phones.map(({ totalConnections }) => totalConnections);
    const began = performance.now();
    await change();
    const parts = await shared(deployment, workers(), phones.length);
    const seconds = (performance.now() - began) / 1000;
    const moved = phones.filter((phone, index) => phone.totalConnections > logins[index]!);
    const gaps = moved.map(({ longestGapMs }) => longestGapMs);
    rows.push([
      what,
      parts.map(({ shards }) => shards).join(" + "),
      parts.map(({ numbers }) => numbers.length).join(" + "),
      seconds.toFixed(1),
      `${moved.length}`,
      gaps.length === 0 ? "-" : `${Math.min(...gaps).toFixed(0)} to ${Math.max(...gaps).toFixed(0)}`,
    ]);
    for (const gap of gaps) expect(gap).toBeLessThan(atMostMs);
    const answered = crowd.replyMs.length;
    await deployment.whatsapp.waitFor(() => crowd.replyMs.length > answered + 32);
    return parts;
  }

  crowd.start();
  await deployment.whatsapp.waitFor(() => crowd.replyMs.length > 32);
  const joined: WorkerProcess[] = [];
  const join = async (): Promise<void> => {
    const worker = deployment.worker();
    joined.push(worker);
    await worker.ready();
  };
  const joins = (count: number) => (): WorkerProcess[] => [first, ...joined.slice(-count)];

  const halves = await moving("a second one joins", HANDED_OVER_MS, join, joins(1));
  expect(halves.map(({ numbers }) => numbers.length)).toEqual([4, 4]);
  const kill = () => joined[0]!.kill();
  await moving("the second one is killed", TAKEN_OVER_MS, kill, () => [first]);
  await moving("a third one joins", HANDED_OVER_MS, join, joins(1));
  const three = await moving("a fourth one joins", HANDED_OVER_MS, join, joins(2));
  expect(three.map(({ numbers }) => numbers.length).toSorted()).toEqual([2, 3, 3]);
  await moving(
    "the first one is told to stop",
    HANDED_OVER_MS,
    () => first.stop(),
    () => joined.slice(1),
  );

  await crowd.stop(20_000);
  const report = talk.report();
  console.info(table(["what happens", "shards", "numbers", "even after s", "moved", "gaps ms"], rows));
  console.info(`${report.messages} messages, wire duplicates ${report.wireDuplicates}`);
  expect(report).toMatchObject({ lost: 0, seenTwice: 0, undecryptable: 0, nacks: 0 });
  for (const phone of phones) expect(phone).toMatchObject({ maxConnections: 1, conflicts: 0 });
  expect(disorder(deployment.workers)).toEqual([]);
});

test("where the AI is the limit, two processes answer about twice as much as one", async () => {
  const MEASURED_MS = 5_000;
  const deployment = await deploy({
    answering: thinking(400),
    // As few as can be thought at once; a holding message would be one more answer in the count.
    environment: { OXY_CONCURRENCY: "2", OXY_REPLY_OBJECTIVE_MS: "600000" },
  });
  const first = deployment.worker();
  await first.ready();
  const phones = await linked(deployment, ORGANIZATIONS);
  const crowd = new Crowd(talkOf(deployment, phones, 48), phones, 100);
  crowd.start();
  const answersPerSecond = async (): Promise<number> => {
    const before = crowd.replyMs.length;
    const began = performance.now();
    await delay(MEASURED_MS);
    return (crowd.replyMs.length - before) / ((performance.now() - began) / 1000);
  };
  await deployment.whatsapp.waitFor(() => crowd.replyMs.length > 10);
  const alone = await answersPerSecond();
  const second = deployment.worker();
  await shared(deployment, [first, second], phones.length);
  const together = await answersPerSecond();
  await crowd.stop(30_000);
  console.info(
    `answers a second: one process ${alone.toFixed(1)}, two ${together.toFixed(1)}, ` +
      `which is ${(together / alone).toFixed(2)} times as many`,
  );
  expect(together / alone).toBeGreaterThan(1.6);
});

test("an answer that takes longer than is waited for is left to the next process, which gives it once; others are handed over before", async () => {
  const asked: string[] = [];
  let thinkMs = 15_000;
  const deployment = await deploy({
    answering: async (text) => {
      asked.push(text);
      await delay(text === "slow" ? thinkMs : 50);
      return `re: ${text}`;
    },
    // Longer than it takes until the others are handed over, on a busy machine, too.
    environment: { OXY_REPLY_OBJECTIVE_MS: "5000" },
  });
  const first = deployment.worker();
  await first.ready();
  const phones = await linked(deployment, FOUR);
  const [customer, other] = [deployment.whatsapp.contact(), deployment.whatsapp.contact()];
  customer.write(phones[1]!, "slow");
  await expect.poll(() => asked, WAIT).toEqual(["slow"]);
  thinkMs = 50;
  const second = deployment.worker();
  await second.logs(({ message, organization }) => message === "whatsapp open" && organization === FOUR[3]);
  expect(phones[1]!.totalConnections).toBe(1);
  other.write(phones[3]!, "quick");
  await other.waitForMessage("re: quick");
  await customer.waitForMessage("re: slow");
  expect(asked.filter((text) => text === "slow")).toHaveLength(2);
  expect(customer.displayed.filter(({ text }) => text === "re: slow")).toHaveLength(1);
  const parts = await shared(deployment, [first, second], phones.length);
  expect(parts.map(({ numbers }) => numbers.toSorted())).toEqual([
    [FOUR[0], FOUR[2]].toSorted(),
    [FOUR[1], FOUR[3]].toSorted(),
  ]);
  for (const phone of phones) expect(phone).toMatchObject({ maxConnections: 1, conflicts: 0 });
  expect(disorder(deployment.workers)).toEqual([]);
});

test("a number that is being linked stays where its code was made", async () => {
  const deployment = await deploy();
  const first = deployment.worker();
  await first.ready();
  const phones = await linked(
    deployment,
    FOUR.filter((_, index) => index !== 1),
  );
  await deployment.addOrganization(FOUR[1]!);
  const phone = deployment.whatsapp.phone();
  let second: WorkerProcess | undefined;
  for await (const answer of oxy(["pair", FOUR[1]!], deployment.environment)) {
    if (answer.kind !== "qr") continue;
    // Of the others, one has gone over.
    second ??= deployment.worker();
    await second.logs(({ message }) => message === "whatsapp open");
    await phone.scan(answer["qr"] ?? "");
  }
  await phone.waitFor(() => phone.online);
  const parts = await shared(deployment, [first, second!], FOUR.length);
  expect(parts.map(({ numbers }) => numbers.length)).toEqual([3, 1]);
  expect(phone).toMatchObject({ maxConnections: 1, conflicts: 0 });
  for (const each of phones) expect(each).toMatchObject({ maxConnections: 1, conflicts: 0 });
});

test.each(["who gives", "who is given"])(
  "%s is killed in the middle of a hand-over: the other one has all of it within a lease",
  async (whom) => {
    const held = Promise.withResolvers<void>();
    let asked = 0;
    const deployment = await deploy({
      answering: async (text, request) => {
        const answer = await namingEach(text, request);
        asked++;
        // Until then nothing of what is asked at once can be handed over.
        await held.promise;
        return answer;
      },
      environment: { OXY_REPLY_OBJECTIVE_MS: "600000" },
    });
    const first = deployment.worker();
    await first.ready();
    const phones = await linked(deployment, ORGANIZATIONS);
    const talk = talkOf(deployment, phones, phones.length);
    // Half of the numbers are busy, and of these as of the others a half goes.
    for (const index of [0, 1, 2, 3]) talk.write(talk.contacts[index], phones[index]);
    await expect.poll(() => asked, WAIT).toBe(4);
    const second = deployment.worker();
    await first.logs(({ message }) => message === "shards handed over");
    for (const phone of phones) phone.forgetGaps();
    const [killed, left] = whom === "who gives" ? [first, second] : [second, first];
    await killed.kill();
    for (const index of [4, 5, 6, 7]) talk.write(talk.contacts[index], phones[index]);
    held.resolve();
    await talk.answered();
    const [part] = await shared(deployment, [left], phones.length);
    expect(part?.numbers).toHaveLength(phones.length);
    expect(talk.report()).toMatchObject({ lost: 0, seenTwice: 0, undecryptable: 0, nacks: 0 });
    for (const phone of phones) {
      expect(phone).toMatchObject({ maxConnections: 1, conflicts: 0 });
      expect(phone.longestGapMs).toBeLessThan(TAKEN_OVER_MS);
    }
  },
);
