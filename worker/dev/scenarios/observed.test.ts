import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, expect, test, vi } from "vitest";
import type { LocalDeployment } from "../deployment.ts";
import { oxy } from "../oxy.ts";
import type { WorkerProcess } from "../worker-process.ts";
import { linked, useDeployments } from "./scenario-fixture.ts";

const deploy = useDeployments();
const SECRET = "signs the alerts of a test";
const servers: { close(): void }[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

interface Told {
  readonly kind: string;
  readonly rule: string;
  readonly organization?: string;
}

/** An operators' webhook, which takes only what is signed. */
async function webhook() {
  const told: Told[] = [];
  const server = createServer((request, response) => {
    const taken = async (): Promise<void> => {
      const body = await text(request);
      const [, at, signature] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(headerOf(request, "oxy-signature")) ?? [];
      const right = signature === createHmac("sha256", SECRET).update(`${at}.${body}`).digest("hex");
      if (right) told.push(...(JSON.parse(body) as { events: Told[] }).events);
      response.writeHead(right ? 204 : 403).end();
    };
    void taken();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  servers.push(server);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/alerts`;
  return {
    told: () => told.map(({ kind, rule, organization = "-" }) => `${kind} ${rule} ${organization}`),
    url,
  };
}

function headerOf({ headers }: IncomingMessage, name: string): string {
  const value = headers[name];
  return typeof value === "string" ? value : "";
}

async function get(worker: WorkerProcess, path: string): Promise<{ status: number; body: string }> {
  const { health } = await worker.logs(({ message }) => message === "listening");
  const response = await fetch(new URL(path, health as string));
  return { status: response.status, body: await response.text() };
}

async function alerts(deployment: LocalDeployment, ...args: string[]) {
  const lines = [];
  for await (const line of oxy(["alerts", ...args], deployment.environment)) lines.push(line);
  return lines[0] as unknown as { firing: Told[]; silences: Told[] };
}

test("what a worker counts is what was done, and its queues are taken from", async () => {
  const deployment = await deploy();
  const worker = deployment.worker();
  await worker.ready();
  const [phone] = await linked(deployment, ["ana"]);
  const customer = deployment.whatsapp.contact();
  customer.write(phone!, "oi");
  await customer.waitForMessage("re: oi");
  await worker.logs(({ message }) => message === "answered");

  const { status, body } = await get(worker, "/health/queues");
  const { queues } = JSON.parse(body) as { queues: { queue: string; state: string }[] };
  expect([status, queues.map(({ queue }) => queue).toSorted()]).toEqual([
    200,
    ["automation", "campaign", "cron", "message-0"],
  ]);
  const { body: metrics } = await get(worker, "/metrics");
  const lines = metrics.split("\n");
  expect(lines).toEqual(
    expect.arrayContaining([
      'oxy_reply_seconds_count{step="total"} 1',
      'oxy_parts_total{source="reply",result="acked"} 1',
      'oxy_ai_calls_total{model="gpt-4o-mini",purpose="customer",answer="answered"} 1',
      'oxy_ai_breaker{model="gpt-4o-mini",breaker="closed"} 1',
      'oxy_sessions{session="open"} 1',
      'oxy_queue_waiting{queue="message"} 0',
      "oxy_shards_held 256",
      "oxy_shards_free 0",
    ]),
  );
  // Whoever reads them learns nothing of a tenant or of people.
  for (const word of ["ana", customer.number, "oi"])
    expect(metrics).not.toMatch(new RegExp(`[{",= ]${word}[",} ]`));
});

test("a number that is logged out is told once, by webhook and to the deployment's owner, and not by a restart; a silence holds", async () => {
  const { told, url } = await webhook();
  const quick = { forSeconds: 0, clearSeconds: 1 };
  const deployment = await deploy({
    environment: {
      OXY_ALERT_SECONDS: "1",
      OXY_ALERT_WEBHOOK: url,
      OXY_ALERT_SECRET: SECRET,
      OXY_ALERT_ORGANIZATION: "bia",
      OXY_ALERT_RULES: JSON.stringify({ "session-logged-out": quick, "shards-free": { off: true } }),
    },
  });
  const first = deployment.worker();
  await first.ready();
  const owner = deployment.whatsapp.contact();
  const team = [{ number: owner.number, name: "Bia", owner: true }];
  await deployment.configure("bia", { name: "Loja da Bia", team });
  await deployment.pair("bia");
  const [phone] = await linked(deployment, ["ana"]);
  await alerts(deployment, "silence", "session-logged-out", "--organization", "caio", "--for", "2h");

  phone!.logOut();
  await vi.waitFor(() => expect(told()).toEqual(["fired session-logged-out ana"]), { timeout: 10_000 });
  const message = await owner.waitFor(() => owner.displayed[0]);
  expect(message.text).toContain("O WhatsApp de ana foi desconectado");
  expect(await alerts(deployment, "list")).toMatchObject({
    firing: [{ rule: "session-logged-out", organization: "ana", told: true }],
    silences: [{ rule: "session-logged-out", organization: "caio" }],
  });

  await first.kill();
  const second = deployment.worker();
  await second.ready();
  const other = await deployment.pair("ana", deployment.whatsapp.phone());
  const both = ["fired session-logged-out ana", "resolved session-logged-out ana"];
  await vi.waitFor(() => expect(told()).toEqual(both), { timeout: 10_000 });
  const over = await owner.waitFor(() => owner.displayed[1]);
  expect(over.text).toContain("O WhatsApp de ana foi conectado de novo.");

  await alerts(deployment, "silence", "session-logged-out", "--for", "1h");
  other.logOut();
  await vi.waitFor(
    async () =>
      expect((await alerts(deployment, "list")).firing).toEqual([
        expect.objectContaining({ rule: "session-logged-out", organization: "ana", told: false }),
      ]),
    { timeout: 10_000 },
  );
  expect(told()).toEqual(both);
});

test("an oldest message that waits for an AI that hangs is told, and that it is over", async () => {
  const { told, url } = await webhook();
  const answer = Promise.withResolvers<void>();
  const deployment = await deploy({
    answering: async () => {
      await answer.promise;
      return "re";
    },
    environment: {
      OXY_ALERT_SECONDS: "1",
      OXY_ALERT_WEBHOOK: url,
      OXY_ALERT_SECRET: SECRET,
      OXY_ALERT_RULES: JSON.stringify({ "oldest-waiting": { from: 2, forSeconds: 1, clearSeconds: 1 } }),
    },
  });
  const worker = deployment.worker();
  await worker.ready();
  const [phone] = await linked(deployment, ["ana"]);
  const customer = deployment.whatsapp.contact();
  customer.write(phone!, "oi");
  await vi.waitFor(() => expect(told()).toEqual(["fired oldest-waiting -"]), { timeout: 10_000 });
  answer.resolve();
  await customer.waitForMessage("re");
  await vi.waitFor(() => expect(told()).toEqual(["fired oldest-waiting -", "resolved oldest-waiting -"]), {
    timeout: 10_000,
  });
  expect(worker.logged.filter(({ message }) => message === "alert fired")).toEqual([
    expect.objectContaining({ level: "error", rule: "oldest-waiting" }),
  ]);
});
