import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { NoAnswer, type Question } from "../../conversation/completions.ts";
import type { Logger } from "../../runtime/logging.ts";
import { organizationSettings } from "../../sessions/organization.ts";
import { ChatModel } from "./chat-model.ts";
import { clienteAi } from "./cliente-ai.ts";

type Handling = (request: IncomingMessage, response: ServerResponse) => void;

interface Api {
  readonly url: string;
  /** What was asked, parsed. */
  readonly bodies: { model: string; messages: { role: string; content: string }[] }[];
  readonly authorizations: (string | undefined)[];
  /** Connections that the client gave up before an answer was written. */
  readonly abandoned: Promise<void>;
}

const ended: (() => void)[] = [];
afterEach(() => {
  for (const end of ended.splice(0)) end();
});

const quiet: Logger = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {} };
const never = new AbortController().signal;
const settings = organizationSettings.parse({ name: "Loja da Ana", instructions: "Seja breve." });
const question: Question = {
  conversation: { organization: "ana", chat: "1@lid" },
  spentMicroUsd: 0,
  settings,
  history: [
    { role: "customer", at: 1, text: "oi" },
    { role: "assistant", at: 2, text: "olá!" },
    { role: "owner", at: 3, text: "já te ligo" },
    { role: "campaign", at: 4, text: "promoção" },
    { role: "automation", at: 5, text: "seu pedido saiu" },
  ],
  messages: [
    { sender: "1@lid", id: "A", at: 6, received: 6, text: "quanto custa?" },
    { sender: "1@lid", id: "B", at: 7, received: 7, text: "e o frete?" },
  ],
};

async function api(handle: Handling): Promise<Api> {
  const abandoned = Promise.withResolvers<void>();
  const bodies: Api["bodies"] = [];
  const authorizations: Api["authorizations"] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (text: string) => (body += text));
    request.on("end", () => {
      bodies.push(JSON.parse(body) as Api["bodies"][number]);
      authorizations.push(request.headers.authorization);
      handle(request, response);
    });
    response.on("close", () => {
      if (!response.writableEnded) abandoned.resolve();
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  ended.push(() => {
    server.close();
    server.closeAllConnections();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  return { url, bodies, authorizations, abandoned: abandoned.promise };
}

const says =
  (content: string | null, finishReason = "stop"): Handling =>
  (_request, response) => {
    response.setHeader("content-type", "application/json");
    response.end(
      JSON.stringify({ choices: [{ message: { role: "assistant", content }, finish_reason: finishReason }] }),
    );
  };

const client = ({ url }: Api, timeoutMs = 5_000) =>
  clienteAi(
    new ChatModel({
      apiKey: "key",
      baseUrl: url,
      model: "a-model",
      timeoutMs,
      prices: new Map(),
      log: quiet,
    }),
    1_000,
  );

describe("what is asked", () => {
  test("who answers, what was said before, and every message that is not answered, in order", async () => {
    const server = await api(says("custa 10, frete grátis"));
    expect(await client(server).answer(question, never)).toMatchObject({ texts: ["custa 10, frete grátis"] });
    expect(server.authorizations).toEqual(["Bearer key"]);
    const [body] = server.bodies;
    expect(body?.model).toBe("a-model");
    const [system, ...talk] = body?.messages ?? [];
    expect(system?.role).toBe("system");
    expect(system?.content).toContain("Loja da Ana");
    expect(system?.content).toContain("Seja breve.");
    expect(talk).toEqual([
      { role: "user", content: "oi" },
      { role: "assistant", content: "olá!" },
      // Whatever was sent in the organization's name is its own side of the talk.
      { role: "assistant", content: "já te ligo" },
      { role: "assistant", content: "promoção" },
      { role: "assistant", content: "seu pedido saiu" },
      { role: "user", content: "quanto custa?" },
      { role: "user", content: "e o frete?" },
    ]);
  });
});

describe("one attempt is one request", () => {
  test.each([429, 500, 503])("after status %d", async (status) => {
    const server = await api((_request, response) => void response.writeHead(status).end("{}"));
    await expect(client(server).answer(question, never)).rejects.toThrow(String(status));
    expect(server.bodies).toHaveLength(1);
  });

  test("after a connection that broke", async () => {
    const server = await api((request) => request.socket.destroy());
    await expect(client(server).answer(question, never)).rejects.toThrow(/connection/i);
    expect(server.bodies).toHaveLength(1);
  });

  test("after its hard timeout, and the connection is closed", async () => {
    const server = await api(() => {});
    const began = performance.now();
    await expect(client(server, 150).answer(question, never)).rejects.toThrow(/timed out/i);
    expect(performance.now() - began).toBeLessThan(2_000);
    await server.abandoned;
    expect(server.bodies).toHaveLength(1);
  });
});

test("an aborted attempt ends at once and closes its connection", async () => {
  const stop = new AbortController();
  const server = await api(() => stop.abort());
  await expect(client(server).answer(question, stop.signal)).rejects.toThrow(/abort/i);
  await server.abandoned;
});

test.each([
  ["nothing", null],
  ["an empty text", ""],
  ["blanks", " \n "],
])("%s is no answer", async (_what, content) => {
  const server = await api(says(content, "length"));
  await expect(client(server).answer(question, never)).rejects.toMatchObject({
    name: "NoAnswer",
    message: "the AI gave no text (finish_reason length)",
    usage: { calls: 1 },
  });
});

test("a reply without any choice is no answer", async () => {
  const server = await api((_request, response) => {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ choices: [] }));
  });
  await expect(client(server).answer(question, never)).rejects.toThrow(NoAnswer);
});
