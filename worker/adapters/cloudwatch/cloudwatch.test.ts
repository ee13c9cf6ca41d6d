import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { createServer, type AddressInfo, type Server } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { awsEnvironment, hasMoto, Moto, NEEDS_MOTO } from "../../dev/moto-fixture.ts";
import type { Waiting } from "../../metrics/waiting.ts";
import { cloudWatch } from "./cloudwatch.ts";

const figures = (conversations: number, oldestMs: number): Waiting => ({
  at: Date.now(),
  conversations,
  oldestMs,
});
const never = (): AbortSignal => new AbortController().signal;
const servers: Server[] = [];

afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

/** The environment that AWS's SDK reads, with this server in the place of AWS. */
function talkTo(endpoint: string): void {
  for (const [name, value] of Object.entries(awsEnvironment(endpoint))) vi.stubEnv(name, value);
}

async function listening(server: Server): Promise<string> {
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe.skipIf(!hasMoto)(`CloudWatch as moto has it (${NEEDS_MOTO})`, () => {
  let moto: Moto;

  beforeAll(async () => {
    moto = await Moto.start();
  });

  afterAll(() => moto?.stop());

  test("both metrics arrive under their namespace with the fleet as their only dimension", async () => {
    talkTo(moto.url);
    const sink = cloudWatch({ namespace: "Oxy/shop", fleet: "main" });
    await sink.publish(figures(3, 12_345), never());
    const dimensions = [{ Name: "Fleet", Value: "main" }];
    expect(
      (await moto.metrics("Oxy/shop")).toSorted((a, b) => (a.MetricName! < b.MetricName! ? -1 : 1)),
    ).toEqual([
      { Namespace: "Oxy/shop", MetricName: "OldestWaitingSeconds", Dimensions: dimensions },
      { Namespace: "Oxy/shop", MetricName: "Waiting", Dimensions: dimensions },
    ]);
    expect(await moto.statistics("Oxy/shop", "OldestWaitingSeconds", "main")).toMatchObject([
      { SampleCount: 1, Maximum: 12.345, Unit: "Seconds" },
    ]);
    expect(await moto.statistics("Oxy/shop", "Waiting", "main")).toMatchObject([
      { SampleCount: 1, Maximum: 3, Unit: "Count" },
    ]);
  });

  test("zeros arrive as zeros, and fleets and stacks stay apart", async () => {
    talkTo(moto.url);
    await cloudWatch({ namespace: "Oxy/zeros", fleet: "blue" }).publish(figures(0, 0), never());
    await cloudWatch({ namespace: "Oxy/zeros", fleet: "green" }).publish(figures(7, 70_000), never());
    await cloudWatch({ namespace: "Oxy/others", fleet: "blue" }).publish(figures(9, 90_000), never());
    for (const metric of ["OldestWaitingSeconds", "Waiting"]) {
      expect(await moto.statistics("Oxy/zeros", metric, "blue")).toMatchObject([
        { SampleCount: 1, Minimum: 0, Maximum: 0 },
      ]);
    }
    expect(await moto.statistics("Oxy/zeros", "Waiting", "green")).toMatchObject([{ Maximum: 7 }]);
  });

  test("a figure counts for the time when it was measured, not when it arrives", async () => {
    talkTo(moto.url);
    const at = Date.now() - 120_000;
    await cloudWatch({ namespace: "Oxy/late", fleet: "main" }).publish({ ...figures(1, 1), at }, never());
    const [datapoint] = await moto.statistics("Oxy/late", "Waiting", "main");
    expect(Math.abs(Number(datapoint?.Timestamp) - at)).toBeLessThan(1_000);
  });
});

describe("where CloudWatch cannot be had", () => {
  const publish = (signal = never()): Promise<void> =>
    cloudWatch({ namespace: "Oxy/shop", fleet: "main" }).publish(figures(1, 1), signal);

  test("an endpoint that refuses connections is an error with its code, at once", async () => {
    const server = createServer();
    talkTo(await listening(server));
    server.close();
    await once(server, "close");
    servers.pop();
    await expect(publish()).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });

  test("an endpoint that never answers is given up when told to, or after 4 s for each of two tries", async () => {
    talkTo(
      await listening(
        createServer((socket) =>
          socket
            .on("error", () => {})
            .resume()
            .unref(),
        ),
      ),
    );
    const began = performance.now();
    await expect(publish(AbortSignal.timeout(200))).rejects.toMatchObject({ name: "AbortError" });
    expect(performance.now() - began).toBeLessThan(1_500);
    await expect(publish()).rejects.toMatchObject({ name: "TimeoutError" });
    expect(performance.now() - began).toBeLessThan(12_000);
  });

  test("a role that may not publish is AWS's own sentence, and nothing is repeated", async () => {
    let calls = 0;
    const sentence = "User: role/task is not authorized to perform: cloudwatch:PutMetricData";
    talkTo(
      await listening(
        createHttpServer((_request, response) => {
          calls++;
          response.writeHead(403, { "content-type": "application/x-amz-json-1.0" });
          response.end(JSON.stringify({ __type: "AccessDeniedException", message: sentence }));
        }),
      ),
    );
    await expect(publish()).rejects.toMatchObject({ name: "AccessDeniedException", message: sentence });
    expect(calls).toBe(1);
  });

  test("a CloudWatch that is overloaded is asked twice, and no more", async () => {
    let calls = 0;
    talkTo(
      await listening(
        createHttpServer((_request, response) => {
          calls++;
          response.writeHead(503).end();
        }),
      ),
    );
    await expect(publish()).rejects.toMatchObject({ $metadata: { attempts: 2, httpStatusCode: 503 } });
    expect(calls).toBe(2);
  });

  test("no region, or no credentials, are errors that say so", async () => {
    const nowhere = { ...awsEnvironment("http://127.0.0.1:1"), AWS_EC2_METADATA_DISABLED: "true" };
    const nothing = { AWS_CONFIG_FILE: "/nowhere", AWS_SHARED_CREDENTIALS_FILE: "/nowhere" };
    for (const [name, value] of Object.entries({ ...nowhere, ...nothing })) vi.stubEnv(name, value);
    vi.stubEnv("AWS_ACCESS_KEY_ID", undefined);
    await expect(publish()).rejects.toThrow("Could not load credentials from any providers");
    vi.stubEnv("AWS_ACCESS_KEY_ID", "id");
    vi.stubEnv("AWS_REGION", undefined);
    await expect(publish()).rejects.toThrow("Region is missing");
  });
});
