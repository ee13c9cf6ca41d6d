import { setTimeout as delay } from "node:timers/promises";
import { Queue as Queue4, Worker as Worker4 } from "bullmq-4";
import { Queue, Worker } from "bullmq-5";
import { describe, expect, onTestFinished, test } from "vitest";
import type { EmulatedRedis } from "../emulators/redis-servers.ts";
import { administrator, auditOf, connectionTo, redisServer } from "./audit-fixture.ts";
import type { Audit } from "./audit.ts";

const LOCK_MS = 200;

function queueOn(server: EmulatedRedis, name: string, prefix?: string): Queue {
  const options = { connection: connectionTo(server), ...(prefix === undefined ? {} : { prefix }) };
  const queue = new Queue(name, options);
  onTestFinished(() => queue.close());
  return queue;
}

/** One that takes jobs only when it is told to, and renews no lock. */
function handWorker(server: EmulatedRedis, name: string): Worker {
  const worker = new Worker(name, null, {
    connection: connectionTo(server),
    lockDuration: LOCK_MS,
    autorun: false,
  });
  onTestFinished(() => worker.close(true));
  return worker;
}

function finding({ findings }: Audit, about: string) {
  return findings.find((each) => each.about === about);
}

describe("the state of queues", () => {
  test("of any prefix, and of BullMQ 4 and 5, is counted", async () => {
    const server = await redisServer();
    const mail = queueOn(server, "mail", "{shop}");
    await mail.addBulk([1, 2, 3].map((id) => ({ name: "a", data: { id } })));
    await mail.add("first", {}, { priority: 2 });
    await mail.add("later", {}, { delay: 600_000 });
    const old = new Queue4("old", { connection: connectionTo(server) });
    onTestFinished(() => old.close());
    await old.add("b", {});
    const { queues } = await auditOf(server.url);
    expect(queues).toMatchObject([
      { prefix: "bull", name: "old", waiting: 1, active: 0, delayed: 0, added: 1, paused: false },
      { prefix: "{shop}", name: "mail", waiting: 4, active: 0, delayed: 1, failed: 0, added: 5, stalled: 0 },
    ]);
    expect(queues[1]?.version).toMatch(/^bullmq:5\./);
  });

  test("a marker of BullMQ 4 for a delayed job is no job that waits", async () => {
    const server = await redisServer();
    const old = new Queue4("old", { connection: connectionTo(server) });
    onTestFinished(() => old.close());
    await old.add("b", {}, { delay: 600_000 });
    expect(await administrator(server).llen("bull:old:wait")).toBe(1);
    const audit = await auditOf(server.url);
    expect(audit.queues).toMatchObject([{ name: "old", waiting: 0, delayed: 1 }]);
    expect(finding(audit, "waiting")).toMatchObject({ verdict: "ok", text: "no job waits" });
  });

  test("a job under way whose worker is gone is stalled, and one whose lock is held is not", async () => {
    const server = await redisServer();
    const queue = queueOn(server, "mail");
    const worker = handWorker(server, "mail");
    await queue.add("a", {});
    await worker.getNextJob("token");
    await delay(LOCK_MS * 2);
    const holding = queueOn(server, "held");
    await holding.add("a", {});
    const holder = new Worker("held", null, { connection: connectionTo(server), autorun: false });
    onTestFinished(() => holder.close(true));
    await holder.getNextJob("token");
    const audit = await auditOf(server.url);
    expect(audit.queues).toMatchObject([
      { name: "held", active: 1, stalled: 0 },
      { name: "mail", active: 1, stalled: 1 },
    ]);
    expect(finding(audit, "stalled jobs")).toMatchObject({
      verdict: "wrong",
      text: "1 in mail: under way, and no worker holds the lock any more",
    });
  });

  test("failed jobs are counted, and workers that are connected", async () => {
    const server = await redisServer();
    const queue = queueOn(server, "mail");
    const old = new Worker4("mail", async () => {}, { connection: connectionTo(server) });
    onTestFinished(() => old.close(true));
    const failing = new Worker("mail", async () => Promise.reject(new Error("no")), {
      connection: connectionTo(server),
      name: "one",
    });
    onTestFinished(() => failing.close(true));
    await Promise.all([failing.waitUntilReady(), old.waitUntilReady()]);
    await old.pause();
    const failed = new Promise((resolve) => failing.once("failed", resolve));
    await queue.add("a", {});
    await failed;
    const audit = await auditOf(server.url);
    expect(audit.queues).toMatchObject([{ failed: 1, workers: 2 }]);
    expect(finding(audit, "failed jobs")).toMatchObject({ verdict: "risk" });
    expect(finding(audit, "workers")).toMatchObject({
      verdict: "ok",
      text: "2 workers connected to 1 queue",
    });
  });

  test("a job that waits longer than the objective, with nobody to take it", async () => {
    const server = await redisServer();
    await queueOn(server, "mail").add("a", {}, { timestamp: Date.now() - 3_600_000 });
    const paused = queueOn(server, "paused");
    await paused.pause();
    await paused.add("a", {}, { timestamp: Date.now() - 7_200_000 });
    const audit = await auditOf(server.url);
    expect(finding(audit, "waiting")).toMatchObject({
      verdict: "wrong",
      text: "2 jobs; in mail the next one has waited 60 min, and the objective is 5 s",
    });
    expect(finding(audit, "workers")).toMatchObject({ verdict: "wrong" });
    expect(finding(audit, "paused")).toMatchObject({
      verdict: "risk",
      text: "paused: no job of it is taken",
    });
  });
});

describe("the Redis itself", () => {
  test("that drops keys when it is full, and keeps nothing on a disk", async () => {
    const server = await redisServer({
      persistence: "none",
      parameters: { "maxmemory-policy": "allkeys-lru" },
    });
    await queueOn(server, "mail").add("a", {});
    const audit = await auditOf(server.url);
    expect(finding(audit, "eviction")).toMatchObject({ verdict: "wrong" });
    expect(finding(audit, "persistence")).toMatchObject({ verdict: "risk" });
    expect(audit.findings[0]?.verdict).toBe("wrong");
  });

  test("that is well is said to be", async () => {
    const server = await redisServer();
    await queueOn(server, "mail").waitUntilReady();
    const audit = await auditOf(server.url);
    for (const about of ["eviction", "persistence", "memory", "connections"])
      expect(finding(audit, about)).toMatchObject({ verdict: "ok" });
    expect(audit.version).toMatch(/^\d+\.\d+/);
    expect(audit.memoryBytes).toBeGreaterThan(0);
  });

  test("is changed in nothing: a user who may only read audits it, and is told what that leaves out", async () => {
    const server = await redisServer();
    const redis = administrator(server);
    await queueOn(server, "mail").add("a", {});
    await redis.acl("SETUSER", "audit", "on", ">secret", "~*", "+@read", "+info");
    await redis.acl("LOG", "RESET");
    const audit = await auditOf(`redis://audit:secret@${server.host}:${server.port}`);
    expect(audit.queues).toMatchObject([{ name: "mail", waiting: 1 }]);
    expect(finding(audit, "workers")).toMatchObject({ verdict: "unknown" });
    const refused = (await redis.acl("LOG")) as unknown[];
    // CLIENT LIST, which it asks for in case that it is permitted.
    expect(refused).toHaveLength(1);
    expect(JSON.stringify(refused)).toContain("client|list");
    expect(Object.keys(audit.ownCommands).toSorted()).toEqual(
      expect.arrayContaining(["get", "hmget", "info", "llen", "scan", "zcard"]),
    );
  });

  test("at which nobody works is said to be at rest: the audit's own commands are not counted", async () => {
    const server = await redisServer();
    await queueOn(server, "mail").waitUntilReady();
    const { rates, ownCommands } = await auditOf(server.url);
    expect(ownCommands["info"]).toBeGreaterThan(4);
    expect(rates.seen.all).toBe(0);
  });

  test("is watched until it is told to stop", async () => {
    const server = await redisServer();
    await queueOn(server, "mail").add("a", {});
    const stop = new AbortController();
    const auditing = auditOf(server.url, { seconds: 600, signal: stop.signal });
    setImmediate(() => stop.abort());
    await expect(auditing).rejects.toThrow(expect.objectContaining({ name: "AbortError" }));
  });
});
