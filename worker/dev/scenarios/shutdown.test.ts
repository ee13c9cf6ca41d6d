import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { Redis } from "ioredis";
import { expect, test } from "vitest";
import { keysOf } from "../../adapters/redis/keys.ts";
import type { Answering } from "../ai.ts";
import { startRedisServer } from "../redis-server.ts";
import { useDeployments } from "./scenario-fixture.ts";

const deploy = useDeployments();

/** A linked organization whose customer has written, and an AI that has just been asked. */
async function asked(thinkMs: number, environment: Readonly<Record<string, string>> = {}) {
  const questions: string[] = [];
  const first = Promise.withResolvers<void>();
  const answering: Answering = async (text) => {
    questions.push(text);
    first.resolve();
    await delay(thinkMs);
    return `re: ${text}`;
  };
  const deployment = await deploy({ answering, environment });
  const worker = deployment.worker();
  await worker.ready();
  await deployment.addOrganization("ana");
  const phone = await deployment.pair("ana");
  const customer = deployment.whatsapp.contact();
  customer.write(phone, "oi");
  await first.promise;
  await phone.waitFor(() => phone.pending === 0);
  return { deployment, worker, phone, customer, questions };
}

test.each(["SIGTERM", "SIGINT"] as const)(
  "%s lets an answer be thought, sent and acked before the process ends",
  async (signal) => {
    const { deployment, worker, phone, customer } = await asked(800);
    expect(customer.wire).toEqual([]);
    worker.signal(signal);
    expect((await worker.exited).code).toBe(0);
    await customer.waitForMessage("re: oi");
    expect(deployment.ai.requests).toBe(1);
    await deployment.whatsapp.waitFor(() => deployment.whatsapp.sockets === 0);
    expect(phone.maxConnections).toBe(1);
    // Nothing is left of it for others to wait for.
    const redis = new Redis(deployment.redisUrl);
    const keys = keysOf(deployment.namespace);
    const owners = Object.values(await redis.hgetall(keys.leases)).map((lease) => lease.split(" ")[0]);
    expect(new Set(owners)).toEqual(new Set(["-"]));
    expect(await redis.hgetall(keys.slots)).toEqual({});
    expect(await redis.keys(keys.process("*"))).toEqual([]);
    expect(await redis.smembers(`${keys.prefix}:due`)).toEqual([]);
    redis.disconnect();
    // The record knows of the ack: a later owner has nothing to send again.
    const next = deployment.worker();
    await next.logs(({ message }) => message === "whatsapp open");
    await next.stop();
    expect(customer.wire).toHaveLength(1);
  },
);

test("an answer that takes longer than the drain is left to the next process, which gives it once", async () => {
  const { deployment, worker, phone, customer, questions } = await asked(2_500, {
    DRAIN_SECONDS: "0.5",
    // On a busy machine the two thoughts take longer than 5 s, and a holding message would be on the wire, too.
    OXY_REPLY_OBJECTIVE_MS: "30000",
  });
  const began = performance.now();
  expect(await worker.stop()).toBe(0);
  expect(performance.now() - began).toBeLessThan(2_000);
  expect(customer.wire).toEqual([]);
  const next = deployment.worker({ DRAIN_SECONDS: "10" });
  await customer.waitForMessage("re: oi");
  expect(questions).toEqual(["oi", "oi"]);
  expect(await next.stop()).toBe(0);
  expect(customer.wire).toHaveLength(1);
  expect(phone.maxConnections).toBe(1);
});

test.each([
  ["SIGTERM", 143],
  ["SIGINT", 130],
] as const)("a second signal, %s, ends the process at once", async (signal, code) => {
  const { worker, deployment } = await asked(5_000);
  worker.signal("SIGTERM");
  await worker.logs(({ message }) => message === "draining");
  const began = performance.now();
  worker.signal(signal);
  expect((await worker.exited).code).toBe(code);
  expect(performance.now() - began).toBeLessThan(1_000);
  await deployment.whatsapp.waitFor(() => deployment.whatsapp.sockets === 0);
});

test("a message that comes while the process drains is kept for the next one", async () => {
  const { deployment, worker, phone, customer } = await asked(1_000, { OXY_REPLY_OBJECTIVE_MS: "30000" });
  worker.signal("SIGTERM");
  await worker.logs(({ message }) => message === "draining");
  const late = deployment.whatsapp.contact();
  late.write(phone, "still there?");
  expect((await worker.exited).code).toBe(0);
  deployment.worker();
  await late.waitForMessage("re: still there?");
  expect(customer.wire).toHaveLength(1);
  // On a busy machine the ack may be late, and the same message go out again: it is seen once.
  expect(late.displayed.map(({ text }) => text)).toEqual(["re: still there?"]);
  expect(new Set(late.wire).size).toBe(1);
});

test("a process that is told to stop while Redis does not answer ends within its time", async () => {
  const server = await startRedisServer();
  try {
    const deployment = await deploy({ redisUrl: server.url, environment: { DRAIN_SECONDS: "1" } });
    const worker = deployment.worker();
    await worker.ready();
    await deployment.addOrganization("ana");
    await deployment.pair("ana");
    process.kill(server.pid, "SIGSTOP");
    const began = performance.now();
    worker.signal("SIGTERM");
    const timer = AbortSignal.timeout(8_000);
    const ended = await Promise.race([worker.exited, once(timer, "abort").then(() => undefined)]);
    expect(ended, worker.output).toBeDefined();
    expect(performance.now() - began).toBeLessThan(4_000);
    expect(ended?.code).toBe(1);
    await deployment.whatsapp.waitFor(() => deployment.whatsapp.sockets === 0);
  } finally {
    process.kill(server.pid, "SIGCONT");
    await server.stop();
  }
});
