import Fastify, { type FastifyInstance } from "fastify";
import { afterEach, beforeEach, expect, test } from "vitest";
import { webProcess, wrote } from "../contract/calling-fixture.ts";
import { useRecord, type Deployment } from "../conversation/record-fixture.ts";
import { addApi } from "./api.ts";
import type { ApiStore } from "./api-store.ts";
import type { Logger } from "./logging.ts";

const ANA = "token-of-ana-in-this-test-0123456789";
const ALL = "token-of-all-in-this-test-0123456789";
const NUMBER = "5511987654321";
const CHAT = "987001234567890@lid";

const deploy = useRecord();
const logged: string[] = [];
const note = (event: string, fields?: object): void => void logged.push(`${event} ${JSON.stringify(fields)}`);
const log: Logger = { error: note, warn: note, info: note, debug: note };

let deployment: Deployment;
let store: ApiStore | undefined;
let app: FastifyInstance;
let url: string;

beforeEach(async () => {
  logged.length = 0;
  deployment = deploy();
  store = await webProcess(deployment, ["ana", "ana-b"]);
  app = Fastify({ forceCloseConnections: true });
  const tokens = [
    { organization: "ana", token: ANA },
    { organization: undefined, token: ALL },
  ];
  await addApi(app, { tokens, log, store: () => store });
  url = `${await app.listen({ host: "127.0.0.1", port: 0 })}/api/v1`;
});
afterEach(async () => {
  await app.close();
  await store?.close();
});

interface Call {
  readonly method?: string;
  readonly token?: string | undefined;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

async function call(path: string, { method = "GET", token = ALL, body, headers = {} }: Call = {}) {
  const json = typeof body === "string" || body instanceof FormData ? body : JSON.stringify(body);
  const typed = body === undefined || body instanceof FormData ? {} : { "content-type": "application/json" };
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { ...typed, ...(token === "" ? {} : { authorization: `Bearer ${token}` }), ...headers },
    ...(json === undefined ? {} : { body: json }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: JSON.parse(text) as Record<string, any>,
  };
}

const post = (path: string, body: unknown, more: Call = {}) => call(path, { method: "POST", body, ...more });
const MESSAGE = { id: "m1", to: { number: NUMBER }, text: "Seu pedido saiu" };

test("a message is stored under its id once, sealed, and waits at the number's pace", async () => {
  expect(await post("/organizations/ana/messages", MESSAGE)).toMatchObject({
    status: 202,
    body: { id: "m1", outcome: "queued" },
  });
  expect((await post("/organizations/ana/messages", MESSAGE)).body).toEqual({
    id: "m1",
    outcome: "repeated",
  });
  const lane = await deployment.redis.lrange(`${deployment.keys.prefix}:lane:ana:automation`, 0, -1);
  expect(lane).toHaveLength(1);
  expect(lane.join()).not.toContain("pedido");
});

test("what somebody waits for goes out as a reply, to whoever wrote within a day alone", async () => {
  const reply = { ...MESSAGE, priority: "reply" };
  expect((await post("/organizations/ana/messages", reply)).status).toBe(404);
  await wrote(deployment, "ana", CHAT, NUMBER);
  const told = await post("/organizations/ana/messages", reply);
  expect(told).toMatchObject({ status: 202, body: { outcome: "queued" } });
  const chat = await deployment.chat("ana", CHAT);
  expect(await chat.part()).toMatchObject({ text: MESSAGE.text, id: told.body["messageId"] });
  await deployment.redis.hset(
    `${deployment.keys.prefix}:contact:ana:${CHAT}`,
    "wrote",
    Date.now() - 25 * 3_600_000,
  );
  const late = await post("/organizations/ana/messages", { ...reply, id: "m2" });
  expect(late).toMatchObject({
    status: 409,
    body: { error: expect.stringContaining("send it as automation") },
  });
});

test("Idempotency-Key is the id where the body has none", async () => {
  const { id: _, ...rest } = MESSAGE;
  const headers = { "idempotency-key": "order-77" };
  expect((await post("/organizations/ana/messages", rest, { headers })).body).toEqual({
    id: "order-77",
    outcome: "queued",
  });
  expect((await post("/organizations/ana/messages", rest, { headers })).body["outcome"]).toBe("repeated");
  expect((await post("/organizations/ana/messages", rest)).status).toBe(422);
});

test.each<[what: string, path: string, body: unknown, status: number, error: RegExp]>([
  ["no JSON", "/organizations/ana/messages", "{", 400, /JSON/],
  ["a list", "/organizations/ana/messages", [], 422, /expected an object/],
  ["no text", "/organizations/ana/messages", { ...MESSAGE, text: " " }, 422, /text: expected a text/],
  ["half a character", "/organizations/ana/messages", { ...MESSAGE, text: "\ud800" }, 422, /valid Unicode/],
  ["an unknown field", "/organizations/ana/messages", { ...MESSAGE, txt: "x" }, 422, /txt/],
  ["a number with +", "/organizations/ana/messages", { ...MESSAGE, to: { number: "+55 11" } }, 422, /to/],
  ["a group", "/organizations/ana/messages", { ...MESSAGE, to: { chat: "12-3@g.us" } }, 422, /to/],
  ["a newer version", "/organizations/ana/messages", { ...MESSAGE, v: 2 }, 422, /deploy them first/],
  ["an unknown organization", "/organizations/nobody/messages", MESSAGE, 404, /organization nobody/],
  ["an organization that is no id", "/organizations/a%3Ab/messages", MESSAGE, 422, /organization: expected/],
  ["an unknown campaign", "/organizations/ana/campaigns/none/pause", {}, 404, /campaign none/],
  ["too much", "/organizations/ana/messages", { ...MESSAGE, text: "x".repeat(9_000_000) }, 413, /large/],
  [
    "a template that cannot be meant",
    "/organizations/ana/campaigns",
    { id: "c", name: "C", template: "Oi {{", audience: [{ telefone: NUMBER }] },
    422,
    /campaign.create/,
  ],
  [
    "a window that is over",
    "/organizations/ana/campaigns",
    {
      id: "c",
      name: "C",
      template: "Oi",
      window: { endsAt: "2020-01-01T00:00:00Z" },
      audience: [{ telefone: NUMBER }],
    },
    422,
    /campaign.create: window: expected one that opens/,
  ],
])("a call with %s is refused with a sentence", async (_, path, body, status, error) => {
  const refused = await post(path, body);
  expect(refused.status).toBe(status);
  expect(refused.body["error"]).toMatch(error);
  expect(refused.body["error"]).not.toContain("pedido");
});

test("without a token nothing is told, and a token opens its organization alone", async () => {
  expect(await call("/organizations/ana/campaigns", { token: "" })).toMatchObject({ status: 401 });
  expect(await call("/openapi.json", { token: `${ANA}x` })).toMatchObject({ status: 401 });
  expect((await call("/organizations/ana/campaigns", { token: ANA })).status).toBe(200);
  for (const other of ["ana-b", "an", "ANA", "nobody"]) {
    const refused = await call(`/organizations/${other}/campaigns`, { token: ANA });
    // Also of those that do not exist nothing is told.
    expect(refused).toMatchObject({
      status: 403,
      body: { error: `this token opens nothing of organization ${other}` },
    });
  }
  expect((await post("/organizations/ana-b/messages", MESSAGE, { token: ANA })).status).toBe(403);
  expect(
    (await post("/organizations/ana/messages", { ...MESSAGE, organization: "ana-b" }, { token: ANA })).status,
  ).toBe(422);
});

test("who tries tokens is answered ever less, and who has the right one goes on", async () => {
  const statuses = new Set<number>();
  for (let tries = 0; tries < 40; tries++) statuses.add((await call("/openapi.json", { token: "x" })).status);
  expect(statuses).toEqual(new Set([401, 429]));
  expect((await call("/openapi.json")).status).toBe(200);
  expect(logged.length).toBeLessThan(40);
});

test("a campaign is created once, paused, resumed and cancelled, and its progress is told", async () => {
  const campaign = {
    id: "natal",
    name: "Natal",
    template: "Oi {{nome}}",
    audience: [{ telefone: NUMBER, nome: "Ana" }, { telefone: "1" }],
  };
  expect(await post("/organizations/ana/campaigns", campaign)).toMatchObject({
    status: 201,
    body: {
      campaign: "natal",
      outcome: "created",
      total: 1,
      leftOut: { counts: { "not a phone number": 1 } },
    },
  });
  expect((await post("/organizations/ana/campaigns", campaign)).body["outcome"]).toBe("repeated");
  const control = async (verb: string) => await post(`/organizations/ana/campaigns/natal/${verb}`, {});
  expect((await control("pause")).body).toEqual({ campaign: "natal", state: "paused" });
  expect((await control("resume")).body).toMatchObject({ state: "scheduled" });
  expect((await control("cancel")).body).toMatchObject({ state: "cancelled" });
  expect(await control("resume")).toMatchObject({ status: 409 });
  expect((await call("/organizations/ana/campaigns/natal")).body).toMatchObject({
    state: "cancelled",
    total: 1,
  });
  expect((await call("/organizations/ana-b/campaigns/natal")).status).toBe(404);
});

function upload(definition: object, csv: string | Buffer): FormData {
  const form = new FormData();
  form.append("definition", JSON.stringify(definition));
  form.append("audience", new Blob([typeof csv === "string" ? csv : new Uint8Array(csv)]), "audience.csv");
  return form;
}

test("an audience of any length comes as a file, in whatever encoding", async () => {
  const rows = Array.from({ length: 30_000 }, (_, row) => `(11) 9${8_000_0000 + row};João ${row}`);
  const csv = Buffer.from(["telefone;nome", ...rows].join("\n"), "latin1");
  const body = upload({ id: "grande", name: "Grande", template: "Oi {{nome}}" }, csv);
  expect((await post("/organizations/ana/campaigns", body)).body).toMatchObject({ total: 30_000 });
});

test.each([
  [
    "without a definition",
    (): FormData => {
      const form = new FormData();
      form.append("audience", new Blob(["telefone\n11987654321"]), "a.csv");
      return form;
    },
    /definition/,
  ],
  [
    "without a column of numbers",
    () => upload({ id: "c", name: "C", template: "Oi" }, "nome\nAna\n"),
    /audience/,
  ],
  ["that is empty", () => upload({ id: "c", name: "C", template: "Oi" }, ""), /audience/],
  ["with a definition that is none", () => upload({ id: "c" }, "telefone\n11987654321"), /template/],
])("an upload %s is refused with a sentence", async (_, form, error) => {
  const refused = await post("/organizations/ana/campaigns", form());
  expect(refused.status).toBe(422);
  expect(refused.body["error"]).toMatch(error);
  expect((await call("/organizations/ana/campaigns")).body).toEqual({ campaigns: [] });
});

test("an automation is put, listed without its secret, started once for a cause, and removed", async () => {
  const automation = {
    name: "Follow up",
    trigger: { on: "tag", tag: "vip" },
    steps: [
      { do: "wait", minutes: 5 },
      { do: "webhook", url: "https://example.com/x", secret: "s".repeat(20) },
    ],
  };
  expect((await call("/organizations/ana/automations/f1", { method: "PUT", body: automation })).body).toEqual(
    {
      automation: "f1",
      version: 1,
    },
  );
  const listed = await call("/organizations/ana/automations");
  expect(JSON.stringify(listed.body)).not.toContain("sssss");
  await wrote(deployment, "ana", CHAT, NUMBER);
  const start = { contact: { number: NUMBER }, cause: "order-1" };
  const begun = await post("/organizations/ana/automations/f1/runs", start);
  expect(begun).toMatchObject({ status: 202, body: { outcome: "begun" } });
  expect((await post("/organizations/ana/automations/f1/runs", start)).body).toEqual(begun.body);
  expect((await call("/organizations/ana/runs")).body["runs"]).toMatchObject([
    { automation: "f1", chat: CHAT },
  ]);
  expect((await call("/organizations/ana/automations/f1", { method: "DELETE" })).status).toBe(200);
  expect((await call("/organizations/ana/automations/f1", { method: "DELETE" })).status).toBe(404);
});

test("contacts are tagged, opted out and told of, by number or chat, without texts", async () => {
  expect((await call(`/organizations/ana/contacts/${NUMBER}`)).status).toBe(404);
  await wrote(deployment, "ana", CHAT, NUMBER, "segredo");
  expect((await call(`/organizations/ana/contacts/${NUMBER}/tags/vip`, { method: "PUT" })).body).toEqual({
    outcome: "changed",
  });
  expect((await call(`/organizations/ana/contacts/${CHAT}/opt-out`, { method: "PUT" })).body).toEqual({
    outcome: "changed",
  });
  // Without the ninth digit it is the same person.
  const contact = await call("/organizations/ana/contacts/551187654321");
  expect(contact.body).toMatchObject({ chat: CHAT, number: NUMBER, tags: ["vip"], optedOut: true });
  const conversation = await call(`/organizations/ana/conversations/${CHAT}`);
  expect(conversation.body).toMatchObject({ state: "waiting", inbound: 1 });
  expect(JSON.stringify([contact.body, conversation.body])).not.toContain("segredo");
  await call(`/organizations/ana/contacts/${CHAT}/opt-out`, { method: "DELETE" });
  expect((await call(`/organizations/ana/contacts/${CHAT}`)).body).toMatchObject({ optedOut: false });
});

test("before the store is reached every call says so", async () => {
  await store?.close();
  store = undefined;
  const refused = await call("/organizations/ana/campaigns");
  expect(refused).toMatchObject({ status: 503, body: { error: "the store cannot be reached from here" } });
  expect(refused.headers.get("retry-after")).toBe("5");
});

test("the API describes itself, with every call and the schemas that check it", async () => {
  const { paths } = (await call("/openapi.json")).body as { paths: Record<string, Record<string, any>> };
  const send = paths["/api/v1/organizations/{organization}/messages"]?.["post"];
  const schema = send["requestBody"].content["application/json"].schema;
  expect(schema.required).toEqual(["to", "text"]);
  expect(Object.keys(paths)).toContain("/api/v1/organizations/{organization}/contacts/{contact}/opt-out");
});
