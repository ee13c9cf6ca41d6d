import { expect, test } from "vitest";
import type { Contact } from "../whatsapp/contact.ts";
import { echo, useDeployments } from "./scenario-fixture.ts";

const TOKEN = "token-of-the-api-in-this-scenario-0123";
const OPEN = { perMinute: 60, jitter: 0, quietFrom: "00:00", quietTo: "00:00" };

const deploy = useDeployments();

const digits = ({ number }: Contact): string => number.replace(/\D.*/, "");

test("another service sends, starts a campaign and an automation by HTTP, and reads how they fare", async () => {
  const deployment = await deploy({ answering: echo, environment: { OXY_API_TOKENS: `ana:${TOKEN}` } });
  // What serves the API holds no number.
  const worker = deployment.worker({ OXY_ROLE: "worker" });
  const web = deployment.worker({ OXY_ROLE: "web" });
  await Promise.all([worker.ready(), web.ready()]);
  await deployment.configure("ana", { name: "Loja da Ana", pacing: OPEN });
  const phone = await deployment.pair("ana");
  const { api } = await web.logs(({ message }) => message === "listening");
  const call = async (method: string, path: string, body?: object) => {
    const response = await fetch(`${String(api)}/organizations/ana/${path}`, {
      method,
      headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = (await response.json()) as Readonly<Record<string, unknown>>;
    return { status: response.status, answer };
  };
  const asking = deployment.whatsapp.contact({ number: "5511987650001" });
  const reading = deployment.whatsapp.contact({ number: "5511987650002" });
  reading.readReceipts = true;

  // Nobody is written to at once who did not write.
  const reply = {
    id: "order-1",
    to: { number: digits(asking) },
    text: "Seu pedido saiu!",
    priority: "reply",
  };
  expect((await call("POST", "messages", reply)).status).toBe(404);
  asking.write(phone, "oi");
  await asking.waitForMessage("re: oi");
  expect((await call("POST", "messages", reply)).status).toBe(202);
  await asking.waitForMessage("Seu pedido saiu!");
  expect((await call("POST", "messages", reply)).answer).toMatchObject({ outcome: "repeated" });

  const created = await call("POST", "campaigns", {
    id: "natal",
    name: "Natal",
    template: "Oi, {{nome|tudo bem}}! Abrimos dia 24.",
    audience: [{ telefone: `+${digits(reading)}`, nome: "Rui" }],
  });
  expect(created).toMatchObject({ status: 201, answer: { total: 1 } });
  await reading.waitForMessage("Oi, Rui! Abrimos dia 24.", 30_000);
  reading.write(phone, "que bom");
  await reading.waitForMessage("re: que bom");
  await expect
    .poll(async () => (await call("GET", "campaigns/natal")).answer, { timeout: 20_000 })
    .toMatchObject({ state: "done", total: 1, sent: 1, delivered: 1, read: 1, replied: 1, failed: 0 });

  const automation = {
    name: "Catálogo",
    trigger: { on: "keyword", words: ["catálogo"] },
    steps: [{ do: "send", text: "Aqui está o catálogo, {{nome}}." }],
  };
  expect((await call("PUT", "automations/catalogo", automation)).status).toBeLessThan(300);
  await expect
    .poll(
      async () => {
        asking.write(phone, "tem catalogo?");
        return asking.displayed.some(({ text }) => text.startsWith("Aqui está o catálogo"));
      },
      // Owners learn of it with their heartbeat.
      { timeout: 30_000, interval: 2_000 },
    )
    .toBe(true);
  const once = asking.displayed.filter(({ text }) => text === "Seu pedido saiu!");
  expect(once).toHaveLength(1);
  expect(await Promise.all([worker.stop(), web.stop()])).toEqual([0, 0]);
});
