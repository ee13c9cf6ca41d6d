import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { awsEnvironment, hasMoto, Moto, NEEDS_MOTO } from "../moto-fixture.ts";
import type { WorkerProcess } from "../worker-process.ts";
import { echo, useDeployments } from "./scenario-fixture.ts";

const EVERY_MS = 1_000;
const FLEET = "main";
const WAIT = { timeout: 20_000, interval: 100 };

const deploy = useDeployments();

/** What a worker is told on AWS, but that it publishes each second. */
function publishing(endpoint: string, namespace: string): Record<string, string> {
  return {
    OXY_METRICS: "cloudwatch",
    OXY_METRICS_NAMESPACE: namespace,
    OXY_METRICS_SECONDS: `${EVERY_MS / 1000}`,
    OXY_FLEET: FLEET,
    ...awsEnvironment(endpoint),
  };
}

const complaints = (worker: WorkerProcess) =>
  worker.logged.filter(({ message }) => message.startsWith("metrics not published"));

describe.skipIf(!hasMoto)(`real workers and CloudWatch as moto has it (${NEEDS_MOTO})`, () => {
  let moto: Moto;

  beforeAll(async () => {
    moto = await Moto.start();
  });

  afterAll(() => moto?.stop());

  test("a conversation that waits for the AI is seen to wait longer and longer, and not any more once it is answered", async () => {
    const namespace = "Oxy/waits";
    const answer = Promise.withResolvers<void>();
    const deployment = await deploy({
      answering: async (text) => {
        await answer.promise;
        return `re: ${text}`;
      },
      environment: publishing(moto.url, namespace),
    });
    const worker = deployment.worker();
    await worker.ready();
    const published = (metric: string) => moto.statistics(namespace, metric, FLEET);
    // A fleet without work says so: silence would mean that nobody works.
    await vi.waitUntil(async () => (await published("Waiting")).length > 0, WAIT);
    expect((await published("Waiting"))[0]).toMatchObject({ Maximum: 0, Unit: "Count" });

    await deployment.addOrganization("ana");
    const phone = await deployment.pair("ana");
    const customers = [1, 2].map(() => deployment.whatsapp.contact());
    for (const customer of customers) customer.write(phone, "oi");
    const wroteAt = Date.now();
    const ages = async (): Promise<number[]> =>
      (await published("OldestWaitingSeconds")).map(({ Maximum }) => Maximum ?? NaN).filter((age) => age > 0);
    await vi.waitUntil(async () => (await ages()).length >= 4, WAIT);
    const growing = await ages();
    expect(growing).toEqual([...growing].toSorted((a, b) => a - b));
    expect(growing.at(-1)).toBeLessThan((Date.now() - wroteAt) / 1000);
    // Each second it is a second older.
    expect(growing.at(-1)! - growing[0]!).toBeGreaterThan(2.5);
    expect((await published("Waiting")).at(-1)).toMatchObject({ Maximum: 2 });

    answer.resolve();
    for (const customer of customers) await customer.waitForMessage("re: oi");
    await vi.waitUntil(async () => (await published("Waiting")).at(-1)?.Maximum === 0, WAIT);
    expect((await published("OldestWaitingSeconds")).at(-1)).toMatchObject({ Maximum: 0 });
    expect(complaints(worker)).toEqual([]);
    console.info(`seconds of the oldest message while the AI was blocked: ${growing.join(", ")}, then 0`);
  });

  test("of two processes one publishes at a time, and when one is killed the other goes on at once", async () => {
    const namespace = "Oxy/two";
    const deployment = await deploy({
      answering: echo,
      environment: { ...publishing(moto.url, namespace), OXY_LEASE_SECONDS: "15" },
    });
    const workers = [deployment.worker(), deployment.worker()];
    for (const worker of workers) await worker.ready();
    const samples = async () => {
      const datapoints = await moto.statistics(namespace, "Waiting", FLEET);
      return datapoints.flatMap(({ Timestamp, SampleCount = 0 }) =>
        Array.from({ length: SampleCount }, () => Math.floor(Number(Timestamp) / EVERY_MS)),
      );
    };
    await vi.waitUntil(async () => (await samples()).length >= 6, WAIT);
    await workers[0]?.kill();
    const before = await samples();
    await vi.waitUntil(async () => (await samples()).length >= before.length + 4, WAIT);
    const seconds = await samples();
    // One in each second of the store. Moto's periods begin with the first figure, anywhere in a second: two of them may
    // fall into one, and the last one may be a second later than its period. Two that publish would make twice as many.
    expect(seconds.length).toBeLessThanOrEqual(seconds.at(-1)! - seconds[0]! + 2);
    // The one that was killed may have measured and not yet said so, and on a busy machine the other comes late; without
    // it there would be silence.
    const gaps = seconds.slice(1).map((second, index) => second - seconds[index]!);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(6);
    console.info(
      `two processes, one of them killed: ${seconds.length} figures in ${seconds.at(-1)! - seconds[0]! + 1} s, ` +
        `no more than one a second, longest silence ${Math.max(...gaps)} s`,
    );
  });
});

describe("a CloudWatch that fails harms nothing", () => {
  test.each(["refuses", "hangs"])(
    "one that %s: a worker answers, says so once, and stops in time",
    async (how) => {
      const server = createServer((socket) => void socket.on("error", () => {}).resume()).listen(
        0,
        "127.0.0.1",
      );
      await once(server, "listening");
      const { port } = server.address() as AddressInfo;
      if (how === "refuses") server.close();
      try {
        const deployment = await deploy({
          answering: echo,
          environment: publishing(`http://127.0.0.1:${port}`, "Oxy/nowhere"),
        });
        const worker = deployment.worker();
        await worker.logs(({ message }) => message.startsWith("metrics not published"));
        await deployment.addOrganization("ana");
        const phone = await deployment.pair("ana");
        const customer = deployment.whatsapp.contact();
        customer.write(phone, "oi");
        await customer.waitForMessage("re: oi");
        await delay(3 * EVERY_MS);
        expect(complaints(worker)).toHaveLength(1);
        const began = performance.now();
        expect(await worker.stop()).toBe(0);
        expect(performance.now() - began).toBeLessThan(2_000);
      } finally {
        server.close();
      }
    },
  );

  test("without OXY_METRICS nobody is called", async () => {
    let calls = 0;
    const server = createServer(() => calls++).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const { OXY_METRICS: _, ...others } = publishing(`http://127.0.0.1:${port}`, "Oxy/nowhere");
    const deployment = await deploy({ answering: echo, environment: others });
    const worker = deployment.worker();
    await worker.ready();
    await delay(2 * EVERY_MS);
    expect(await worker.stop()).toBe(0);
    expect([calls, complaints(worker).length]).toEqual([0, 0]);
    server.close();
  });
});
