import { Queue } from "bullmq";
import { expect, test, vi } from "vitest";
import { Automations } from "../automations/automations.ts";
import { Lanes } from "../bulk/lanes.ts";
import { OptOuts } from "../bulk/opt-outs.ts";
import { Campaigns } from "../campaigns/campaigns.ts";
import { policyOf } from "../conversation/policy.ts";
import { MINUTE, useRecord, type Chat } from "../conversation/record-fixture.ts";
import { keptOpportunities } from "../cron/opportunities.ts";
import { saveHealth } from "../cron/session-health.ts";
import { OPPORTUNITIES_JOB } from "../jobs/aurora-opportunities/job.ts";
import { judge } from "../jobs/whatsapp-health-check/judgement.ts";
import { Notices } from "../notices/notices.ts";
import { organizationSettings } from "../sessions/organization.ts";
import { Organizations } from "../sessions/organizations.ts";
import type { Sessions } from "../sessions/sessions.ts";
import type { WhatsApp } from "../sessions/whatsapp.ts";
import { messageQueue } from "../runtime/wake-ups.ts";
import { Erasure } from "./erasure.ts";
import { openedStore } from "./opened-store-fixture.ts";

const deploy = useRecord();
const quiet = () => {};
const log = { error: quiet, warn: quiet, info: quiet, debug: quiet };

/** Digits that nothing else has. */
const BIA = {
  lid: "987001234567890",
  number: "5511987654321",
  without9th: "551187654321",
  name: "Beatriz Erasmo",
};
const CAIO = { lid: "987009876543210", number: "5511912345678", name: "Caio Vizinho" };
const chatOf = ({ lid }: { lid: string }) => `${lid}@lid`;
const WORDS = "segredo-da-bia";

const neverPaired = (organization: string) => ({
  organization,
  ownerAlive: false,
  paired: false,
  refusedToday: 0,
  stuck: 0,
});

/** Two organizations that both know Bia, and one of them Caio, with something of every kind. */
async function town() {
  const deployment = deploy();
  const { redis, keys, sealing, record } = deployment;
  const policy = () => policyOf(undefined);
  const organizations = new Organizations({ redis, keys, sealing, log });
  for (const organization of ["ana", "ana-b"])
    await organizations.save(organization, organizationSettings.parse({ name: `Loja ${organization}` }));
  const lanes = new Lanes({ redis, keys, sealing });
  const optOuts = new OptOuts({ redis, keys, policy });
  const automations = new Automations({ redis, keys, sealing, policy, timeZone: async () => "UTC" });
  const campaigns = new Campaigns({ redis, keys, sealing, timeZone: () => "UTC" });

  const say = async (chat: Chat, person: typeof BIA | typeof CAIO, id: string, text: string) =>
    await chat.receive({
      kind: "customer",
      id,
      sender: chatOf(person),
      at: Date.now() - MINUTE,
      text,
      name: person.name,
      number: person.number,
    });
  for (const organization of ["ana", "ana-b"]) {
    const found = { chat: chatOf(BIA), name: BIA.name, number: BIA.number, wrote: 1, reason: WORDS };
    const notices = new Notices({ redis, keys, sealing });
    await notices.conclude(organization, {
      job: OPPORTUNITIES_JOB,
      day: "2026-11-25",
      erasures: await notices.erasures(),
      notices: [{ to: { number: "5511900000000" }, id: "opportunities-2026-11-25", text: BIA.name }],
      keep: keptOpportunities(
        keys,
        sealing,
        organization,
        { retentionDays: 1 },
        { day: "2026-11-25", by: "rule", list: [found] },
      ),
    });
    await saveHealth(redis, keys, [judge(neverPaired(organization), { at: 1, hour: 1 })], []);
    await automations.put(organization, {
      id: "welcome",
      name: "Welcome",
      trigger: { on: "tag", tag: "vip" },
      steps: [{ do: "wait", minutes: 60 }],
    });
    for (const person of [BIA, CAIO]) {
      const chat = await deployment.chat(organization, chatOf(person));
      await say(chat, person, `${person.lid}-1`, `${WORDS} um`);
      const turn = await chat.think();
      await chat.commit(turn, `${WORDS} resposta`);
      await chat.drain();
      await say(chat, person, `${person.lid}-2`, `${WORDS} dois`);
      await chat.refuse((await chat.part().catch(() => ({ id: "none" }))).id);
      await automations.tag(chat.conversation, "vip");
      await record.handOver(chat.conversation, { forMs: MINUTE, reason: "test", reply: WORDS });
      await lanes.push([
        {
          organization,
          to: { number: person.number },
          source: "automation",
          run: "r1",
          part: 0,
          text: WORDS,
        },
        { organization, to: { chat: chatOf(person) }, source: "campaign", run: "r2", part: 0, text: WORDS },
      ]);
      await redis.set(`${keys.prefix}:receipt:${organization}:${chat.idOf(1, 1)}`, `read ${Date.now()}`);
    }
    await campaigns.create({
      organization,
      id: "natal",
      definition: { name: "Natal", template: "Oi {{nome}}" },
      audience: {
        rows: [
          { telefone: BIA.number, nome: BIA.name },
          { telefone: CAIO.number, nome: CAIO.name },
        ],
      },
    });
    const queue = new Queue(messageQueue(0), { connection: redis, prefix: keys.prefix });
    for (const person of [BIA, CAIO]) await queue.add("turn", { organization, chat: chatOf(person) });
    await queue.close();
  }
  await optOuts.add("ana", { number: BIA.number });
  for (const whom of ["ana", "ana-b", "*"])
    await redis.hset(`${keys.prefix}:alerts`, `silence session-down ${whom}`, Date.now() + MINUTE);

  const whatsapp = {
    knownAs: vi.fn<WhatsApp["knownAs"]>(async (_organization, _lease, users) => new Set(users)),
    forget: vi.fn<WhatsApp["forget"]>(async () => {}),
    wipe: vi.fn<WhatsApp["wipe"]>(async () => {}),
  };
  const sessions = {
    whileClosed: async (_organization: string, _lease: object, work: () => Promise<void>) => await work(),
    logOut: vi.fn<Sessions["logOut"]>(async () => true),
  };
  const erasure = new Erasure({
    ...{ redis, keys, sealing, log, whatsapp, sessions, organizations, automations },
    queues: { connection: redis },
  });
  const lease = await deployment.lease("ana");
  await deployment.lease("ana-b");
  return { deployment, erasure, lease, campaigns, whatsapp, sessions, organizations, say };
}

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
  const { deployment, erasure, lease, sessions, organizations } = await town();
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
  expect(await deployment.redis.hkeys(`${deployment.keys.prefix}:alerts`)).toEqual([
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
