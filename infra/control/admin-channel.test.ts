import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { afterEach, beforeEach, expect, test } from "vitest";
import { freePort } from "../supervisor/free-port.ts";
import { AdminChannel } from "./admin-channel.ts";
import { type Answer, RequestFailed } from "./channel.ts";

const TOKEN = "token-of-the-admin-api-in-this-test";
const PATIENCE = { noticeSeconds: 5, answerSeconds: 9 };

/** A server that answers as it is told; the scenarios ask the real one. */
let app: FastifyInstance;
let url: string;
let answering: (request: FastifyRequest, reply: FastifyReply) => unknown;

beforeEach(async () => {
  app = Fastify({ forceCloseConnections: true });
  app.all("/*", (request, reply) => answering(request, reply));
  url = await app.listen({ host: "127.0.0.1", port: 0 });
});
afterEach(() => app.close());

const asking = (channel: AdminChannel, attachment?: readonly string[]) =>
  heard(channel.ask({ verb: "pair", organization: "loja" }, PATIENCE, attachment));

async function heard(answers: AsyncIterable<Answer>): Promise<Answer[]> {
  const all: Answer[] = [];
  for await (const one of answers) all.push(one);
  return all;
}

test("a request goes with the token, the patience and what comes with it; signs of life are no answers", async () => {
  let seen: Partial<FastifyRequest> = {};
  answering = (request) => {
    const { method, body, query, headers } = request;
    seen = { method, body, query, url: request.url, headers };
    return '\n{"kind":"qr","qr":"one"}\n\n\n{"kind":"done","account":"5511"}\n{"kind":"qr","qr":"never"}\n';
  };
  // With a slash at the end, as hosts give addresses.
  expect(await asking(new AdminChannel(`${url}/`, TOKEN), ["k.a"])).toEqual([
    { kind: "qr", qr: "one" },
    { kind: "done", account: "5511" },
  ]);
  expect(seen).toMatchObject({
    method: "POST",
    url: "/admin/requests?notice=5&patience=9",
    body: { verb: "pair", organization: "loja", attachment: ["k.a"] },
  });
  expect(seen.headers?.authorization).toBe(`Bearer ${TOKEN}`);
});

test("alerts are asked for, and a silence is sent as it is meant", async () => {
  const said = { at: 1, rules: ["depth"], firing: [], silences: [] };
  const seen: unknown[] = [];
  answering = ({ method, url: path, body }) => {
    seen.push([method, path, body ?? undefined]);
    return said;
  };
  const channel = new AdminChannel(url, TOKEN);
  expect(await channel.alerts()).toEqual(said);
  await channel.silence({ rule: "depth", organization: "loja", minutes: 5 });
  expect(seen).toEqual([
    ["GET", "/admin/alerts", undefined],
    ["POST", "/admin/alerts/silences", { rule: "depth", organization: "loja", minutes: 5 }],
  ]);
});

test("answers are heard as they are given, though a line comes in pieces", async () => {
  const { promise: heardFirst, resolve: hears } = Promise.withResolvers<void>();
  answering = (_request, reply) => {
    reply.hijack();
    reply.raw.write('{"kind":"qr",');
    reply.raw.write('"qr":"ção"}\n');
    void heardFirst.then(() => reply.raw.end('{"kind":"done"}'));
  };
  const answers = new AdminChannel(url, TOKEN).ask({ verb: "pair", organization: "loja" }, PATIENCE);
  expect(await answers.next()).toEqual({ done: false, value: { kind: "qr", qr: "ção" } });
  hears();
  expect(await answers.next()).toEqual({ done: false, value: { kind: "done" } });
});

test.each([
  ["a refusal", '{"kind":"failed","reason":"loja is linked already"}', "loja is linked already"],
  [
    "nobody's notice",
    '{"kind":"silent","after":"nothing"}',
    "no worker took the request within 5 s: is one running on this store and namespace?",
  ],
  ["an end without an answer", "\n", /^the admin API at \S+ cannot be reached: it ended without an answer$/],
  ["words of somebody else", "<html>", /^the admin API at \S+ cannot be reached: .*JSON/],
])("%s is said", async (_, body, sentence) => {
  answering = () => body;
  const asked = asking(new AdminChannel(url, TOKEN));
  await expect(asked).rejects.toBeInstanceOf(RequestFailed);
  await expect(asked).rejects.toThrow(sentence);
});

test.each([
  [401, "", /^OXY_ADMIN_TOKEN: the admin API at \S+ does not accept it/],
  [404, "", /^there is no admin API at \S+: is OXY_ADMIN_TOKEN set/],
  [
    503,
    '{"error":"the store cannot be reached from here"}',
    /answered 503: the store cannot be reached from/,
  ],
  [502, "<h1>Bad Gateway</h1>", /answered 502: <h1>Bad Gateway<\/h1>$/],
  [500, "", /answered 500$/],
])("status %i is a sentence without the token", async (status, body, sentence) => {
  answering = (_request, reply) => reply.code(status).type("text/plain").send(body);
  const channel = new AdminChannel(url, TOKEN);
  for (const ask of [() => asking(channel), () => channel.state()]) {
    const error = (await ask().catch((reason: unknown) => reason)) as Error;
    expect(error).toBeInstanceOf(RequestFailed);
    expect(error.message).toMatch(sentence);
    expect(error.message).not.toContain(TOKEN);
  }
});

test("nobody at that address is said with the system's word", async () => {
  const nowhere = new AdminChannel(`http://127.0.0.1:${await freePort()}`, TOKEN);
  await expect(nowhere.state()).rejects.toThrow(/cannot be reached: connect ECONNREFUSED/);
});

test("who closes the channel waits no longer", async () => {
  const { promise: asked, resolve: arrived } = Promise.withResolvers<void>();
  answering = () => {
    arrived();
    return new Promise(() => {});
  };
  const channel = new AdminChannel(url, TOKEN);
  const state = expect(channel.state()).rejects.toBeInstanceOf(RequestFailed);
  await asked;
  channel.close();
  await state;
});
