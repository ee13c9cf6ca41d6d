import { setTimeout as delay } from "node:timers/promises";
import { Redis } from "ioredis";
import { DateTime } from "luxon";
import { afterEach, expect, test } from "vitest";
import { keysOf } from "../../adapters/redis/keys.ts";
import { Sealing } from "../../adapters/redis/sealing.ts";
import { Campaigns } from "../../campaigns/campaigns.ts";
import { phoneOf } from "../../campaigns/campaigns-fixture.ts";
import { loadConfig } from "../../config.ts";
import type { LocalDeployment } from "../deployment.ts";
import type { Contact } from "../whatsapp/contact.ts";
import { useDeployments } from "./scenario-fixture.ts";

const deploy = useDeployments();
const WAIT_MS = 60_000;
/** As quick as a number may be told to be. */
const PACING = { perMinute: 60, jitter: 0, coldPerDay: 1_000, quietFrom: "00:00", quietTo: "00:00" };
const opened: Redis[] = [];

afterEach(() => {
  for (const redis of opened.splice(0)) redis.disconnect();
});

/** What a producer uses, which is no worker. */
function campaignsOf(deployment: LocalDeployment): Campaigns {
  const config = loadConfig(deployment.environment);
  const redis = new Redis(deployment.redisUrl);
  opened.push(redis);
  return new Campaigns({
    redis,
    keys: keysOf(deployment.namespace),
    sealing: new Sealing(config.encryptionKeys),
    timeZone: () => "America/Sao_Paulo",
  });
}

function contacts(deployment: LocalDeployment, count: number): Contact[] {
  return Array.from({ length: count }, (_, index) => deployment.whatsapp.contact({ number: phoneOf(index) }));
}

function audience(to: readonly Contact[]) {
  return { rows: to.map(({ number, name }) => ({ telefone: number, nome: name })) };
}

function reached(to: readonly Contact[]): number {
  return to.filter(({ displayed }) => displayed.some(({ text }) => text.startsWith("Promo"))).length;
}

test("a campaign whose worker is killed twice reaches everybody once; who opted out gets none, who writes is answered", async () => {
  const deployment = await deploy();
  await deployment.worker().ready();
  await deployment.configure("ana", { name: "Ana", pacing: PACING });
  const phone = await deployment.pair("ana");
  const people = contacts(deployment, 24);
  const [gone, ...others] = people as [Contact, ...Contact[]];
  gone.write(phone, "sair");
  await gone.waitForMessage("Pronto, você não vai mais receber nossas campanhas.");

  const campaigns = campaignsOf(deployment);
  const definition = { name: "Natal", template: "Promo para {{nome}}" };
  const created = await campaigns.create({
    organization: "ana",
    id: "natal",
    definition,
    audience: audience(people),
  });
  expect(created).toMatchObject({ total: 24, leftOut: { counts: {} } });
  for (const sent of [5, 12]) {
    await deployment.whatsapp.waitFor(() => reached(others) >= sent, WAIT_MS);
    await deployment.workers.at(-1)?.kill();
    await deployment.worker().ready();
  }
  const customer = deployment.whatsapp.contact();
  customer.write(phone, "oi");
  await customer.waitForMessage("re: oi", WAIT_MS);
  expect(reached(others)).toBeLessThan(others.length);
  await deployment.whatsapp.waitFor(() => reached(others) === others.length, WAIT_MS);

  for (const { displayed, name, undecryptable } of others) {
    expect(displayed.map(({ text }) => text)).toEqual([`Promo para ${name}`]);
    expect(undecryptable).toEqual([]);
  }
  expect(gone.displayed).toHaveLength(1);
  await phone.waitFor(() => phone.pending === 0);
  others[0]?.write(phone, "quero!");
  await others[0]?.waitForMessage("re: quero!", WAIT_MS);
  const progress = await ended(campaigns);
  expect(progress).toMatchObject({
    state: "done",
    sent: 23,
    failed: 0,
    skipped: 1,
    replied: 1,
    remaining: 0,
  });
  expect(progress?.delivered).toBeGreaterThan(0);
  expect(phone.maxConnections).toBe(1);
}, 180_000);

test("a paused campaign stands still, quiet hours hold it, and a cancelled one goes no further", async () => {
  const deployment = await deploy();
  await deployment.worker().ready();
  await deployment.configure("ana", { name: "Ana", pacing: PACING });
  const phone = await deployment.pair("ana");
  const people = contacts(deployment, 20);
  const campaigns = campaignsOf(deployment);
  const definition = { name: "Natal", template: "Promo" };
  await campaigns.create({ organization: "ana", id: "natal", definition, audience: audience(people) });
  const standsStill = async () => {
    // What is on its way arrives; then three times the gap passes.
    await delay(1_000);
    const before = reached(people);
    await delay(3_000);
    expect(reached(people)).toBe(before);
    return before;
  };

  await deployment.whatsapp.waitFor(() => reached(people) >= 2, WAIT_MS);
  expect(await campaigns.pause("ana", "natal")).toBe("paused");
  const paused = await standsStill();
  await campaigns.resume("ana", "natal");
  await deployment.whatsapp.waitFor(() => reached(people) > paused, WAIT_MS);

  const now = DateTime.now().setZone("America/Sao_Paulo");
  const quietFrom = now.minus({ hours: 2 }).toFormat("HH:mm");
  const quietTo = now.plus({ hours: 2 }).toFormat("HH:mm");
  await deployment.configure("ana", { name: "Ana", pacing: { ...PACING, quietFrom, quietTo } });
  const quiet = await standsStill();
  people[0]?.write(phone, "oi");
  await people[0]?.waitForMessage("re: oi", WAIT_MS);
  await deployment.configure("ana", { name: "Ana", pacing: PACING });
  await deployment.whatsapp.waitFor(() => reached(people) > quiet, WAIT_MS);

  expect(await campaigns.cancel("ana", "natal")).toBe("cancelled");
  const cancelled = await standsStill();
  expect(await campaigns.progress("ana", "natal")).toMatchObject({
    state: "cancelled",
    sent: cancelled,
    remaining: 20 - cancelled,
  });
  expect(await deployment.workers[0]?.stop()).toBe(0);
}, 120_000);

async function ended(campaigns: Campaigns) {
  for (;;) {
    const progress = await campaigns.progress("ana", "natal");
    if (progress?.state === "done") return progress;
    await delay(100);
  }
}
