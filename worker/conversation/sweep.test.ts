import { expect, test } from "vitest";
import { commandsOf } from "../dev/redis-commands.ts";
import { shardOf } from "../sessions/shards.ts";
import { MINUTE, useRecord } from "./record-fixture.ts";

const deployment = useRecord();

test("finds what is due, and only that", async () => {
  const here = deployment();
  const due = await here.chat("acme", "due@lid");
  const later = await here.chat("acme", "later@lid");
  const rest = await here.chat("acme", "rest@lid");
  await due.say("a");
  await later.say("a");
  await later.think();
  await rest.say("a");
  await rest.commit(await rest.think());
  expect(await here.record.sweep([due.lease], 10)).toEqual([due.conversation]);
});

test("finds all that is not at rest, for a new owner", async () => {
  const here = deployment();
  const thinking = await here.chat("acme", "thinking@lid");
  const rest = await here.chat("acme", "rest@lid");
  await thinking.say("a");
  await thinking.think();
  await rest.say("a");
  await rest.commit(await rest.think());
  expect(await here.record.sweep([thinking.lease], 10)).toEqual([]);
  expect(await here.record.sweep([thinking.lease], 10, { all: true })).toEqual([thinking.conversation]);
});

test("changes nothing", async () => {
  const chat = await deployment().chat();
  await chat.say("a");
  const stored = await chat.deployment.dump();
  expect(await chat.record.sweep([chat.lease], 10)).toHaveLength(1);
  expect(await chat.record.sweep([chat.lease], 10)).toHaveLength(1);
  expect(await chat.deployment.dump()).toEqual(stored);
});

test("finds a thought past its time and a part past its ack", async () => {
  const here = deployment();
  const thinking = await here.chat("acme", "1@lid");
  const sending = await here.chat("acme", "2@lid");
  await thinking.say("a");
  await thinking.think({ attemptMs: 0 });
  await sending.say("a");
  await sending.commit(await sending.think(), "one");
  await sending.part({ ackMs: 0 });
  expect(await here.record.sweep([thinking.lease], 10)).toEqual([
    thinking.conversation,
    sending.conversation,
  ]);
});

test("takes turns between shards, oldest first in each", async () => {
  const here = deployment();
  const flood = await Promise.all(["1", "2", "3", "4"].map((name) => here.chat("acme", `${name}@lid`)));
  const quiet = await here.chat("zeta", "1@lid");
  expect(quiet.lease.shard).not.toBe(flood[0]!.lease.shard);
  const key = `${here.keys.prefix}:due:${flood[0]!.lease.shard}`;
  for (const [index, chat] of flood.entries()) {
    await chat.say("a");
    // Within one millisecond, the order of arrival would be that of the names.
    await here.redis.zadd(key, 1_000 - index, `acme ${chat.conversation.chat}`);
  }
  await quiet.say("a");
  const swept = await here.record.sweep([quiet.lease, flood[0]!.lease], 3);
  expect(swept.map(({ organization, chat }) => `${organization} ${chat}`)).toEqual([
    "acme 4@lid",
    "zeta 1@lid",
    "acme 3@lid",
  ]);
});

test("begins with the shard that waits longest, so that a small limit starves none", async () => {
  const here = deployment();
  const acme = await here.chat("acme");
  const zeta = await here.chat("zeta");
  await acme.say("a");
  await zeta.say("a");
  await here.redis.zadd(`${here.keys.prefix}:due:${zeta.lease.shard}`, 1, "zeta 551@lid");
  expect(await here.record.sweep([acme.lease, zeta.lease], 1)).toEqual([zeta.conversation]);
});

test("leaves out shards that are not held", async () => {
  const here = deployment();
  const acme = await here.chat("acme");
  const zeta = await here.chat("zeta");
  await acme.say("a");
  await zeta.say("a");
  const stale = { ...zeta.lease, epoch: "6" };
  expect(await here.record.sweep([acme.lease, stale], 10)).toEqual([acme.conversation]);
  await here.lease("acme", { forMs: -1 });
  expect(await here.record.sweep([acme.lease, stale], 10)).toEqual([]);
});

test("has no shard to look into once all is at rest", async () => {
  const here = deployment();
  const [one, two] = [await here.chat("acme", "1@lid"), await here.chat("acme", "2@lid")];
  const shards = (): Promise<string[]> => here.redis.smembers(`${here.keys.prefix}:due`);
  await one.say("a");
  await two.say("a");
  await one.commit(await one.think());
  expect(await shards()).toEqual([`${shardOf("acme")}`]);
  await two.commit(await two.think());
  expect(await shards()).toEqual([]);
});

test("costs one command inside when nothing is due", async () => {
  const here = deployment();
  const lease = await here.lease("acme");
  await here.record.sweep([lease], 10);
  const commands = await commandsOf(here.redis, () => here.record.sweep([lease], 10));
  expect(commands).toEqual({ evalsha: 1, smembers: 1 });
});

test("finds a back-off only once it is over", async () => {
  const chat = await deployment().chat();
  await chat.say("a");
  await chat.fail(await chat.think(), { backoffMs: MINUTE });
  expect(await chat.record.sweep([chat.lease], 10)).toEqual([]);
});

test("without leases asks nothing", async () => {
  expect(await deployment().record.sweep([], 10)).toEqual([]);
});
