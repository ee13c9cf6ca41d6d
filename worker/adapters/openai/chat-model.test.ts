import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, test, vi } from "vitest";
import {
  AiMisconfigured,
  AiUnavailable,
  AttemptFailed,
  type AiCall,
  type AiObserver,
} from "../../conversation/completions.ts";
import { api, modelAt, never, quiet, says, useApis, type Api, type Handling } from "./api-fixture.ts";
import type { ChatModel, ChatModelOptions } from "./chat-model.ts";
import { CallFailed } from "./failures.ts";

useApis();

const request = { messages: [{ role: "user" as const, content: "oi" }], maxTokens: 100 };

function ask(chat: ChatModel, signal = never) {
  return chat.complete(request, { purpose: "customer", meter: chat.meter(), signal });
}

const status =
  (code: number, headers: Record<string, string> = {}, error: object = {}): Handling =>
  (_request, response) => {
    response.writeHead(code, { "content-type": "application/json", ...headers });
    response.end(JSON.stringify({ error: { message: "no, dear sk-key", ...error } }));
  };

/** A model, and what those who watch it are told. */
function watched(server: Pick<Api, "url">, options: Partial<ChatModelOptions> = {}) {
  const calls: AiCall[] = [];
  const states: string[] = [];
  const observer: AiObserver = {
    called: (call) => calls.push(call),
    breaker: (_model, state) => states.push(state),
  };
  return { chat: modelAt(server, { observer, ...options }), calls, states };
}

describe("one call is one request", () => {
  test.each([
    [500, CallFailed],
    [503, CallFailed],
    [418, AttemptFailed],
    [401, AiMisconfigured],
    [402, AiMisconfigured],
    [403, AiMisconfigured],
    [404, AiMisconfigured],
    [429, AiUnavailable],
  ])("after status %d, which is no attempt like any other", async (code, failure) => {
    const server = await api(status(code));
    const asked = ask(modelAt(server));
    await expect(asked).rejects.toThrow(failure);
    await expect(asked).rejects.toThrow(`the AI answered ${code}`);
    expect(server.bodies).toHaveLength(1);
  });

  test.each([
    ["in seconds", { "retry-after": "20" }, 20_000],
    ["not at all", {}, undefined],
  ])("after 429, which says %s when to come again", async (_how, headers, retryAfterMs) => {
    const server = await api(status(429, headers));
    await expect(ask(modelAt(server))).rejects.toMatchObject({ name: "AiUnavailable", retryAfterMs });
  });

  test("after 429 with a date", async () => {
    const server = await api(status(429, { "retry-after": new Date(Date.now() + 60_000).toUTCString() }));
    const failure: unknown = await ask(modelAt(server)).catch((error: unknown) => error);
    if (!(failure instanceof AiUnavailable))
      throw new Error(`expected AiUnavailable, got ${String(failure)}`);
    expect(failure.retryAfterMs).toBeGreaterThan(50_000);
    expect(failure.retryAfterMs).toBeLessThanOrEqual(60_000);
  });

  test("after 503, which says when to come again", async () => {
    const server = await api(status(503, { "retry-after": "3" }));
    await expect(ask(modelAt(server))).rejects.toMatchObject({ retryAfterMs: 3_000 });
  });

  test("after 429 for want of money, which no waiting mends", async () => {
    const server = await api(status(429, {}, { code: "insufficient_quota" }));
    await expect(ask(modelAt(server))).rejects.toThrow(AiMisconfigured);
  });

  test("after a connection that broke", async () => {
    const server = await api((incoming) => incoming.socket.destroy());
    await expect(ask(modelAt(server))).rejects.toThrow(/no connection to the AI/);
    expect(server.bodies).toHaveLength(1);
  });

  test("where nobody listens, which costs nothing", async () => {
    const closed = createServer().listen(0, "127.0.0.1");
    await once(closed, "listening");
    const { port } = closed.address() as AddressInfo;
    closed.close();
    const { chat, calls } = watched({ url: `http://127.0.0.1:${port}/v1` });
    await expect(ask(chat)).rejects.toThrow("no connection to the AI (ECONNREFUSED)");
    expect(calls).toMatchObject([{ outcome: "failed", usage: { calls: 1, unpriced: 0 } }]);
  });

  test("that was turned away costs nothing", async () => {
    const server = await api(status(500), status(429), status(401));
    const { chat, calls } = watched(server);
    for (let call = 0; call < 3; call++) await ask(chat).catch(() => {});
    expect(calls.map(({ outcome, usage }) => [outcome, usage?.unpriced])).toEqual([
      ["failed", 0],
      ["limited", 0],
      ["misconfigured", 0],
    ]);
  });

  test.each<[string, Handling]>([
    [
      "is no JSON",
      (_request, response) => {
        response.setHeader("content-type", "application/json");
        response.end('{"choices": [{"message": {"content": "segredo');
      },
    ],
    [
      "is a page of something in between",
      (_request, response) => {
        response.setHeader("content-type", "text/html");
        response.end("<html>segredo</html>");
      },
    ],
    [
      "is nothing",
      (_request, response) => {
        response.setHeader("content-type", "application/json");
        response.end("null");
      },
    ],
    [
      "breaks off",
      (_request, response) => {
        response.writeHead(200, { "content-type": "application/json", "content-length": "500" });
        response.write('{"choices": [{"message": {"content": "segredo');
        setTimeout(() => response.destroy(), 20);
      },
    ],
  ])("after a reply that %s, of which nothing is repeated", async (_how, handle) => {
    const server = await api(handle);
    const failure = await ask(modelAt(server)).catch((error: unknown) => error as Error);
    expect(failure).toBeInstanceOf(CallFailed);
    expect(String((failure as Error).stack)).not.toContain("segredo");
    expect(server.bodies).toHaveLength(1);
  });

  test("after its hard timeout, and the connection is closed", async () => {
    const server = await api(() => {});
    await expect(ask(modelAt(server, { timeoutMs: 150 }))).rejects.toMatchObject({ outcome: "timeout" });
    await server.abandoned;
    expect(server.bodies).toHaveLength(1);
  });

  test("after the caller's deadline, which counts as its timeout", async () => {
    const server = await api(() => {});
    const asked = ask(modelAt(server), AbortSignal.timeout(100));
    await expect(asked).rejects.toMatchObject({ outcome: "timeout" });
    await server.abandoned;
  });
});

test("nothing that an API says in its own words is repeated: it may quote the key", async () => {
  const server = await api(status(401, {}, { code: "invalid_api_key" }));
  await expect(ask(modelAt(server))).rejects.toThrow(/^the AI answered 401 \(invalid_api_key\)$/);
});

test("a key that is not accepted is said once, until one is again", async () => {
  const error = vi.fn<(event: string) => void>();
  const server = await api(status(401), status(401), says("ok"), status(401));
  const chat = modelAt(server, { log: { ...quiet, error } });
  for (const said of [1, 1, 1, 2]) {
    await ask(chat).catch(() => {});
    expect(error).toHaveBeenCalledTimes(said);
  }
});

test("an aborted call ends at once, closes its connection, and is nobody's failure", async () => {
  const stop = new AbortController();
  const server = await api(() => stop.abort());
  const { chat, calls, states } = watched(server);
  await expect(ask(chat, stop.signal)).rejects.toThrow(/abort/i);
  await server.abandoned;
  expect(calls).toMatchObject([{ outcome: "aborted" }]);
  expect(states).toEqual([]);
});

describe("the breaker", () => {
  const FAST = { breaker: { openMs: 60 } };

  test("opens when most calls fail: no call is made, and the attempt fails at once", async () => {
    const server = await api(status(500));
    const { chat, calls, states } = watched(server);
    for (let call = 0; call < 4; call++) await expect(ask(chat)).rejects.toThrow(CallFailed);
    // Whose call opens it is not to blame either.
    await expect(ask(chat)).rejects.toThrow(AiUnavailable);
    expect(states).toEqual(["open"]);
    const failure: unknown = await ask(chat).catch((error: unknown) => error);
    if (!(failure instanceof AiUnavailable))
      throw new Error(`expected AiUnavailable, got ${String(failure)}`);
    expect(failure.retryAfterMs).toBeGreaterThan(0);
    expect(failure.retryAfterMs).toBeLessThanOrEqual(2_000);
    expect(server.bodies).toHaveLength(5);
    expect(calls.map(({ outcome }) => outcome)).toEqual([...Array(5).fill("failed"), "unavailable"]);
  });

  test("lets one call through after a while, keeps the others out meanwhile, and closes when it succeeds", async () => {
    const asked = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<void>();
    const fails = Array<Handling>(5).fill(status(500));
    const server = await api(...fails, (incoming, response) => {
      asked.resolve();
      void answer.promise.then(() => says("ok")(incoming, response));
    });
    const { chat, states } = watched(server, FAST);
    for (let call = 0; call < 5; call++) await ask(chat).catch(() => {});
    await delay(80);
    const probe = ask(chat);
    await asked.promise;
    await expect(ask(chat)).rejects.toThrow(AiUnavailable);
    expect(server.bodies).toHaveLength(6);
    answer.resolve();
    expect(await probe).toMatchObject({ text: "ok" });
    expect(states).toEqual(["open", "half-open", "closed"]);
    expect(await ask(chat)).toMatchObject({ text: "ok" });
  });

  test("stays open for longer when that call fails", async () => {
    const server = await api(status(500));
    const { chat, states } = watched(server, FAST);
    for (let call = 0; call < 5; call++) await ask(chat).catch(() => {});
    await delay(80);
    await expect(ask(chat)).rejects.toThrow(AiUnavailable);
    expect(server.bodies).toHaveLength(6);
    const failure: unknown = await ask(chat).catch((error: unknown) => error);
    if (!(failure instanceof AiUnavailable))
      throw new Error(`expected AiUnavailable, got ${String(failure)}`);
    expect(failure.retryAfterMs).toBeGreaterThan(60);
    expect(states).toEqual(["open", "half-open", "open"]);
  });

  test("stays open for as long as the API asks to be left alone", async () => {
    const server = await api(status(429, { "retry-after": "20" }));
    const { chat } = watched(server, FAST);
    for (let call = 0; call < 5; call++) await ask(chat).catch(() => {});
    const failure: unknown = await ask(chat).catch((error: unknown) => error);
    if (!(failure instanceof AiUnavailable))
      throw new Error(`expected AiUnavailable, got ${String(failure)}`);
    expect(failure.retryAfterMs).toBeGreaterThan(15_000);
    expect(server.bodies).toHaveLength(5);
  });

  test("does not mind questions that are refused, or answers that are empty", async () => {
    const server = await api(status(400), says(""), says("x", "content_filter"));
    const { chat, states } = watched(server);
    for (let call = 0; call < 12; call++) await ask(chat).catch(() => {});
    expect(states).toEqual([]);
    expect(server.bodies).toHaveLength(12);
  });

  test("stays closed while only few calls fail", async () => {
    const server = await api(
      ...Array.from({ length: 30 }, (_, call) => (call % 3 === 0 ? status(500) : says("ok"))),
    );
    const { chat, states } = watched(server);
    for (let call = 0; call < 30; call++) await ask(chat).catch(() => {});
    expect(states).toEqual([]);
  });
});
