import { createHmac } from "node:crypto";
import { once } from "node:events";
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { Redis } from "ioredis";
import { afterEach, expect, test } from "vitest";
import { keysOf, type Keys } from "../../adapters/redis/keys.ts";
import { Sealing } from "../../adapters/redis/sealing.ts";
import { Automations } from "../../automations/automations.ts";
import { listRefusals, listRuns, type ListedRun } from "../../automations/run-list.ts";
import { loadConfig } from "../../config.ts";
import { policyOf } from "../../conversation/policy.ts";
import type { LocalDeployment } from "../deployment.ts";
import { useDeployments } from "./scenario-fixture.ts";

const deploy = useDeployments();
const SECRET = "a secret of 24 characters";
const WAIT_MS = 40_000;
const opened: Redis[] = [];
const servers: Server[] = [];

afterEach(async () => {
  for (const redis of opened.splice(0)) redis.disconnect();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  }
});

/** What a service uses that changes automations, which is no worker. */
function storeOf(deployment: LocalDeployment): { redis: Redis; keys: Keys; automations: Automations } {
  const redis = new Redis(deployment.redisUrl);
  opened.push(redis);
  const keys = keysOf(deployment.namespace);
  const automations = new Automations({
    redis,
    keys,
    sealing: new Sealing(loadConfig(deployment.environment).encryptionKeys),
    policy: () => policyOf(undefined),
    timeZone: async () => "America/Sao_Paulo",
  });
  return { redis, keys, automations };
}

/** Resolves with what `look` finds, once it does. */
async function found<T>(look: () => Promise<T | undefined>): Promise<T> {
  const until = Date.now() + WAIT_MS;
  for (;;) {
    const value = await look();
    if (value !== undefined) return value;
    if (Date.now() > until) throw new Error("it was not found in time");
    await delay(50);
  }
}

interface Hook {
  readonly url: string;
  readonly calls: { readonly headers: IncomingHttpHeaders; readonly body: string }[];
}

/** A service of the organization, which is out of order at first. */
async function hook(): Promise<Hook> {
  const calls: Hook["calls"] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = Buffer.concat((await request.toArray()) as Buffer[]).toString();
    calls.push({ headers: request.headers, body });
    response.writeHead(calls.length === 1 ? 503 : 200).end();
  };
  const server = createServer((...exchange) => void answer(...exchange)).listen(0, "127.0.0.1");
  servers.push(server);
  await once(server, "listening");
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, calls };
}

test("an automation does all of its steps, though its worker is killed in the middle of a wait", async () => {
  const deployment = await deploy({
    answering: (text, { messages }) =>
      JSON.stringify(messages).includes("convide para a loja") ? "Venha nos visitar!" : `re: ${text}`,
    environment: { OXY_WEBHOOK_PRIVATE: "allow", OXY_AUTOMATION_BACKOFF_MS: "100" },
  });
  const worker = deployment.worker();
  await worker.ready();
  await deployment.configure("ana", { name: "Ana" });
  const phone = await deployment.pair("ana");
  const { redis, keys, automations } = storeOf(deployment);
  const { url, calls } = await hook();
  await automations.put("ana", {
    id: "prices",
    name: "Preços",
    trigger: { on: "keyword", words: ["preço"] },
    steps: [
      { do: "send", text: "Oi {{nome}}, já te mando a tabela." },
      { do: "wait", minutes: 0.05 },
      { do: "tag", tag: "prices" },
      { do: "webhook", url, secret: SECRET },
      { do: "ask", instruction: "convide para a loja" },
      { do: "hand-over", text: "Chamei alguém." },
    ],
  });
  const customer = deployment.whatsapp.contact();
  // Until the owner has heard of it.
  const runs = (ended: boolean) => listRuns(redis, keys, "ana", { ended, limit: 10 });
  await worker.logs(({ message }) => message === "automations read");
  customer.write(phone, "qual o PRECO?");
  await found(async () => (await runs(false)).find(({ state }) => state === "waiting"));
  await worker.kill();
  const next = deployment.worker();
  await next.ready();
  const run = await found(async (): Promise<ListedRun | undefined> => (await runs(true))[0]);
  expect(run).toMatchObject({ automation: "prices", state: "done", step: 6, steps: 6 });
  await customer.waitForMessage("Chamei alguém.");

  const texts = customer.displayed.map(({ text }) => text);
  const greeting = `Oi ${customer.name}, já te mando a tabela.`;
  expect(texts.toSorted()).toEqual(
    [greeting, "re: qual o PRECO?", "Venha nos visitar!", "Chamei alguém."].toSorted(),
  );
  expect(texts.filter((text) => !text.startsWith("re:"))).toEqual([
    greeting,
    "Venha nos visitar!",
    "Chamei alguém.",
  ]);
  expect(await automations.tagsOf({ organization: "ana", chat: run.chat })).toEqual(["prices"]);
  // The first one was answered with 503: the same call again.
  expect(calls).toHaveLength(2);
  for (const { headers, body } of calls) {
    expect(headers["oxy-delivery"]).toBe(`${run.run}/4`);
    const [, seconds = "", signature] = /^t=(\d+),v1=(\w+)$/.exec(headers["oxy-signature"] as string) ?? [];
    expect(signature).toBe(createHmac("sha256", SECRET).update(`${seconds}.${body}`).digest("hex"));
    expect(JSON.parse(body)).toMatchObject({
      organization: "ana",
      run: run.run,
      contact: { tags: ["prices"] },
    });
  }
  // A person has the chat now.
  customer.write(phone, "e o preço do frete?");
  await phone.waitFor(() => phone.pending === 0);
  expect(await runs(false)).toEqual([]);
  expect(await next.stop()).toBe(0);
});

test("automations that start each other are stopped with the reason; what they send goes at the number's pace", async () => {
  const deployment = await deploy();
  const worker = deployment.worker();
  await worker.ready();
  const pacing = { perMinute: 60, jitter: 0, quietFrom: "00:00", quietTo: "00:00" };
  await deployment.configure("bia", { name: "Bia", pacing });
  const phone = await deployment.pair("bia");
  const { redis, keys, automations } = storeOf(deployment);
  for (const [from, to] of [
    ["ping", "pong"],
    ["pong", "ping"],
  ] as const) {
    await automations.put("bia", {
      id: from,
      name: from,
      trigger: { on: "tag", tag: from },
      steps: [
        { do: "send", text: from },
        { do: "untag", tag: to },
        { do: "tag", tag: to },
      ],
      limits: { perContactPerDay: 100 },
    });
  }
  const customer = deployment.whatsapp.contact();
  const conversation = { organization: "bia", chat: customer.lid };
  // Nobody wrote: what is sent is none of a reply, and waits for its turn.
  expect(await automations.start(conversation, "ping")).toMatchObject({ outcome: "begun" });
  const { day } = policyOf(undefined);
  const refusals = await found(async () => {
    const listed = await listRefusals(redis, keys, "bia", day);
    return listed.length > 0 ? listed : undefined;
  });
  expect(refusals).toEqual([{ automation: "pong", reason: "a chain of more than 5 automations", times: 1 }]);
  await phone.waitFor(() => phone.pending === 0);
  expect(customer.displayed.map(({ text }) => text)).toEqual(["ping", "pong", "ping", "pong", "ping"]);
  const gaps = customer.displayed.slice(1).map(({ at }, index) => at - customer.displayed[index]!.at);
  expect(Math.min(...gaps)).toBeGreaterThan(500);
  const ended = await listRuns(redis, keys, "bia", { ended: true, limit: 10 });
  expect(ended.filter(({ state }) => state === "stopped")).toMatchObject([
    { automation: "pong", chat: customer.lid, reason: "a chain of more than 5 automations" },
  ]);
  expect(await worker.stop()).toBe(0);
});
