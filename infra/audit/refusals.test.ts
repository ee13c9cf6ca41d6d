import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer as createHttpServer } from "node:http";
import { createServer, type AddressInfo, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { Certificate } from "../emulators/aws/certificate.ts";
import { administrator, auditOf, redisServer } from "./audit-fixture.ts";
import { redisAddress } from "./redis-address.ts";
import { AuditRefused } from "./refused.ts";

const SECRET = "hunter2-hunter2";

/** Why that Redis is not audited. */
async function refusalOf(url: string, patienceMs = 2_000): Promise<string> {
  try {
    await auditOf(url, { connection: { patienceMs } });
  } catch (error) {
    if (error instanceof AuditRefused) return error.message;
    throw error;
  }
  throw new Error(`${url} was audited`);
}

async function listening(server: Server | ReturnType<typeof createHttpServer>): Promise<string> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe("what is no address of a Redis", () => {
  const refused: [string, string][] = [
    ["localhost:6379", "expected redis://…, or rediss://… for TLS, got a URL that begins with localhost://"],
    ["no url", "expected redis://…, or rediss://… for TLS, got something that is no URL"],
    [
      `https://:${SECRET}@eu1.upstash.io`,
      "expected redis://…, or rediss://… for TLS, got a URL that begins with https://",
    ],
    ["redis://", "expected redis://…, or rediss://… for TLS, got a URL without a host"],
    ["redis://localhost/queues", 'expected the number of a database after the host, got "queues"'],
  ];
  test.each(refused)("%s", (url, sentence) => {
    expect(() => redisAddress(url)).toThrow(new AuditRefused(sentence));
  });

  test("a password is not shown", () => {
    expect(redisAddress(`redis://audit:${SECRET}@localhost:6379/1`).shown).toBe("redis://localhost:6379/1");
  });
});

describe("a Redis that cannot be audited is refused in a sentence", () => {
  test("no queue of BullMQ in it, though a hash is named like one's", async () => {
    const server = await redisServer();
    await administrator(server).hset("site:pages:meta", { title: "x" });
    expect(await refusalOf(server.url)).toBe(
      "expected a Redis with queues of BullMQ, got one without: no hash <prefix>:<queue>:meta is in it; is it the right database (redis://host/1)?",
    );
  });

  test("a wrong password, which is not repeated", async () => {
    const { host, port } = await redisServer();
    expect(await refusalOf(`redis://:${SECRET}@${host}:${port}`)).toBe(
      `redis://${host}:${port}: expected the user and password of this Redis in the URL, got ones that it refuses`,
    );
  });

  test("no password", async () => {
    const { host, port } = await redisServer();
    expect(await refusalOf(`redis://${host}:${port}`)).toBe(
      `redis://${host}:${port}: expected a password in the URL (redis://:password@host), got none, which this Redis asks for`,
    );
  });

  test("a user who may not run INFO", async () => {
    const server = await redisServer();
    await administrator(server).acl("SETUSER", "audit", "on", `>${SECRET}`, "~*", "+@read");
    const { host, port } = server;
    expect(await refusalOf(`redis://audit:${SECRET}@${host}:${port}`)).toBe(
      `redis://${host}:${port}: expected a user who may run INFO, got one who may not: what it costs is counted from INFO; let it be a user with +@read +info`,
    );
  });

  test("a user who may not look for queues", async () => {
    const server = await redisServer();
    await administrator(server).acl("SETUSER", "audit", "on", `>${SECRET}`, "~*", "+info");
    const { host, port } = server;
    expect(await refusalOf(`redis://audit:${SECRET}@${host}:${port}`)).toContain(
      "expected a user who may run SCAN",
    );
  });

  test("a web server", async () => {
    const place = await listening(createHttpServer((_request, response) => void response.end("hello")));
    expect(await refusalOf(`redis://:${SECRET}@${place}`)).toBe(
      `redis://${place}: expected a Redis, got a server that speaks something else`,
    );
  });

  test("a server that says nothing", async () => {
    const place = await listening(createServer(() => {}));
    expect(await refusalOf(`redis://${place}`, 300)).toBe(
      `redis://${place}: expected an answer within 0.3 s, got none: is it a Redis, and reachable from here?`,
    );
  });

  test("nobody who listens, and a host that does not exist", async () => {
    const gone = createServer();
    const place = await listening(gone);
    gone.close();
    await once(gone, "close");
    expect(await refusalOf(`redis://${place}`)).toBe(
      `redis://${place}: nobody listens there that could be reached from here (ECONNREFUSED)`,
    );
    expect(await refusalOf("redis://no-such-host.invalid:6379")).toContain(
      "redis://no-such-host.invalid:6379: ",
    );
  });
});

describe("TLS", () => {
  async function withTls() {
    const folder = await mkdtemp(join(tmpdir(), "certificate-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const tls = await (await Certificate.create(folder, undefined)).for("127.0.0.1");
    return { server: await redisServer({ tls }), authority: tls.authority };
  }

  test("is spoken where the URL says rediss://, and the certificate is checked", async () => {
    const { server, authority } = await withTls();
    const refusal = auditOf(server.url, { connection: { authority } });
    // It was connected: the only thing amiss is that no queue is in it.
    await expect(refusal).rejects.toThrow("expected a Redis with queues of BullMQ");
    expect(await refusalOf(server.url)).toContain(
      `rediss://${server.host}:${server.port}: expected a certificate that leads to an authority known here, got another one`,
    );
  });

  test("that is not spoken by the other side is said, either way round", async () => {
    const { server } = await withTls();
    const plain = await redisServer();
    expect(await refusalOf(server.url.replace("rediss:", "redis:"))).toBe(
      `redis://${server.host}:${server.port}: expected a Redis, got a server that ends the connection: one that speaks TLS does, try rediss://`,
    );
    expect(await refusalOf(plain.url.replace("redis:", "rediss:"))).toBe(
      `rediss://${plain.host}:${plain.port}: expected an answer within 2 s, got none: is it a Redis that speaks TLS (else say redis://), and reachable from here?`,
    );
  });
});
