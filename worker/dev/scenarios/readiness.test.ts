import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { startRedisServer } from "../redis-server.ts";
import type { WorkerProcess } from "../worker-process.ts";
import { useDeployments } from "./scenario-fixture.ts";

const deploy = useDeployments();

async function readinessOf(worker: WorkerProcess): Promise<readonly [number, Record<string, unknown>]> {
  const listening = await worker.logs(({ message }) => message === "listening");
  const response = await fetch(`${String(listening["health"])}/ready`);
  return [response.status, (await response.json()) as Record<string, unknown>];
}

test("a process is ready when it has joined, with shards or without, and no more once it is told to stop", async () => {
  const asked = Promise.withResolvers<void>();
  const deployment = await deploy({
    answering: async () => {
      asked.resolve();
      await delay(1_000);
      return "late";
    },
  });
  const first = deployment.worker({ OXY_FLEET: "blue" });
  await first.ready();
  const [status, report] = await readinessOf(first);
  expect([status, report]).toEqual([
    200,
    {
      status: "ready",
      role: "all",
      fleet: "blue",
      slot: 0,
      process: expect.any(String),
      shards: 256,
      waiting: false,
      version: expect.any(String),
    },
  ]);

  const second = deployment.worker();
  await second.ready();
  expect(await readinessOf(second)).toEqual([
    200,
    expect.objectContaining({ status: "ready", slot: 1, shards: 0, waiting: true }),
  ]);

  await deployment.addOrganization("ana");
  const phone = await deployment.pair("ana");
  const customer = deployment.whatsapp.contact();
  customer.write(phone, "oi");
  await asked.promise;
  first.signal("SIGTERM");
  await first.logs(({ message }) => message === "draining");
  expect(await readinessOf(first)).toEqual([503, expect.objectContaining({ status: "draining" })]);
  await customer.waitForMessage("late");
});

test.each(["all", "web"])("before Redis has answered, role %s is starting", async (role) => {
  const server = await startRedisServer();
  try {
    process.kill(server.pid, "SIGSTOP");
    const deployment = await deploy({ redisUrl: server.url, environment: { OXY_ROLE: role } });
    const worker = deployment.worker();
    expect(await readinessOf(worker)).toEqual([503, expect.objectContaining({ status: "starting" })]);
    process.kill(server.pid, "SIGCONT");
    await worker.ready();
    const [status, report] = await readinessOf(worker);
    expect([status, report["status"], report["role"]]).toEqual([200, "ready", role]);
    expect(report["shards"]).toBe(role === "web" ? undefined : 256);
    expect(await worker.stop()).toBe(0);
  } finally {
    process.kill(server.pid, "SIGCONT");
    await server.stop();
  }
});
