import { setTimeout as delay } from "node:timers/promises";
import { Redis } from "ioredis";
import { afterEach, expect, test } from "vitest";
import { keysOf } from "../../adapters/redis/keys.ts";
import { Sealing } from "../../adapters/redis/sealing.ts";
import { Automations } from "../../automations/automations.ts";
import { Campaigns } from "../../campaigns/campaigns.ts";
import { phoneOf } from "../../campaigns/campaigns-fixture.ts";
import { loadConfig } from "../../config.ts";
import { policyOf } from "../../conversation/policy.ts";
import type { LocalDeployment } from "../deployment.ts";
import type { Contact } from "../whatsapp/contact.ts";
import type { Phone } from "../whatsapp/phone.ts";
import { namingEach } from "./naming-each.ts";
import { useDeployments } from "./scenario-fixture.ts";
import { Talk } from "./talk.ts";

const deploy = useDeployments();
/** More of them make a soak: MIXED_KILLS=50. */
const KILLS = Number(process.env["MIXED_KILLS"] ?? 6);
const SETTLED_MS = 90_000;
const RECIPIENTS = 8;
const ASKING = 4;
/** Nobody writes on when so many are unanswered: of more than 100 in one chat the oldest are only remembered. */
const UNANSWERED = 80;
/** As quick as a number may be told to be. */
const PACING = {
  perMinute: 60,
  jitter: 0,
  perDay: 10_000,
  coldPerDay: 1_000,
  quietFrom: "00:00",
  quietTo: "00:00",
};
const opened: Redis[] = [];

afterEach(() => {
  for (const redis of opened.splice(0)) redis.disconnect();
});

/** What a producer uses, which is no worker. */
function producer(deployment: LocalDeployment): { campaigns: Campaigns; automations: Automations } {
  const redis = new Redis(deployment.redisUrl);
  opened.push(redis);
  const store = {
    redis,
    keys: keysOf(deployment.namespace),
    sealing: new Sealing(loadConfig(deployment.environment).encryptionKeys),
  };
  return {
    campaigns: new Campaigns({ ...store, timeZone: () => "America/Sao_Paulo" }),
    automations: new Automations({
      ...store,
      policy: () => policyOf(undefined),
      timeZone: async () => "America/Sao_Paulo",
    }),
  };
}

/** What somebody read that begins so, in order. */
function read({ displayed }: Contact, beginning: string): string[] {
  return displayed.map(({ text }) => text).filter((text) => text.startsWith(beginning));
}

test(
  "killed at random while it answers, sends campaigns and runs automations: nothing is lost, nobody sees anything twice",
  async () => {
    const deployment = await deploy({ answering: namingEach });
    const { whatsapp } = deployment;
    await deployment.worker().ready();
    const phones: Phone[] = [];
    for (const organization of ["ana", "ze"]) {
      await deployment.configure(organization, { name: organization, pacing: PACING });
      phones.push(await deployment.pair(organization));
    }
    const [ana, ze] = phones;
    const { campaigns, automations } = producer(deployment);
    await automations.put("ana", {
      id: "prices",
      name: "Preços",
      trigger: { on: "keyword", words: ["preço"] },
      steps: [
        { do: "send", text: "Tabela de {{nome}}, parte 1" },
        { do: "wait", minutes: 0.02 },
        { do: "send", text: "Tabela de {{nome}}, parte 2" },
      ],
    });
    await deployment.workers[0]?.logs(({ message }) => message === "automations read");
    const people = Array.from({ length: 2 * RECIPIENTS }, (_, index) =>
      whatsapp.contact({ number: phoneOf(index) }),
    );
    for (const [index, organization] of ["ana", "ze"].entries()) {
      const to = people.slice(index * RECIPIENTS, (index + 1) * RECIPIENTS);
      const created = await campaigns.create({
        organization,
        id: "natal",
        definition: { name: "Natal", template: "Promo para {{nome}}" },
        audience: { rows: to.map(({ number, name }) => ({ telefone: number, nome: name })) },
      });
      expect(created.total).toBe(RECIPIENTS);
    }

    let texts = 0;
    const talk = new Talk({ phone: ana!, phones, whatsapp }, [whatsapp.contact(), whatsapp.contact()], () => {
      return `m${++texts}`;
    });
    const asking = Array.from({ length: ASKING }, () => whatsapp.contact());
    const waiting = [...asking];
    for (let kill = 0; kill < KILLS; kill++) {
      const stop = performance.now() + 500 + Math.random() * 2_500;
      waiting.pop()?.write(ana!, "qual o preço?");
      while (performance.now() < stop) {
        if (talk.report().lost < UNANSWERED) {
          talk.write(talk.contacts[0], ana);
          talk.write(talk.contacts[1], ze);
        }
        await delay(100 + Math.random() * 150);
      }
      await deployment.workers.at(-1)?.kill();
      deployment.worker();
    }
    for (const contact of waiting) contact.write(ana!, "qual o preço?");

    await talk.answered(SETTLED_MS);
    await whatsapp.waitFor(() => people.every((person) => read(person, "Promo").length > 0), SETTLED_MS);
    await whatsapp.waitFor(() => asking.every((person) => read(person, "Tabela").length > 1), SETTLED_MS);
    await whatsapp.waitFor(() => phones.every(({ pending }) => pending === 0));
    // In order, so that all that was on its way has come.
    expect(await deployment.workers.at(-1)?.stop()).toBe(0);

    const { wireDuplicates, ...report } = talk.report();
    expect(report).toEqual({ messages: texts, lost: 0, seenTwice: 0, undecryptable: 0, nacks: 0 });
    for (const person of people) expect(read(person, "Promo")).toEqual([`Promo para ${person.name}`]);
    for (const person of asking)
      expect(read(person, "Tabela")).toEqual([1, 2].map((part) => `Tabela de ${person.name}, parte ${part}`));
    for (const [index, organization] of ["ana", "ze"].entries()) {
      expect(await campaigns.progress(organization, "natal")).toMatchObject({
        state: "done",
        total: RECIPIENTS,
        sent: RECIPIENTS,
        failed: 0,
      });
      expect(phones[index]?.maxConnections).toBe(1);
    }
    console.info(
      `bad days: ${KILLS} kills at random, ${texts} messages, ${people.length} recipients, ${ASKING} automations: ` +
        `nothing lost or seen twice, ${wireDuplicates} sent again under the same id`,
    );
  },
  KILLS * 4_000 + 4 * SETTLED_MS,
);
