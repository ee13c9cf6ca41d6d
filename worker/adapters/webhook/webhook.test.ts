import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import * as fc from "fast-check";
import { afterEach, expect, test } from "vitest";
import { WebhookFailed } from "../../automations/webhook.ts";
import { httpWebhook, signatureOf } from "./webhook.ts";

const servers: Server[] = [];
const secret = "a secret of 24 characters";
const never = new AbortController().signal;

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  }
});

/** Starts a service; its port. */
async function service(listener: RequestListener): Promise<number> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  servers.push(server);
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  return Buffer.concat(await request.toArray()).toString();
}

async function failure(work: Promise<void>): Promise<WebhookFailed> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof WebhookFailed)) throw new Error("expected a WebhookFailed", { cause: error });
  return error;
}

const webhook = httpWebhook({ timeoutMs: 5_000, allowPrivate: true });
const call = (url: string, body = '{"a":1}') => ({ url, secret, delivery: "run/1", body });

test("a call is signed so that whoever has the secret can tell it from any other", async () => {
  const { promise, resolve } = Promise.withResolvers<IncomingMessage & { body: string }>();
  const port = await service((request, response) => {
    void bodyOf(request).then((body) => resolve(Object.assign(request, { body })));
    response.writeHead(204).end();
  });
  await webhook.call(call(`http://127.0.0.1:${port}/hook?x=1`, '{"nome":"José"}'), never);
  const { method, url, headers, body } = await promise;
  expect([method, url, headers["content-type"], body]).toEqual([
    "POST",
    "/hook?x=1",
    "application/json",
    '{"nome":"José"}',
  ]);
  expect(headers["oxy-delivery"]).toBe("run/1");
  const [, seconds = "", signature] =
    /^t=(\d+),v1=([0-9a-f]{64})$/.exec(headers["oxy-signature"] as string) ?? [];
  expect(Math.abs(Number(seconds) - Date.now() / 1000)).toBeLessThan(60);
  expect(signature).toBe(createHmac("sha256", secret).update(`${seconds}.${body}`).digest("hex"));
});

test("another time, body or secret is another signature", () => {
  const part = fc.record({
    secret: fc.stringMatching(/^[a-z]{16,40}$/),
    seconds: fc.nat(),
    body: fc.string(),
  });
  fc.assert(
    fc.property(part, part, (one, other) => {
      const [a, b] = [one, other].map((each) => signatureOf(each.secret, each.seconds, each.body));
      expect(a === b).toBe(JSON.stringify(one) === JSON.stringify(other));
    }),
  );
});

/** A service that answers with this status. */
async function answering(status: number): Promise<string> {
  const port = await service((_, response) => {
    response.writeHead(status, { location: "/elsewhere" }).end();
  });
  return `http://127.0.0.1:${port}/`;
}

test.each([200, 202, 204, 299])("answer %i is success", async (status) => {
  await expect(webhook.call(call(await answering(status)), never)).resolves.toBeUndefined();
});

test.each([
  [301, true],
  [400, true],
  [401, true],
  [404, true],
  [408, false],
  [410, true],
  [429, false],
  [500, false],
  [503, false],
])("answer %i fails, for good: %s", async (status, permanent) => {
  const failed = await failure(webhook.call(call(await answering(status)), never));
  expect(failed).toMatchObject({ permanent, message: expect.stringContaining(`${status}`) as string });
});

test("redirects are not followed: they could lead anywhere", async () => {
  let calls = 0;
  const port = await service((request, response) => {
    calls++;
    response.writeHead(request.url === "/" ? 307 : 200, { location: "/next" }).end();
  });
  expect(await failure(webhook.call(call(`http://127.0.0.1:${port}/`), never))).toMatchObject({
    message: "the webhook answered 307, and redirects are not followed",
  });
  expect(calls).toBe(1);
});

test("who asks to be called later is", async () => {
  const port = await service((_, response) => {
    response.writeHead(429, { "retry-after": "90" }).end();
  });
  expect(await failure(webhook.call(call(`http://127.0.0.1:${port}/`), never))).toMatchObject({
    retryAfterMs: 90_000,
    permanent: false,
  });
});

test.each<[what: string, listener: RequestListener]>([
  ["never answers", () => {}],
  [
    "never ends its answer",
    (_, response) => {
      response.writeHead(200).write("a");
    },
  ],
])("who %s is given up", async (_what, listener) => {
  const port = await service(listener);
  const impatient = httpWebhook({ timeoutMs: 200, allowPrivate: true });
  expect(await failure(impatient.call(call(`http://127.0.0.1:${port}/`), never))).toMatchObject({
    message: "the webhook did not answer within 200 ms",
    permanent: false,
  });
});

test("a name that never resolves is given up", async () => {
  const impatient = httpWebhook({ timeoutMs: 200, allowPrivate: true, resolve: () => new Promise(() => {}) });
  expect(await failure(impatient.call(call("http://shop.example/"), never))).toMatchObject({
    message: "the webhook did not answer within 200 ms",
  });
});

test("an endless answer is not taken in", async () => {
  let closed: Promise<unknown> | undefined;
  const port = await service((_, response) => {
    response.writeHead(200);
    closed = once(response, "close");
    const more = (): void => {
      while (!response.destroyed && response.write("x".repeat(65_536)));
      response.once("drain", more);
    };
    more();
  });
  await webhook.call(call(`http://127.0.0.1:${port}/`), never);
  await closed;
});

test("who hangs up, or is not there, may be back later", async () => {
  const port = await service((request) => request.socket.destroy());
  expect(await failure(webhook.call(call(`http://127.0.0.1:${port}/`), never))).toMatchObject({
    permanent: false,
  });
  expect(await failure(webhook.call(call("http://127.0.0.1:1/"), never))).toMatchObject({
    message: "the webhook cannot be reached (ECONNREFUSED)",
    permanent: false,
  });
});

test("told to stop it stops, and blames nobody", async () => {
  const stop = new AbortController();
  const port = await service(() => stop.abort());
  const error: unknown = await webhook
    .call(call(`http://127.0.0.1:${port}/`), stop.signal)
    .catch((reason) => reason);
  expect(error).not.toBeInstanceOf(WebhookFailed);
});

const guarded = httpWebhook({ timeoutMs: 5_000, allowPrivate: false });

test.each([
  "http://127.0.0.1/",
  "http://localhost/",
  "http://[::1]/",
  "http://[::ffff:127.0.0.1]/",
  "http://2130706433/",
  "http://0x7f000001/",
  "http://0177.0.0.1/",
  "http://127.1/",
  "http://0/",
  "http://169.254.169.254/latest/meta-data/",
  "http://[fd00:ec2::254]/",
  "http://192.168.0.1/",
  "http://10.0.0.1/",
  "https://172.16.0.1/",
])("%s is refused, and not asked again", async (url) => {
  expect(await failure(guarded.call(call(url), never))).toMatchObject({
    message: "the webhook's address is not on the internet",
    permanent: true,
  });
});

test("a loopback address in any form that URL takes is refused", async () => {
  const form = fc
    .tuple(fc.integer({ min: 0, max: 2 ** 24 - 1 }), fc.constantFrom(10, 16, 8))
    .map(([rest, base]) => {
      const number = 127 * 2 ** 24 + rest;
      const digits = number.toString(base);
      return base === 16 ? `0x${digits}` : base === 8 ? `0${digits}` : digits;
    });
  await fc.assert(
    fc.asyncProperty(form, async (host) => {
      expect(await failure(guarded.call(call(`http://${host}/`), never))).toMatchObject({ permanent: true });
    }),
  );
});

test("a name that has an address which is not on the internet is refused, whatever others it has", async () => {
  for (const addresses of [
    ["10.0.0.1"],
    ["8.8.8.8", "127.0.0.1"],
    ["::ffff:10.0.0.1"],
    ["2606:4700::1", "fe80::1"],
  ]) {
    const resolving = httpWebhook({ timeoutMs: 5_000, allowPrivate: false, resolve: async () => addresses });
    expect(await failure(resolving.call(call("http://shop.example/"), never))).toMatchObject({
      permanent: true,
    });
  }
});

test("the connection is made to the address that was checked: what the name means later does not count", async () => {
  let asked = 0;
  const port = await service((_, response) => {
    response.writeHead(204).end();
  });
  // A name that nobody else could resolve: were it looked up again, this would fail.
  const resolve = async (): Promise<string[]> => (asked++, ["127.0.0.1"]);
  const pinned = httpWebhook({ timeoutMs: 5_000, allowPrivate: true, resolve });
  await pinned.call(call(`http://rebinding.invalid:${port}/`), never);
  expect(asked).toBe(1);
});

test("no connection is kept for the next call, which may have to go to another address", async () => {
  const sockets = new Set<unknown>();
  const port = await service((request, response) => {
    sockets.add(request.socket);
    response.writeHead(204).end();
  });
  for (let each = 0; each < 3; each++) await webhook.call(call(`http://127.0.0.1:${port}/`), never);
  expect(sockets.size).toBe(3);
});

test("a name without an address may get one later", async () => {
  const resolving = httpWebhook({ timeoutMs: 5_000, allowPrivate: false, resolve: async () => [] });
  expect(await failure(resolving.call(call("http://shop.example/"), never))).toMatchObject({
    permanent: false,
  });
});

test.each(["ftp://8.8.8.8/", "file:///etc/passwd"])("%s is no webhook", async (url) => {
  expect(await failure(guarded.call(call(url), never))).toMatchObject({ permanent: true });
});
