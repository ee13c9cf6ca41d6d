import { expect, test } from "vitest";
import { Expansion } from "../campaigns/expansion.ts";
import { useRecord } from "../conversation/record-fixture.ts";
import { BIA, CAIO, chatOf, town as townOn, WORDS } from "./erasure-fixture.ts";
import { openedStore } from "./opened-store-fixture.ts";

const deploy = useRecord();
const town = () => townOn(deploy());

const traces = (dump: readonly string[], ...words: string[]): string[] =>
  dump.filter((line) => words.some((word) => line.includes(word)));

test("a contact who is erased is found nowhere any more, by number, chat, name or words", async () => {
  const { deployment, erasure, lease, whatsapp } = await town();
  const before = (await openedStore(deployment)).filter((line) => /[ :]ana[ :"]/.test(line));
  // In so many places, the name and the words opened: that nothing is found afterwards says something.
  const families = (lines: string[]) => new Set(lines.map((line) => line.split(":")[1]));
  expect(families(traces(before, BIA.lid, BIA.number, BIA.name)).size).toBeGreaterThan(12);
  expect(traces(before, WORDS).length).toBeGreaterThan(8);

  // By the number alone: the chat is known from what they wrote.
  await erasure.contact("ana", { number: BIA.without9th }, lease);
  const after = await openedStore(deployment);
  const ofAna = after.filter((line) => /[ :]ana[ :"]/.test(line));
  expect(traces(ofAna, BIA.lid, BIA.number, BIA.without9th, BIA.name)).toEqual([]);
  expect(whatsapp.forget).toHaveBeenCalledOnce();
  // The jobs of the queue name no organization in their key.
  expect(traces(after, BIA.lid).every((line) => line.includes("ana-b"))).toBe(true);
});

test("receipts of what they were sent go with it, and those of others stay", async () => {
  const { deployment, erasure, lease } = await town();
  const receiptsOf = async (person: typeof BIA | typeof CAIO) => {
    const chat = await deployment.chat("ana", chatOf(person));
    return await deployment.redis.exists(`${deployment.keys.prefix}:receipt:ana:${chat.idOf(1, 1)}`);
  };
  expect([await receiptsOf(BIA), await receiptsOf(CAIO)]).toEqual([1, 1]);
  await erasure.contact("ana", { chat: chatOf(BIA) }, lease);
  expect([await receiptsOf(BIA), await receiptsOf(CAIO)]).toEqual([0, 1]);
});

test("of two at once the second begins when the first is done, and its number is connected again", async () => {
  const { erasure, lease, whatsapp } = await town();
  const forgetting = Promise.withResolvers<void>();
  const forgotten = Promise.withResolvers<void>();
  whatsapp.forget.mockImplementationOnce(async () => {
    forgetting.resolve();
    await forgotten.promise;
  });
  const first = erasure.contact("ana", { chat: chatOf(BIA) }, lease);
  const second = erasure.contact("ana", { chat: chatOf(CAIO) }, lease);
  await forgetting.promise;
  const asked = () => whatsapp.knownAs.mock.calls.flatMap(([, , users]) => [...users]);
  expect(asked()).toContain(BIA.lid);
  expect(asked()).not.toContain(CAIO.lid);
  forgotten.resolve();
  expect(await first).toBeGreaterThan(0);
  expect(await second).toBeGreaterThan(0);
  expect(whatsapp.forget).toHaveBeenCalledTimes(2);
});

test("one that fails keeps nobody who comes after it", async () => {
  const { erasure, lease, whatsapp } = await town();
  whatsapp.forget.mockRejectedValueOnce(new Error("the store is away"));
  const first = erasure.contact("ana", { chat: chatOf(BIA) }, lease);
  const second = erasure.contact("ana", { chat: chatOf(CAIO) }, lease);
  await expect(first).rejects.toThrow("the store is away");
  expect(await second).toBeGreaterThan(0);
});

test("everybody else, and the same person at another organization, stay as they were", async () => {
  const { deployment, erasure, lease, campaigns } = await town();
  const others = async () =>
    (await openedStore(deployment)).filter(
      (line) => /[ :]ana-b[ :"]/.test(line) || (/[ :]ana[ :"]/.test(line) && line.includes(CAIO.lid)),
    );
  const before = await others();
  expect(traces(before, CAIO.lid, BIA.lid).length).toBeGreaterThan(30);
  await erasure.contact("ana", { chat: chatOf(BIA) }, lease);
  expect(await others()).toEqual(before);
  expect(await campaigns.progress("ana", "natal")).toMatchObject({ total: 2, skipped: 1, remaining: 1 });
});

test.each(["as the next ones", "for another day"])(
  "who waits in a campaign's lane %s is taken out of it, and the campaign counts that",
  async (how) => {
    const { deployment, erasure, lease, campaigns } = await town();
    const { redis, keys } = deployment;
    await new Expansion(deployment).expand("ana", "natal", new AbortController().signal);
    const lane = `${keys.prefix}:lane:ana:campaign:natal`;
    const list = how === "for another day" ? `${lane}:later` : lane;
    if (list !== lane) await redis.rename(lane, list);
    expect(await redis.llen(list)).toBe(2);
    await erasure.contact("ana", { number: BIA.number }, lease);
    const left = await redis.lrange(list, 0, -1);
    expect(left.map((part) => (JSON.parse(part) as { number: string }).number)).toEqual([CAIO.number]);
    expect(await campaigns.progress("ana", "natal")).toMatchObject({ skipped: 1, remaining: 1 });
    await erasure.contact("ana", { number: CAIO.number }, lease);
    expect(await campaigns.progress("ana", "natal")).toMatchObject({ state: "done", skipped: 2 });
  },
);

test("the same again, and somebody who was never there, erases nothing more and does no harm", async () => {
  const { deployment, erasure, lease } = await town();
  await erasure.contact("ana", { chat: chatOf(BIA) }, lease);
  const before = await openedStore(deployment);
  expect(await erasure.contact("ana", { chat: chatOf(BIA) }, lease)).toBe(0);
  expect(await erasure.contact("ana", { number: "5521900001111" }, lease)).toBe(0);
  const unchanged = (lines: string[]) => lines.filter((line) => !line.includes(":erased "));
  expect(unchanged(await openedStore(deployment))).toEqual(unchanged(before));
});

test("who writes again is a stranger, whose turns do not repeat ids that their phone has seen", async () => {
  const { deployment, erasure, lease, say } = await town();
  const chat = await deployment.chat("ana", chatOf(BIA));
  await erasure.contact("ana", { chat: chatOf(BIA) }, lease);
  expect(await say(chat, BIA, "new", "oi")).toBe("stored");
  const thought = await chat.think();
  expect(thought.history).toEqual([]);
  expect(thought.turn).toBeGreaterThan(1_000_000_000);
});

test("a dry run finds as much as is then erased, and changes nothing", async () => {
  const { deployment, erasure, lease } = await town();
  const before = await deployment.dump();
  const found = await erasure.contact("ana", { chat: chatOf(BIA) }, lease, false);
  const all = await erasure.organization("ana", lease, false);
  expect(await deployment.dump()).toEqual(before);
  expect(found).toBeGreaterThan(15);
  expect(all.entries).toBeGreaterThan(found);
  expect((await erasure.organization("ana", lease)).entries).toBe(all.entries);
});

test("a shard that is another's by now is not erased in", async () => {
  const { deployment, erasure, lease } = await town();
  await deployment.lease("ana", { owner: "other", epoch: "8" });
  const before = await openedStore(deployment);
  await expect(erasure.organization("ana", lease)).rejects.toThrow("erase organization");
  expect((await openedStore(deployment)).filter((line) => !line.includes("leases"))).toEqual(
    before.filter((line) => !line.includes("leases")),
  );
});

test("an organization that is erased leaves nothing, and the other stays byte for byte", async () => {
  const { deployment, erasure, lease, sessions, organizations, whatsapp } = await town();
  const { redis, keys } = deployment;
  // By an owner that was gone before it came to it.
  for (const organization of ["ana", "ana-b"])
    await redis.hset(
      keys.requests,
      `of ${organization}`,
      JSON.stringify({ verb: "pair", organization, at: 1 }),
    );
  const version = Number(await redis.get(keys.settingsVersion));
  const other = async () => {
    const dump = await deployment.dump();
    return Object.fromEntries(Object.entries(dump).filter(([key]) => /:ana-b(:|$)/.test(key)));
  };
  const before = await other();
  expect(Object.keys(before).length).toBeGreaterThan(20);
  expect(await erasure.organization("ana", lease)).toMatchObject({ loggedOut: true });
  expect(sessions.logOut).toHaveBeenCalledOnce();
  expect((await openedStore(deployment)).filter((line) => /(?<![\w-])ana(?![\w-])/.test(line))).toEqual([]);
  expect(await other()).toEqual(before);
  expect(organizations.ids).toEqual(["ana-b"]);
  // What the process itself remembers of the session, and what other processes remember of settings.
  expect(whatsapp.wipe).toHaveBeenCalledExactlyOnceWith("ana", lease);
  expect(Number(await redis.get(keys.settingsVersion))).toBeGreaterThan(version);
  expect(await redis.hkeys(keys.requests)).toEqual(["of ana-b"]);
  expect(await redis.hkeys(`${keys.prefix}:alerts`)).toEqual([
    "silence session-down ana-b",
    "silence session-down *",
  ]);
});

test("that somebody wanted no campaigns outlives them, and nobody learns from it who it was", async () => {
  const { deployment, erasure, lease } = await town();
  await erasure.contact("ana", { number: BIA.number }, lease);
  const kept = (await openedStore(deployment)).filter((line) => line.includes("optouts:ana"));
  expect(kept.length).toBeGreaterThan(0);
  for (const line of kept) expect(line).toMatch(/^set \S+:optouts:ana:erased [0-9a-f]{40}$/);
});
