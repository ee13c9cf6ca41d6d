import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { resolveImage } from "../../image.ts";
import { Emulators } from "../../emulators/cloud.ts";
import { startFly } from "../../emulators/fly/emulator.ts";
import { RedisServers } from "../../emulators/redis-servers.ts";
import type { PrintedLine } from "../../host.ts";
import { testContext } from "../../provider/context-fixture.ts";
import { flyApp } from "../../provider/fly/app.ts";
import { flyMachines } from "../../provider/fly/machines.ts";
import type { MachinesInputs } from "../../provider/fly/machines-inputs.ts";
import { workload } from "../../workload.ts";
import { operations } from "./operations.ts";
import { planFleet, type FlyFleetPlan } from "./plan.ts";

let home: string;
let emulators: Emulators<"fly">;
let redis: RedisServers;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "fly-"));
  emulators = await Emulators.start({ fly: startFly }, { home, folder: join(home, "emulators") });
  redis = new RedisServers(join(home, "redis"));
  for (const [name, value] of Object.entries(emulators.environment)) vi.stubEnv(name, value);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await emulators.close();
  await redis.close();
  await rm(home, { recursive: true });
});

const stack = "rehearsal";
const place = { stack, fleet: "main", organization: "personal", region: "gru" };

/** A fleet of the real worker, as its plan has it, on a real Redis. */
async function deployed(services: "one" | "two"): Promise<{ plan: FlyFleetPlan; all: MachinesInputs[] }> {
  const { reference } = await resolveImage({ kind: "source", path: "./worker" }, home);
  const { url } = await redis.start({ maxMemoryMb: 64 });
  const secrets = {
    REDIS_URL: url,
    OPENAI_API_KEY: "key-of-nobody",
    OXY_ENCRYPTION_KEYS: `test:${randomBytes(32).toString("base64")}`,
  };
  const plan = planFleet({
    stack,
    name: "main",
    config: {
      host: "fly",
      organization: "personal",
      region: "gru",
      size: "shared-1x-512mb",
      volumeGb: 0,
      services,
      instances: 2,
      share: 100,
    },
    image: `registry.example/oxy-worker@${reference}`,
    network: "internet",
    production: false,
    drainSeconds: 25,
    graceSeconds: 30,
    environment: { NODE_ENV: "development", OXY_NAMESPACE: stack, OXY_FLEET: "main", DRAIN_SECONDS: "25" },
    workload,
  });
  const context = testContext(home, emulators.environment);
  const app = await flyApp.create("", { ...place, secrets, isPublic: true }, context);
  const all = plan.processes.map(
    ({ name, machines, environment, guest, port, isPublic, volumeGb, volumePath }) => ({
      ...place,
      name,
      machines,
      image: plan.image,
      environment: environment as Record<string, string>,
      secrets: app.digests,
      secretsVersion: app.secretsVersion,
      guest,
      volumeGb,
      volumePath,
      port,
      readyPath: plan.readyPath,
      startSeconds: plan.startSeconds,
      graceSeconds: plan.graceSeconds,
      isPublic,
    }),
  );
  await Promise.all(all.map((inputs) => flyMachines.create("", inputs, context)));
  return { plan, all };
}

async function printed(plan: FlyFleetPlan, lines: number): Promise<PrintedLine[]> {
  const { signal } = new AbortController();
  const all: PrintedLine[] = [];
  for await (const line of operations.logs(plan, stack, { lines, follow: false, signal })) all.push(line);
  return all;
}

test("the worker runs on its machines: status and log say so, and it is drained on SIGTERM", async () => {
  const { plan, all } = await deployed("two");
  const status = await operations.status(plan, stack);
  const url = "https://oxy-personal-rehearsal-main-gru.fly.dev";
  expect(status).toMatchObject([
    { name: "web", condition: "running", image: plan.image, restarts: 0, urls: { http: url } },
    { name: "worker", condition: "running", image: plan.image, restarts: 0 },
    { name: "worker", condition: "running", image: plan.image, restarts: 0 },
  ]);
  expect(new Set((await printed(plan, 50)).map(({ process }) => process))).toEqual(
    new Set(["web", "worker"]),
  );
  expect(await printed(plan, 1)).toHaveLength(2);

  const context = testContext(home, emulators.environment);
  const began = performance.now();
  for (const inputs of all)
    await flyMachines.delete("", { inputs, outputs: { condition: "running" } }, context);
  // Killed, it would be after the whole grace period.
  expect(performance.now() - began).toBeLessThan(20_000);
  const left = await printed(plan, 50);
  expect(left.filter(({ text }) => /stopp|drain/i.test(text)).length).toBeGreaterThan(0);
  expect((await operations.status(plan, stack)).map(({ condition }) => condition)).toEqual([
    "not there",
    "not there",
    "not there",
  ]);
}, 90_000);

test("a log that is followed goes on with what is printed, until it is told to stop", async () => {
  const { plan } = await deployed("one");
  const stop = new AbortController();
  const seen: PrintedLine[] = [];
  const following = (async () => {
    for await (const line of operations.logs(plan, stack, { lines: 0, follow: true, signal: stop.signal }))
      seen.push(line);
  })();
  const [service] = await emulators.services();
  process.kill(service?.pid ?? 0, "SIGTERM");
  await vi.waitFor(() => expect(seen.map(({ process }) => process)).toContain("all"), 20_000);
  stop.abort();
  await following;
}, 90_000);

test("without a token it is told which one is missing", async () => {
  vi.stubEnv("FLY_API_TOKEN", "");
  const plan = {
    name: "main",
    organization: "personal",
    region: "gru",
    processes: [],
  } as unknown as FlyFleetPlan;
  await expect(operations.status(plan, stack)).rejects.toThrow(
    "FLY_API_TOKEN: expected the credentials of Fly.io's API, got nothing; get one: fly tokens create org",
  );
});
