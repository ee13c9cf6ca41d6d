import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { PrintedLine } from "../../host.ts";
import { resolveImage } from "../../image.ts";
import { project } from "../../provider/railway/project.ts";
import { useRailway } from "../../provider/railway/railway-fixture.ts";
import { railwayRedis } from "../../provider/railway/redis.ts";
import { railwayService } from "../../provider/railway/service.ts";
import { workload } from "../../workload.ts";
import { operations } from "./operations.ts";
import { planFleet, type RailwayFleetPlan } from "./plan.ts";

const railway = useRailway();

beforeEach(() => {
  for (const [name, value] of Object.entries(railway.emulator().environment)) vi.stubEnv(name, value);
});
afterEach(() => vi.unstubAllEnvs());

function planOf(image: string): RailwayFleetPlan {
  return planFleet({
    stack: "staging",
    name: "main",
    config: {
      host: "railway",
      region: "us-east4",
      size: "small",
      share: 100,
      services: "two",
      instances: 1,
    },
    image,
    network: "private:railway/project",
    production: false,
    drainSeconds: 25,
    graceSeconds: 30,
    environment: {},
    workload,
  });
}

/** What is there, of a plan with this image, and of no secret. */
async function logOf(plan: RailwayFleetPlan, lines: number): Promise<PrintedLine[]> {
  const printed: PrintedLine[] = [];
  const options = { lines, follow: false, signal: new AbortController().signal };
  for await (const line of operations.logs(plan, "staging", options)) printed.push(line);
  return printed;
}

test("of a stack that is not there, it says so", async () => {
  const plan = planOf("ghcr.io/acme/worker@sha256:1");
  expect(await operations.status(plan, "staging")).toEqual([
    { name: "web", condition: "not there", image: plan.image },
    { name: "worker", condition: "not there", image: plan.image },
  ]);
  expect(await logOf(plan, 10)).toEqual([]);
});

test("the real worker reaches its Redis by reference, and an operator sees where and what it prints", async () => {
  const { reference } = await resolveImage({ kind: "source", path: "./worker" }, railway.home());
  const plan = planOf(`ghcr.io/acme/worker@${reference}`);
  const place = await project.create("staging", { stack: "staging" }, railway.context());
  const store = await railwayRedis.create(
    "staging",
    {
      ...place,
      stack: "staging",
      placement: plan.placement,
      image: "redis:8.2.2",
      maxMemoryMb: 64,
      isOpen: false,
    },
    railway.context(),
  );
  const served: string[] = [];
  for (const { name, role, replicas, memoryGb, vcpus, port, isPublic } of plan.processes) {
    const { condition, urls } = await railwayService.create(
      "",
      {
        ...place,
        stack: "staging",
        fleet: "main",
        name,
        region: plan.region,
        image: plan.image,
        environment: {
          OXY_NAMESPACE: "staging",
          OXY_FLEET: "main",
          OXY_ROLE: role,
          OXY_IMAGE: plan.image,
          OXY_PLACE: "railway/us-east4",
          OXY_ENCRYPTION_KEYS: `one:${Buffer.alloc(32, 1).toString("base64")}`,
          OPENAI_API_KEY: "key-of-nobody",
          REDIS_URL: store.privateUrl,
          DRAIN_SECONDS: `${plan.drainSeconds}`,
          PORT: `${port}`,
        },
        placement: plan.placement,
        replicas,
        memoryGb,
        vcpus,
        graceSeconds: plan.graceSeconds,
        overlapSeconds: 0,
        readyPath: plan.readyPath,
        startSeconds: plan.startSeconds,
        port,
        isPublic,
      },
      railway.context(),
    );
    expect(condition).toBe("running");
    served.push(...Object.values(urls));
  }
  const answers = await Promise.all(served.map((url) => fetch(`${url}${plan.readyPath}`)));
  expect(answers.map(({ status }) => status)).toEqual([200]);
  expect(await operations.status(plan, "staging")).toEqual([
    {
      name: "web",
      condition: "running",
      image: plan.image,
      since: expect.stringMatching(/^\d{4}-/),
      urls: { http: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) },
    },
    { name: "worker", condition: "running", image: plan.image, since: expect.stringMatching(/^\d{4}-/) },
  ]);
  const lines = await logOf(plan, 3);
  expect(new Set(lines.map(({ process }) => process))).toEqual(new Set(["web", "worker"]));
  expect(lines.filter(({ process }) => process === "worker").length).toBeLessThanOrEqual(3);
  expect(await logOf(plan, 0)).toEqual([]);
});

test("a log that is followed goes on with what comes, until it is ended", async () => {
  const program = `import { createServer } from "node:http";
    createServer((request, response) => { console.log("asked " + request.url); response.end(); })
      .listen(process.env.PORT, "127.0.0.1");`;
  const plan = planOf(await railway.image("a", program));
  const place = await project.create("staging", { stack: "staging" }, railway.context());
  const { urls } = await railwayService.create(
    "",
    {
      ...place,
      stack: "staging",
      fleet: "main",
      name: "web",
      region: plan.region,
      image: plan.image,
      environment: { OXY_NAMESPACE: "staging", OXY_FLEET: "main" },
      placement: plan.placement,
      replicas: 1,
      memoryGb: 0.5,
      vcpus: 1,
      graceSeconds: 5,
      overlapSeconds: 0,
      readyPath: "/ready",
      startSeconds: 10,
      port: 8080,
      isPublic: true,
    },
    railway.context(),
  );
  const end = new AbortController();
  const seen: string[] = [];
  for await (const { text } of operations.logs(plan, "staging", {
    lines: 1,
    follow: true,
    signal: end.signal,
  })) {
    seen.push(text);
    if (seen.length === 1) await fetch(`${urls["http"]}/later`);
    else end.abort();
  }
  expect(seen).toEqual(["asked /ready", "asked /later"]);
});
