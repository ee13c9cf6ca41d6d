import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { bundleDirectory } from "../../image.ts";
import { Containers } from "../containers.ts";
import type { Emulator } from "../emulator.ts";
import { RedisServers } from "../redis-servers.ts";
import { startRailway } from "./emulator.ts";
import type { Allowance } from "./rate-limit.ts";

/** Says when it is told to stop, and takes its time. */
const SLOW_TO_STOP = `
  import { appendFileSync } from "node:fs";
  import { createServer } from "node:http";
  process.on("SIGTERM", () => {
    appendFileSync(process.env.NOTES, "told\\n");
    setTimeout(() => { appendFileSync(process.env.NOTES, "drained\\n"); process.exit(0); }, 250);
  });
  createServer((_, response) => response.end()).listen(process.env.PORT, "127.0.0.1");`;

let folder: string;
let emulator: Emulator;
let containers: Containers;
let projectId: string;
let environmentId: string;
let serviceId: string;

async function start(allowed?: Allowance): Promise<void> {
  folder = await mkdtemp(join(tmpdir(), "railway-"));
  containers = new Containers(folder, join(folder, "containers"));
  const redisServers = new RedisServers(join(folder, "redis"));
  emulator = await startRailway({ containers, redisServers, folder }, allowed);
}

beforeEach(async () => {
  await start();
  const { apiToken } = await asked("query { apiToken { workspaces { id } } }");
  const { projectCreate } = await asked(
    "mutation($input: ProjectCreateInput!) { projectCreate(input: $input) { id environments { edges { node { id } } } } }",
    { input: { name: "one", workspaceId: apiToken.workspaces[0].id } },
  );
  projectId = projectCreate.id;
  environmentId = projectCreate.environments.edges[0].node.id;
  const { serviceCreate } = await asked(
    "mutation($input: ServiceCreateInput!) { serviceCreate(input: $input) { id } }",
    { input: { projectId, name: "worker", variables: { NOTES: join(folder, "notes") } } },
  );
  serviceId = serviceCreate.id;
});
afterEach(async () => {
  await emulator.close();
  await rm(folder, { recursive: true, force: true });
});

async function post(body: object): Promise<Response> {
  return await fetch(`${emulator.url}/graphql/v2`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: "Bearer rehearsal-token" },
    body: JSON.stringify(body),
  });
}

// oxlint-disable-next-line typescript/no-explicit-any -- whatever the query asks for
async function asked(query: string, variables: object = {}): Promise<any> {
  const response = await post({ query, variables });
  const { data, errors } = (await response.json()) as { data: unknown; errors?: { message: string }[] };
  if (errors !== undefined) throw new Error(errors.map(({ message }) => message).join());
  return data;
}

async function image(digit: string, program: string): Promise<string> {
  const reference = `sha256:${digit.repeat(64)}`;
  await mkdir(bundleDirectory(folder, reference), { recursive: true });
  await writeFile(join(bundleDirectory(folder, reference), "main.mjs"), program);
  return `ghcr.io/acme/worker@${reference}`;
}

async function set(input: object): Promise<void> {
  await asked(
    `mutation($serviceId: String!, $environmentId: String!, $input: ServiceInstanceUpdateInput!) {
      serviceInstanceUpdate(serviceId: $serviceId, environmentId: $environmentId, input: $input)
    }`,
    { serviceId, environmentId, input },
  );
}

async function deploy(): Promise<string> {
  const { serviceInstanceDeployV2 } = await asked(
    `mutation($serviceId: String!, $environmentId: String!) {
      serviceInstanceDeployV2(serviceId: $serviceId, environmentId: $environmentId)
    }`,
    { serviceId, environmentId },
  );
  return serviceInstanceDeployV2 as string;
}

async function status(id: string): Promise<string> {
  const { deployment } = await asked("query($id: String!) { deployment(id: $id) { status } }", { id });
  return deployment.status as string;
}

async function becomes(id: string, expected: string): Promise<void> {
  await vi.waitFor(async () => expect(await status(id)).toBe(expected), { timeout: 10_000 });
}

async function notes(): Promise<string> {
  return await readFile(join(folder, "notes"), "utf8").catch(() => "");
}

describe("when a deployment takes another one's place", () => {
  test("the one before is killed at once, unless it was given time to drain", async () => {
    await set({ source: { image: await image("a", SLOW_TO_STOP) }, healthcheckPath: "/" });
    const first = await deploy();
    await becomes(first, "SUCCESS");
    await becomes(await deploy(), "SUCCESS");
    await becomes(first, "REMOVED");
    expect(await notes()).not.toContain("drained");
  });

  test("with drainingSeconds it ends by itself; what counts is what it was deployed with", async () => {
    await set({
      source: { image: await image("a", SLOW_TO_STOP) },
      healthcheckPath: "/",
      drainingSeconds: 5,
    });
    const first = await deploy();
    await becomes(first, "SUCCESS");
    await set({ drainingSeconds: 0 });
    await becomes(await deploy(), "SUCCESS");
    await becomes(first, "REMOVED");
    expect(await notes()).toBe("told\ndrained\n");
  });

  test("both run for overlapSeconds", async () => {
    await set({ source: { image: await image("a", SLOW_TO_STOP) }, healthcheckPath: "/", overlapSeconds: 1 });
    const first = await deploy();
    await becomes(first, "SUCCESS");
    await becomes(await deploy(), "SUCCESS");
    expect(await status(first)).toBe("SUCCESS");
    expect(containers.running).toHaveLength(2);
    await becomes(first, "REMOVED");
    expect(containers.running).toHaveLength(1);
  });

  test("one that is still under way is given up", async () => {
    const never = `setTimeout(() => {}, 60_000);`;
    await set({ source: { image: await image("b", never) }, healthcheckPath: "/" });
    const first = await deploy();
    await becomes(first, "DEPLOYING");
    await set({ source: { image: await image("a", SLOW_TO_STOP) } });
    const second = await deploy();
    await becomes(second, "SUCCESS");
    expect(await status(first)).toBe("REMOVED");
    await vi.waitFor(() => expect(containers.running).toHaveLength(1), { timeout: 5_000 });
  });
});

test("replicas are processes of their own, and all of them have to be healthy", async () => {
  await set({
    source: { image: await image("a", SLOW_TO_STOP) },
    healthcheckPath: "/",
    multiRegionConfig: { "us-west2": { numReplicas: 3 } },
  });
  await becomes(await deploy(), "SUCCESS");
  expect(containers.running).toHaveLength(3);
});

test("what dies more often than its restart policy allows has crashed; nothing else counts as an end", async () => {
  await set({ source: { image: await image("c", "process.exit(1);") }, restartPolicyType: "NEVER" });
  const id = await deploy();
  await becomes(id, "CRASHED");
  await vi.waitFor(() => expect(containers.running).toEqual([]));
  const { serviceInstance } = await asked(
    `query($serviceId: String!, $environmentId: String!) {
      serviceInstance(serviceId: $serviceId, environmentId: $environmentId) { activeDeployments { id } latestDeployment { id } }
    }`,
    { serviceId, environmentId },
  );
  expect(serviceInstance).toEqual({ activeDeployments: [], latestDeployment: { id } });
});

test("a setting is in force with the next deployment, of which a snapshot is kept", async () => {
  await set({ source: { image: await image("a", SLOW_TO_STOP) } });
  const id = await deploy();
  await asked(
    "mutation($input: VariableCollectionUpsertInput!) { variableCollectionUpsert(input: $input) }",
    {
      input: {
        projectId,
        environmentId,
        serviceId,
        variables: { LATER: "1" },
        replace: true,
        skipDeploys: true,
      },
    },
  );
  const { deploymentSnapshot } = await asked(
    "query($id: String!) { deploymentSnapshot(deploymentId: $id) { variables } }",
    { id },
  );
  expect(deploymentSnapshot.variables).toEqual({ NOTES: join(folder, "notes") });
});

describe("it refuses", () => {
  test.each([
    ["a setting that there is not", { numberOfReplicas: 2 }, '"numberOfReplicas"'],
    [
      "a region that there is not",
      { multiRegionConfig: { "sa-east1": { numReplicas: 1 } } },
      "Invalid region: sa-east1",
    ],
    ["a setting of another type", { drainingSeconds: "30" }, "drainingSeconds"],
  ])("%s", async (_what, input, message) => {
    await expect(set(input)).rejects.toThrow(message);
  });

  test("a query that is not in its schema, with 400", async () => {
    const response = await post({ query: "query { me { name } }" });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errors: [{ message: expect.stringContaining('"me"') }] });
  });

  test("what the body of a request has not", async () => {
    expect((await post({ query: "query { apiToken { workspaces { id } } }", more: 1 })).status).toBe(400);
  });

  test("replicas together with a volume", async () => {
    await asked("mutation($input: VolumeCreateInput!) { volumeCreate(input: $input) { id } }", {
      input: { projectId, environmentId, serviceId, mountPath: "/data" },
    });
    await expect(set({ multiRegionConfig: { "us-west2": { numReplicas: 2 } } })).rejects.toThrow(
      "Replicas cannot be used with volumes",
    );
  });

  test("in its own words and with status 200 what it does not find", async () => {
    const query = `query { deployment(id: "nobody") { status } }`;
    const response = await post({ query });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      data: null,
      errors: [{ message: "Deployment not found" }],
    });
  });
});

test("more requests than the plan allows are told to wait, and every one what is left", async () => {
  await emulator.close();
  await rm(folder, { recursive: true, force: true });
  await start({ perSecond: 2, perHour: 100 });
  const query = { query: "query { apiToken { workspaces { id } } }" };
  const answers = [await post(query), await post(query), await post(query)];
  const shown = answers.map(({ status: code, headers }) => [
    code,
    headers.get("retry-after"),
    headers.get("x-ratelimit-remaining"),
  ]);
  expect(shown).toEqual([
    [200, null, "99"],
    [200, null, "98"],
    [429, "1", "97"],
  ]);
});
