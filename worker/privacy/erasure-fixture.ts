import { Queue } from "bullmq";
import { vi } from "vitest";
import { Automations } from "../automations/automations.ts";
import { Lanes } from "../bulk/lanes.ts";
import { OptOuts } from "../bulk/opt-outs.ts";
import { Campaigns } from "../campaigns/campaigns.ts";
import { policyOf } from "../conversation/policy.ts";
import { MINUTE, type Chat, type Deployment } from "../conversation/record-fixture.ts";
import { keptOpportunities } from "../cron/opportunities.ts";
import { saveHealth } from "../cron/session-health.ts";
import { OPPORTUNITIES_JOB } from "../jobs/aurora-opportunities/job.ts";
import { judge } from "../jobs/whatsapp-health-check/judgement.ts";
import { Notices } from "../notices/notices.ts";
import { organizationSettings } from "../sessions/organization.ts";
import { Organizations } from "../sessions/organizations.ts";
import type { Sessions } from "../sessions/sessions.ts";
import type { WhatsApp } from "../sessions/whatsapp.ts";
import { messageQueue } from "../runtime/queue-names.ts";
import { Erasure } from "./erasure.ts";

const quiet = () => {};
const log = { error: quiet, warn: quiet, info: quiet, debug: quiet };

/** Digits that nothing else has. */
export const BIA = {
  lid: "987001234567890",
  number: "5511987654321",
  without9th: "551187654321",
  name: "Beatriz Erasmo",
};
export const CAIO = { lid: "987009876543210", number: "5511912345678", name: "Caio Vizinho" };
export const chatOf = ({ lid }: { lid: string }) => `${lid}@lid`;
export const WORDS = "segredo-da-bia";

const neverPaired = (organization: string) => ({
  organization,
  ownerAlive: false,
  paired: false,
  refusedToday: 0,
  stuck: 0,
});

/** Two organizations that both know Bia, and one of them Caio, with something of every kind. */
export async function town(deployment: Deployment) {
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
