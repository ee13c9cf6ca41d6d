import { Queue } from "bullmq";
import { Redis } from "ioredis";
import { DateTime } from "luxon";
import { afterEach, expect, test } from "vitest";
import { keysOf } from "../../adapters/redis/keys.ts";
import { conversationKeys } from "../../conversation/keys.ts";
import { readHealth } from "../../cron/session-health.ts";
import { OPPORTUNITIES_JOB } from "../../jobs/aurora-opportunities/job.ts";
import { DAILY_VERSION } from "../../jobs/daily.ts";
import { never } from "../ai.ts";
import type { LocalDeployment } from "../deployment.ts";
import type { Contact } from "../whatsapp/contact.ts";
import { useDeployments } from "./scenario-fixture.ts";

const deploy = useDeployments();
const clients: Redis[] = [];
afterEach(() => {
  for (const client of clients.splice(0)) client.disconnect();
});

/** A zone in which it is noon, so that the time of a job that was just missed is the same day's. */
const timeZone = (() => {
  const behind = DateTime.utc().hour - 12;
  return `Etc/GMT${behind < 0 ? "-" : "+"}${Math.abs(behind)}`;
})();
/** So long ago that its scheduler cannot be on its way. */
const justMissed = DateTime.now().setZone(timeZone).minus({ minutes: 20 }).toFormat("HH:mm");
const environment = { OXY_HEALTH_CHECK_SECONDS: "1", OXY_DAILY_SUMMARY_AT: justMissed };

/** Gives the organization somebody who is told of its day. */
async function withOwner(deployment: LocalDeployment, owner: Contact): Promise<void> {
  await deployment.configure("ana", {
    name: "Loja da Ana",
    timeZone,
    team: [{ number: owner.number, name: "Ana", owner: true }],
  });
}

const isSummary = (text: string): boolean => text.startsWith("Facts:");

test("of two processes one tells the owner of the day, once, with numbers from data and words from the AI", async () => {
  const deployment = await deploy({
    environment,
    answering: (text) => (isSummary(text) ? "Um dia calmo, e todos tiveram resposta." : `re: ${text}`),
  });
  const workers = [deployment.worker(), deployment.worker()];
  for (const worker of workers) await worker.ready();
  await deployment.configure("ana", { name: "Loja da Ana", timeZone });
  const phone = await deployment.pair("ana");
  const [customer, owner] = [deployment.whatsapp.contact(), deployment.whatsapp.contact()];
  for (const text of ["oi", "quanto custa?"]) {
    customer.write(phone, text);
    await customer.waitForMessage(`re: ${text}`);
  }
  await phone.waitFor(() => phone.pending === 0);

  await withOwner(deployment, owner);
  const told = await owner.waitFor(() => owner.displayed[0]);
  expect(told.text).toContain("– Loja da Ana\n\nUm dia calmo, e todos tiveram resposta.\n\n");
  expect(told.text).toContain(
    "Mensagens recebidas: 2\nClientes novos: 1\nRespostas: 2\nTempo de resposta: metade em até 1 s",
  );

  // Each second another check asks whether anything was missed.
  const redis = new Redis(deployment.redisUrl);
  clients.push(redis);
  const checkedAt = async (): Promise<number> =>
    (await readHealth(redis, keysOf(deployment.namespace))).get("ana")?.at ?? 0;
  const before = await checkedAt();
  await owner.waitFor(async () => (await checkedAt()) > before + 2_000);
  expect(owner.displayed).toHaveLength(1);
  expect((await readHealth(redis, keysOf(deployment.namespace))).get("ana")).toMatchObject({
    standing: "open",
    problems: [],
  });
  expect(await Promise.all(workers.map((worker) => worker.stop()))).toEqual([0, 0]);
});

test("a process that is killed while the AI writes is followed by one that tells the whole, and once", async () => {
  const asked = Promise.withResolvers<void>();
  let answers = false;
  const deployment = await deploy({
    environment,
    answering: () => {
      asked.resolve();
      return answers ? "Tudo certo hoje." : never();
    },
  });
  const first = deployment.worker();
  await first.ready();
  const owner = deployment.whatsapp.contact();
  await deployment.configure("ana", { name: "Loja da Ana", timeZone });
  await deployment.pair("ana");
  await withOwner(deployment, owner);
  await asked.promise;
  await first.kill();
  answers = true;
  const next = deployment.worker();
  const told = await owner.waitFor(() => owner.displayed[0], 40_000);
  expect(told.text).toContain("Tudo certo hoje.");
  await next.logs(({ message }) => message === "daily summary");
  expect(await next.stop()).toBe(0);
  expect(owner.displayed).toHaveLength(1);
});

test("a fleet's rate is kept by what goes over the wire, and nobody is forgotten", async () => {
  const [perSecond, burst, customers] = [5, 5, 20];
  const deployment = await deploy({
    environment: { OXY_RATE_PER_SECOND: `${perSecond}`, OXY_RATE_BURST: `${burst}` },
  });
  const worker = deployment.worker();
  await worker.ready();
  await deployment.configure("ana", { name: "Loja da Ana" });
  const phone = await deployment.pair("ana");
  const contacts = Array.from({ length: customers }, () => deployment.whatsapp.contact());
  const began = Date.now();
  for (const contact of contacts) contact.write(phone, "oi");
  for (const contact of contacts) await contact.waitForMessage("re: oi", 30_000);
  const times = contacts.flatMap(({ displayed }) => displayed.map(({ at }) => at)).toSorted((a, b) => a - b);
  expect(times).toHaveLength(customers);
  for (const [index, time] of times.entries()) {
    // What went out until then: a burst, and what flowed in.
    expect(index + 1).toBeLessThanOrEqual(burst + (perSecond * (time - began)) / 1000 + 1);
  }
  expect(contacts.flatMap(({ wire }) => wire)).toHaveLength(customers);
  expect(await worker.stop()).toBe(0);
});

test("a warm conversation that has gone quiet is told to the owner with the AI's reason, and no other organization's", async () => {
  const deployment = await deploy({
    environment: { ...environment, OXY_OPPORTUNITIES_AT: "23:59", OXY_DAILY_SUMMARY_AT: "23:58" },
    answering: (text) =>
      text.includes("quanto custa a camiseta") ? "1. Perguntou o preço e não respondeu." : `re: ${text}`,
  });
  const worker = deployment.worker();
  await worker.ready();
  const [owner, warm, talking, others] = Array.from({ length: 4 }, () => deployment.whatsapp.contact());
  await withOwner(deployment, owner!);
  const phone = await deployment.pair("ana");
  await deployment.configure("ze", { name: "Padaria do Zé", timeZone });
  const ze = await deployment.pair("ze");
  const text = "oi, quanto custa a camiseta azul?";
  for (const [contact, written] of [
    [warm!, phone],
    [talking!, phone],
    [others!, ze],
  ] as const) {
    contact.write(written, text);
    await contact.waitFor(() => contact.displayed.length === 1);
  }
  await Promise.all([phone, ze].map((each) => each.waitFor(() => each.pending === 0)));

  const redis = new Redis(deployment.redisUrl);
  clients.push(redis);
  await agedByTwoDays(redis, deployment.namespace, "ana", warm!.lid);
  await agedByTwoDays(redis, deployment.namespace, "ze", others!.lid);
  const queue = new Queue("cron", { connection: redis, prefix: `{${deployment.namespace}}` });
  const day = DateTime.now().setZone(timeZone).toISODate();
  await queue.add(OPPORTUNITIES_JOB, { v: DAILY_VERSION, organization: "ana", day });
  const told = await owner!.waitFor(() => owner!.displayed[0]);
  expect(told.text).toContain(warm!.name);
  expect(told.text).toContain("Perguntou o preço e não respondeu.");
  expect(told.text).not.toContain(talking!.name);
  expect(told.text).not.toContain(others!.name);
  await queue.close();
  expect(await worker.stop()).toBe(0);
});

/** What was said and done in a chat was so two days earlier. */
async function agedByTwoDays(
  redis: Redis,
  namespace: string,
  organization: string,
  chat: string,
): Promise<void> {
  const ms = 2 * 24 * 3_600_000;
  const { prefix } = keysOf(namespace);
  const contact = `${prefix}:contact:${organization}:${chat}`;
  for (const field of ["first", "wrote", "told"]) await redis.hincrby(contact, field, -ms);
  await redis.zincrby(`${prefix}:chats:${organization}`, -ms, chat);
  const { history } = conversationKeys(prefix, { organization, chat });
  for (const [index, encoded] of (await redis.lrange(history, 0, -1)).entries()) {
    const said = JSON.parse(encoded) as { at: number };
    await redis.lset(history, index, JSON.stringify({ ...said, at: said.at - ms }));
  }
}
