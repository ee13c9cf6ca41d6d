import fc from "fast-check";
import { expect, test } from "vitest";
import { BusinessData } from "../aurora/business-data.ts";
import { listRuns } from "../automations/run-list.ts";
import { webProcess, wrote } from "../contract/calling-fixture.ts";
import type { CallName } from "../contract/calls.ts";
import { readContact } from "../contract/contacts.ts";
import { Refused } from "../contract/refused.ts";
import { MINUTE, useRecord, type Deployment } from "../conversation/record-fixture.ts";
import type { ApiStore } from "../runtime/api-store.ts";
import { shardOf } from "../sessions/shards.ts";
import { nameKey } from "./key-families.ts";

const deploy = useRecord();

/** Parts of each other, apart in case alone, and two of one shard. */
const FIRST = "a";
const NEIGHBOUR = Array.from({ length: 10_000 }, (_, n) => `a-${n}`).find(
  (id) => shardOf(id) === shardOf(FIRST),
)!;
const ORGANIZATIONS = [FIRST, NEIGHBOUR, "A", "conversation", "5"];
/** As WhatsApp has them, and as it never does; that one ends with its server, the adapter and the contract make sure of. */
const CHATS = ["1@lid", "11@lid", "5511987654321@s.whatsapp.net", "*@lid", "1:in@lid", "a b@lid", "[1]?@lid"];
const NUMBERS = ["5511987654321", "551187654321", "5521912345678"];

const organizations = fc.integer({ min: 0, max: ORGANIZATIONS.length - 1 });
const chats = fc.integer({ min: 0, max: CHATS.length - 1 });
const numbers = fc.integer({ min: 0, max: NUMBERS.length - 1 });
const small = fc.integer({ min: 0, max: 2 });

/** What one organization does. Texts have its own mark. */
const step = fc.record({
  by: organizations,
  does: fc.constantFrom(
    ...([
      "receive",
      "answer",
      "refuse",
      "silence",
      "handOver",
      "send",
      "campaign",
      "control",
      "automation",
      "tag",
    ] as const),
    ...(["start", "optOut", "reply", "removeAutomation"] as const),
  ),
  chat: chats,
  number: numbers,
  n: small,
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const markOf = (organization: string): string => `mark-of-${ORGANIZATIONS.indexOf(organization)}-`;

async function take(
  deployment: Deployment,
  web: ApiStore,
  { by, does, chat: c, number: m, n }: Step,
): Promise<void> {
  const organization = ORGANIZATIONS[by]!;
  const [chat, number, text] = [CHATS[c]!, NUMBERS[m]!, `${markOf(organization)}${n}`];
  const talk = await deployment.chat(organization, chat);
  const contact = /^\d+@(lid|s\.whatsapp\.net)$/.test(chat) ? { chat } : { number };
  const call = async (name: CallName, data: object): Promise<void> => {
    await web.performing.perform(name, { organization, ...data } as never).catch((error: unknown) => {
      if (!(error instanceof Refused)) throw error;
    });
  };
  switch (does) {
    case "receive":
      return await wrote(deployment, organization, chat, number, text);
    case "answer": {
      const begun = await talk.begin();
      if (begun.kind === "think") await talk.commit(begun, text);
      await talk.drain();
      return;
    }
    case "refuse": {
      const part = await talk.send();
      if (part.kind === "part") await talk.refuse(part.id);
      return;
    }
    case "silence":
      return void (await talk.owner(`o${n}`, { forMs: MINUTE, text }));
    case "handOver":
      return void (await talk.record.handOver(talk.conversation, {
        forMs: MINUTE,
        reason: `r${n}`,
        reply: text,
      }));
    case "send":
      return await call("message.send", {
        id: `m${n}`,
        to: { number },
        text,
        priority: n === 0 ? "campaign" : "automation",
      });
    case "reply":
      return await call("message.send", { id: `m${n}`, to: contact, text, priority: "reply" });
    case "campaign":
      return await call("campaign.create", {
        id: `c${n}`,
        name: text,
        template: `${text} {{nome}}`,
        audience: [{ telefone: number, nome: text }],
      });
    case "control":
      return await call(n === 0 ? "campaign.pause" : n === 1 ? "campaign.resume" : "campaign.cancel", {
        id: `c${n}`,
      });
    case "automation":
      return await call("automation.put", {
        id: `f${n}`,
        name: text,
        trigger: { on: "tag", tag: "vip" },
        steps: [
          { do: "send", text },
          { do: "wait", minutes: 5 },
        ],
      });
    case "removeAutomation":
      return await call("automation.remove", { id: `f${n}` });
    case "tag":
      return await call("contact.tag", { contact, tag: "vip", remove: n === 0 });
    case "start":
      return await call("automation.start", { id: `f${n}`, contact, cause: `cause-${n}` });
    case "optOut":
      return await call("contact.optOut", { contact, undo: n === 0 });
  }
}

/** All that the store has of an organization: its keys byte for byte, and its part of what is shared. */
async function partOf({ redis, keys }: Deployment, organization: string): Promise<object> {
  const own: Record<string, string | undefined> = {};
  for (const key of await redis.keys(`${keys.prefix}:*`)) {
    if (nameKey(keys.prefix, key)?.organization === organization)
      own[key] = (await redis.dumpBuffer(key))?.toString("base64");
  }
  const due = await redis.zrange(`${keys.prefix}:due:${shardOf(organization)}`, "0", "-1", "WITHSCORES");
  const members = due.flatMap((member, index) =>
    index % 2 === 0 && member.startsWith(`${organization} `) ? [`${member} ${due[index + 1]}`] : [],
  );
  const shared = await Promise.all(
    ["organizations", "automated", "sessions"].map((name) =>
      redis.hget(`${keys.prefix}:${name}`, organization),
    ),
  );
  return { own, members, shared };
}

/** Whatever is told to an organization. */
async function toldTo(deployment: Deployment, web: ApiStore, organization: string): Promise<string> {
  const { redis, keys, sealing, record } = deployment;
  const data = new BusinessData({ redis, prefix: keys.prefix, sealing }, organization, []);
  const told: unknown[] = [
    await web.campaigns.list(organization),
    await web.automations.list(organization),
    await listRuns(redis, keys, organization, { ended: false, limit: 100 }),
    await listRuns(redis, keys, organization, { ended: true, limit: 100 }),
    await data.chats(50, 40),
  ];
  for (const chat of CHATS) {
    told.push(await readContact({ redis, keys }, { organization, chat }));
    told.push(await record.view({ organization, chat }));
    told.push((await (await deployment.chat(organization, chat)).lists()).history);
  }
  return JSON.stringify(told);
}

test("whatever organizations do in whatever order, none changes a byte of another's, and none is told anything of it", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
      const deployment = deploy();
      const web = await webProcess(deployment, ORGANIZATIONS);
      try {
        for (const each of steps) {
          const others = ORGANIZATIONS.filter((_, index) => index !== each.by);
          const before = await Promise.all(others.map((other) => partOf(deployment, other)));
          await take(deployment, web, each);
          expect(await Promise.all(others.map((other) => partOf(deployment, other)))).toEqual(before);
        }
        for (const organization of ORGANIZATIONS) {
          const told = await toldTo(deployment, web, organization);
          const others = ORGANIZATIONS.filter((other) => other !== organization);
          expect(others.filter((other) => told.includes(markOf(other)))).toEqual([]);
        }
        for (const key of await deployment.redis.keys(`${deployment.keys.prefix}:*`)) {
          const named = nameKey(deployment.keys.prefix, key);
          expect(named, `${key} is to be told of in key-families.ts`).toBeDefined();
          const whose = named?.family.of === "deployment" ? FIRST : named?.organization;
          expect(ORGANIZATIONS, key).toContain(whose);
        }
      } finally {
        await web.close();
      }
    }),
    { numRuns: 40 },
  );
});
