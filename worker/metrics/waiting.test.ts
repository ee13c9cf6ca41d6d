import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { conversationKeys } from "../conversation/keys.ts";
import { MINUTE, useRecord, type Chat, type Deployment } from "../conversation/record-fixture.ts";
import { commandsOf } from "../dev/redis-commands.ts";
import { waitingIn } from "./waiting-fixture.ts";
import { measureWaiting, type Waiting } from "./waiting.ts";

const deployment = useRecord();
/** What the reply takes on its way, and the test machine. */
const SLACK_MS = 2_000;

/** As if the first message that waits had been stored so long ago. */
async function age(chat: Chat, ms: number, index = 0): Promise<void> {
  const { inbound } = conversationKeys(chat.deployment.keys.prefix, chat.conversation);
  const message = JSON.parse((await chat.deployment.redis.lindex(inbound, index)) ?? "{}") as object;
  const aged = JSON.stringify({ ...message, received: Date.now() - ms });
  await chat.deployment.redis.lset(inbound, index, aged);
}

async function isProcessOf(here: Deployment, process: string, fleet: string): Promise<void> {
  await here.redis.hset(here.keys.process(process), { fleet });
}

function expectAge({ oldestMs }: Waiting, ms: number): void {
  expect(oldestMs).toBeGreaterThanOrEqual(ms);
  expect(oldestMs).toBeLessThan(ms + SLACK_MS);
}

describe("who waits", () => {
  test("nobody, where nothing was written", async () => {
    expect(await waitingIn(deployment())).toMatchObject({ conversations: 0, oldestMs: 0 });
  });

  test("whoever has written, since the oldest message", async () => {
    const here = deployment();
    const [one, two] = [await here.chat("acme", "1@lid"), await here.chat("zeta", "2@lid")];
    await one.say("a");
    await two.say("a");
    await age(one, 70_000);
    await two.say("b");
    const waiting = await waitingIn(here);
    expect(waiting.conversations).toBe(2);
    expectAge(waiting, 70_000);
    expect(Math.abs(waiting.at - Date.now())).toBeLessThan(SLACK_MS);
    // In whatever order they are looked at.
    await age(two, 90_000);
    expectAge(await waitingIn(here), 90_000);
  });

  test("also while their answer is thought, and while a failed attempt backs off", async () => {
    const chat = await deployment().chat();
    await chat.say("a");
    await age(chat, 30_000);
    const thought = await chat.think();
    expectAge(await waitingIn(chat.deployment), 30_000);
    await chat.hold(thought);
    await chat.ack((await chat.part()).id);
    expectAge(await waitingIn(chat.deployment), 30_000);
    await chat.fail(thought, { backoffMs: MINUTE });
    const waiting = await waitingIn(chat.deployment);
    expect(waiting.conversations).toBe(1);
    expectAge(waiting, 30_000);
  });

  test("nobody whose answer is on its way, however long WhatsApp or the number keeps it waiting", async () => {
    const chat = await deployment().chat();
    await chat.say("a");
    const thought = await chat.think();
    await chat.say("b");
    await chat.commit(thought, "one", "two");
    expect(await waitingIn(chat.deployment)).toMatchObject({ conversations: 0, oldestMs: 0 });
    // What was written meanwhile waits for it, and from then on for the next one.
    await age(chat, 20_000);
    expect(await waitingIn(chat.deployment)).toMatchObject({ conversations: 0 });
    await chat.drain();
    expectAge(await waitingIn(chat.deployment), 20_000);
  });

  test("nobody who was told that no answer comes, until they write again", async () => {
    const chat = await deployment().chat();
    await chat.say("a");
    await age(chat, 300_000);
    await chat.fail(await chat.think(), { maxAttempts: 1 });
    await chat.drain();
    expect(await waitingIn(chat.deployment)).toMatchObject({ conversations: 0 });
    await chat.say("b");
    await age(chat, 10_000, 1);
    const waiting = await waitingIn(chat.deployment);
    expect(waiting.conversations).toBe(1);
    expectAge(waiting, 10_000);
  });

  test("whoever a person has tried again, though nobody promised them when", async () => {
    const chat = await deployment().chat();
    await chat.say("a");
    await age(chat, 300_000);
    await chat.fail(await chat.think(), { maxAttempts: 1 });
    await chat.drain();
    await chat.record.retry(chat.lease, chat.conversation);
    expect(await waitingIn(chat.deployment)).toMatchObject({ conversations: 1, oldestMs: 0 });
  });

  test("nobody who is left to a person, or to whom a campaign is sent", async () => {
    const here = deployment();
    const [silent, offered] = [await here.chat("acme", "1@lid"), await here.chat("acme", "2@lid")];
    await silent.say("a");
    await silent.owner("b");
    await silent.say("c");
    const offer = { source: "campaign", run: "spring", part: 1, text: "sale" } as const;
    await here.record.enqueue(offered.conversation, offer);
    expect(await offered.dueMembers()).toHaveLength(1);
    expect(await waitingIn(here)).toMatchObject({ conversations: 0, oldestMs: 0 });
  });

  test("a chat by whatever name, spaces included", async () => {
    const chat = await deployment().chat("acme", "a chat with spaces");
    await chat.say("a");
    expect(await waitingIn(chat.deployment)).toMatchObject({ conversations: 1 });
  });
});

describe("whose they are", () => {
  test("each fleet counts the shards of its own processes", async () => {
    const here = deployment();
    const [ours, theirs] = [await here.chat("acme"), await here.chat("zeta")];
    await here.lease("acme", { owner: "p1" });
    await here.lease("zeta", { owner: "p2" });
    await isProcessOf(here, "p1", "blue");
    await isProcessOf(here, "p2", "green");
    await ours.record.receive(
      { ...ours.lease, owner: "p1" },
      ours.conversation,
      { kind: "customer", id: "a", sender: "s", at: 1, text: "a" },
      Buffer.from("plain"),
    );
    expect(await waitingIn(here, "blue")).toMatchObject({ conversations: 1 });
    expect(await waitingIn(here, "green")).toMatchObject({ conversations: 0 });
    await theirs.record.receive(
      { ...theirs.lease, owner: "p2" },
      theirs.conversation,
      { kind: "customer", id: "a", sender: "s", at: 1, text: "a" },
      Buffer.from("plain"),
    );
    expect(await waitingIn(here, "blue")).toMatchObject({ conversations: 1 });
    expect(await waitingIn(here, "green")).toMatchObject({ conversations: 1 });
  });

  test.each([
    ["released", { owner: "-" }],
    ["expired", { owner: "p1", forMs: -1 }],
    ["of a process that is gone", { owner: "p3" }],
  ])("a shard that is %s counts for every fleet, so that nobody is forgotten", async (_, lease) => {
    const here = deployment();
    const chat = await here.chat("acme");
    await chat.say("a");
    await isProcessOf(here, "p1", "blue");
    await here.lease("acme", lease);
    expect(await waitingIn(here, "blue")).toMatchObject({ conversations: 1 });
    expect(await waitingIn(here, "green")).toMatchObject({ conversations: 1 });
  });

  test("a shard that never had an owner counts, too", async () => {
    const here = deployment();
    const chat = await here.chat("acme");
    await chat.say("a");
    await here.redis.del(here.keys.leases);
    expect(await waitingIn(here)).toMatchObject({ conversations: 1 });
  });
});

describe("who measures", () => {
  test("of many who ask at once, one of each fleet is told, and asked again in the next interval", async () => {
    const here = deployment();
    const everyMs = 1_000;
    const ask = async (fleet: string): Promise<boolean> =>
      (await measureWaiting(here.redis, here.keys, { fleet, everyMs })).waiting !== undefined;
    // From the beginning of an interval, so that all of them are in it.
    const { at } = await measureWaiting(here.redis, here.keys, { fleet: "none", everyMs });
    await delay(everyMs - (at % everyMs) + 20);
    for (let interval = 0; interval < 2; interval++) {
      const blue = await Promise.all(Array.from({ length: 8 }, () => ask("blue")));
      const green = await Promise.all(Array.from({ length: 8 }, () => ask("green")));
      expect([blue, green].map((told) => told.filter(Boolean).length)).toEqual([1, 1]);
      await delay(everyMs);
    }
  });

  test("whoever comes too late learns the time all the same, to be in time for the next", async () => {
    const here = deployment();
    await waitingIn(here);
    const { at, waiting } = await measureWaiting(here.redis, here.keys, { fleet: "blue", everyMs: MINUTE });
    expect(waiting).toBeUndefined();
    expect(Math.abs(at - Date.now())).toBeLessThan(SLACK_MS);
  });

  test("nothing is left of it once nobody measures", async () => {
    const here = deployment();
    await measureWaiting(here.redis, here.keys, { fleet: "blue", everyMs: 50 });
    await expect.poll(() => here.redis.exists(here.keys.measured("blue"))).toBe(0);
  });
});

describe("what it costs", () => {
  async function commandsIn(here: Deployment): Promise<Readonly<Record<string, number>>> {
    await waitingIn(here);
    await here.redis.del(here.keys.measured("blue"));
    return await commandsOf(here.redis, () =>
      measureWaiting(here.redis, here.keys, { fleet: "blue", everyMs: MINUTE }),
    );
  }

  test("one call with three commands inside, where nothing waits", async () => {
    const commands = await commandsIn(deployment());
    expect(commands).toEqual({ evalsha: 1, time: 1, set: 1, smembers: 1 });
  });

  test("two more for each conversation that waits, whatever else is stored", async () => {
    const here = deployment();
    for (let number = 0; number < 10; number++) await (await here.chat("acme", `${number}@lid`)).say("a");
    const resting = await here.chat("acme", "rest@lid");
    await resting.say("a");
    await resting.commit(await resting.think());
    const commands = await commandsIn(here);
    expect(commands).toEqual({
      evalsha: 1,
      time: 1,
      set: 1,
      smembers: 1,
      hget: 1,
      zrangebyscore: 1,
      hmget: 1 + 10,
      lindex: 10,
    });
  });

  test("nothing for what is due in some hours, as are runs of automations, of which there may be very many", async () => {
    const here = deployment();
    const chat = await here.chat("acme");
    await chat.say("a");
    const { shard } = await here.lease("acme");
    const later = ["run:1", "run:2", "far@lid"].flatMap((name) => [
      Date.now() + 3 * 3_600_000,
      `acme ${name}`,
    ]);
    await here.redis.zadd(`${here.keys.prefix}:due:${shard}`, ...(later as string[]));
    expect(await commandsIn(here)).toMatchObject({ zrangebyscore: 1, hmget: 1 + 1, lindex: 1 });
    expect((await waitingIn(here)).conversations).toBe(1);
  });

  test("the store is held up for a moment only, were ten thousand to wait", async () => {
    const here = deployment();
    const pipeline = here.redis.pipeline();
    const { shard } = await here.lease("acme");
    const message = JSON.stringify({ received: Date.now() - 60_000, body: "x".repeat(300) });
    for (let number = 0; number < 10_000; number++) {
      const keys = conversationKeys(here.keys.prefix, { organization: "acme", chat: `${number}@lid` });
      pipeline.hset(keys.state, { state: "waiting" }).rpush(keys.inbound, message);
      pipeline.zadd(`${here.keys.prefix}:due:${shard}`, Date.now(), `acme ${number}@lid`);
    }
    await pipeline.sadd(`${here.keys.prefix}:due`, shard).exec();
    await waitingIn(here);
    const began = performance.now();
    const waiting = await waitingIn(here);
    const tookMs = performance.now() - began;
    console.info(`ten thousand conversations that wait are measured in ${tookMs.toFixed(0)} ms`);
    expect(waiting.conversations).toBe(10_000);
    expectAge(waiting, 60_000);
    expect(tookMs).toBeLessThan(1_000);
  });
});
