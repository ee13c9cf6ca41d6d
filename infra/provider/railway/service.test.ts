import { existsSync } from "node:fs";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { faultAt, type Fault } from "../../emulators/faults.ts";
import { NotOurs, ResourceFailed, type Context } from "../resource.ts";
import { railwayApi } from "./api.ts";
import { project, type ProjectOutputs } from "./project.ts";
import { isMutation, serving, useRailway } from "./railway-fixture.ts";
import { railwayService, serviceName, type ServiceInputs } from "./service.ts";
import { createService, findService, listServices, seeService } from "./services.ts";

const railway = useRailway();
const ID = "staging/main/all@us-east4";
const SECRET = "secret-not-to-be-seen";

let place: ProjectOutputs;
let inputs: ServiceInputs;

beforeEach(async () => {
  place = await project.create("staging", { stack: "staging" }, railway.context());
  inputs = {
    ...place,
    stack: "staging",
    fleet: "main",
    name: "all",
    region: "us-east4",
    image: await railway.image("a", serving("a")),
    environment: { OXY_NAMESPACE: "staging", OXY_FLEET: "main", PORT: "8080", OPENAI_API_KEY: SECRET },
    placement: "us-east4-eqdc4a",
    replicas: 1,
    memoryGb: 0.5,
    vcpus: 1,
    graceSeconds: 5,
    overlapSeconds: 0,
    readyPath: "/ready",
    startSeconds: 10,
    port: 8080,
    isPublic: true,
  };
  railway.emulator().forget();
});

async function create(more: Partial<ServiceInputs> = {}, context: Context = railway.context()) {
  return await railwayService.create(ID, { ...inputs, ...more }, context);
}

async function update(more: Partial<ServiceInputs> = {}) {
  const known = { inputs, outputs: { condition: "", urls: {} } };
  return await railwayService.update(ID, { ...inputs, ...more }, known, railway.context());
}

async function read(more: Partial<ServiceInputs> = {}) {
  const known = { inputs: { ...inputs, ...more }, outputs: { condition: "", urls: {} } };
  return await railwayService.read(ID, known, railway.context());
}

async function found() {
  const service = await findService(railway.context().api(railwayApi), place, serviceName(inputs), "staging");
  if (service === undefined) throw new Error("there is no service");
  return service;
}

/** What the process behind that address says. */
async function answerOf(urls: Readonly<Record<string, string>>) {
  const response = await fetch(`${urls["http"]}/`);
  return (await response.json()) as { text: string; environment: Record<string, string> };
}

async function settingsByHand(input: object): Promise<void> {
  await railway.byHand({
    document: `mutation byHand($serviceId: String!, $input: ServiceInstanceUpdateInput!, $environmentId: String!) {
      serviceInstanceUpdate(serviceId: $serviceId, environmentId: $environmentId, input: $input)
    }`,
    variables: { serviceId: (await found()).id, environmentId: place.environmentId, input },
    answer: z.object({}),
  });
}

const CREATION = [
  "serviceCreate",
  "variableCollectionUpsert",
  "serviceInstanceUpdate",
  "serviceInstanceLimitsUpdate",
  "serviceDomainCreate",
  "serviceInstanceDeployV2",
];

test("it serves once it is ready, with its settings, and is written once", async () => {
  const { condition, urls } = await create();
  expect(condition).toBe("running");
  const { text, environment } = await answerOf(urls);
  expect(text).toBe("a");
  expect(environment).toMatchObject({
    OPENAI_API_KEY: SECRET,
    RAILWAY_SERVICE_NAME: "oxy-main-all-us-east4",
  });
  expect(railway.writes()).toEqual(CREATION);
  expect(await update()).toEqual({ condition, urls });
  expect(await create()).toEqual({ condition, urls });
  expect(await read()).toEqual({ inputs, outputs: { condition, urls } });
  expect(railway.writes()).toEqual(CREATION);
});

test("nothing of it is deployed before its settings are there: Railway's own would kill at once", async () => {
  await create();
  const [container] = railway.containers().running;
  expect(railway.containers().running).toHaveLength(1);
  expect(container?.spec.stop).toEqual({ signal: "SIGTERM", graceSeconds: 5 });
});

test("a release is ready before the one before it is told to stop, under the same address", async () => {
  const { urls } = await create({ overlapSeconds: 0 });
  const [before] = railway.containers().running;
  const image = await railway.image("b", serving("b"));
  expect(await update({ image })).toEqual({ condition: "running", urls });
  expect((await answerOf(urls)).text).toBe("b");
  expect(railway.writes().slice(CREATION.length)).toEqual([
    "variableCollectionUpsert",
    "serviceInstanceUpdate",
    "serviceInstanceDeployV2",
  ]);
  await vi.waitFor(() => expect(railway.containers().running).not.toContain(before));
  expect(railway.containers().running).toHaveLength(1);
});

describe("a release that does not get ready", () => {
  const dying = `console.error("OPENAI_BASE_URL: expected a URL"); process.exit(1);`;

  test("is told with its last words, and the one before it still answers", async () => {
    const { urls } = await create();
    const image = await railway.image("b", dying);
    const release = update({ image, startSeconds: 1 });
    await expect(release).rejects.toThrow(
      /^the deployment of service "oxy-main-all-us-east4" at Railway ended FAILED: OPENAI_BASE_URL: expected a URL/,
    );
    await expect(release).rejects.toBeInstanceOf(ResourceFailed);
    expect((await answerOf(urls)).text).toBe("a");
    // What died is gone a moment after it is told of.
    await vi.waitFor(() => expect(railway.containers().running).toHaveLength(1));
    expect((await read({ image, startSeconds: 1 }))?.outputs.condition).toBe("running an earlier release");
  });

  test("is tried again by the next one, and given up by going back", async () => {
    const { urls } = await create();
    const image = await railway.image("b", dying);
    await expect(update({ image, startSeconds: 1 })).rejects.toThrow("ended FAILED");
    railway.emulator().forget();
    await expect(update({ image, startSeconds: 1 })).rejects.toThrow("ended FAILED");
    expect(railway.writes()).toEqual(["serviceInstanceDeployV2"]);
    expect(await update()).toEqual({ condition: "running", urls });
    expect((await answerOf(urls)).text).toBe("a");
    expect((await read())?.outputs.condition).toBe("running");
  });

  test("because there is no such image, is told with Railway's words", async () => {
    const image = `ghcr.io/acme/worker@sha256:${"c".repeat(64)}`;
    await expect(create({ image })).rejects.toThrow(
      /ended FAILED: image ghcr\.io\/acme\/worker@sha256:c+ could not be pulled/,
    );
    expect((await read({ image }))?.outputs.condition).toBe("failed");
    expect((await create()).condition).toBe("running");
  });
});

describe("a creation that is cut off", () => {
  const cuts = CREATION.flatMap((name) => [["before", name] as const, ["after", name] as const]);

  test.each(cuts)(
    "%s %s, is completed by itself or by the next one, and nothing is there twice",
    async (when, name) => {
      railway.emulator().inject(faultAt(0, { kind: `cut ${when}` }, isMutation(name)));
      const { urls } = await create().catch(() => create());
      expect((await answerOf(urls)).text).toBe("a");
      expect(railway.containers().running).toHaveLength(1);
      const api = railway.context().api(railwayApi);
      expect((await listServices(api, place)).map((service) => service.name)).toEqual([serviceName(inputs)]);
      expect((await seeService(api, place, await found())).domains).toHaveLength(1);
      expect(await read()).toEqual({ inputs, outputs: { condition: "running", urls } });
    },
  );

  test("at its end, waits for the deployment that is under way", async () => {
    const slow = await railway.image(
      "b",
      `await new Promise((ready) => setTimeout(ready, 700)); ${serving("b")}`,
    );
    const stop = new AbortController();
    const cut = create({ image: slow }, railway.context(stop.signal));
    await vi.waitFor(() => expect(railway.writes()).toContain("serviceInstanceDeployV2"));
    stop.abort(new Error("cancelled"));
    await expect(cut).rejects.toThrow("aborted");
    const { urls } = await create({ image: slow });
    expect((await answerOf(urls)).text).toBe("b");
    expect(railway.writes()).toEqual(CREATION);
  });
});

test("a service of that name that somebody else made is not adopted, not deleted", async () => {
  const api = railway.context().api(railwayApi);
  await createService(api, place, "oxy-main-all-us-east4", { OXY_NAMESPACE: "staging", OXY_FLEET: "other" });
  railway.emulator().forget();
  await expect(create()).rejects.toThrow(
    'service "oxy-main-all-us-east4" at Railway exists and is not of fleet main of stack staging, but fleet other of stack staging: rename or delete it, or name the fleet otherwise',
  );
  const known = { inputs, outputs: { condition: "", urls: {} } };
  await expect(railwayService.delete(ID, known, railway.context())).rejects.toBeInstanceOf(NotOurs);
  expect(railway.writes()).toEqual([]);
});

describe("what was changed by hand is noticed and put right:", () => {
  test.each([
    ["drainingSeconds", { drainingSeconds: 0 }],
    ["sleepApplication", { sleepApplication: true }],
    ["restartPolicyType", { restartPolicyType: "NEVER" }],
    ["startCommand", { startCommand: "sleep 1" }],
    ["multiRegionConfig", { multiRegionConfig: { "us-east4-eqdc4a": { numReplicas: 3 } } }],
    ["source", { source: { image: "ghcr.io/acme/other:latest" } }],
  ])("%s", async (name, input) => {
    await create();
    await settingsByHand(input);
    expect((await read())?.outputs.condition).toBe(`running with other settings: ${name}`);
    railway.emulator().forget();
    await update();
    expect(railway.writes()).toEqual([
      "variableCollectionUpsert",
      "serviceInstanceUpdate",
      "serviceInstanceDeployV2",
    ]);
    expect((await read())?.outputs.condition).toBe("running");
  });

  test("its limits", async () => {
    await create();
    await railway.byHand({
      document: `mutation byHand($input: ServiceInstanceLimitsUpdateInput!) { serviceInstanceLimitsUpdate(input: $input) }`,
      variables: {
        input: { serviceId: (await found()).id, environmentId: place.environmentId, memoryGB: 2, vCPUs: 2 },
      },
      answer: z.object({}),
    });
    expect((await read())?.outputs.condition).toBe("running with other settings: limits");
    await update();
    expect((await read())?.outputs.condition).toBe("running");
  });

  test("its variables, also one that was added", async () => {
    await create();
    await railway.byHand({
      document: `mutation byHand($input: VariableCollectionUpsertInput!) { variableCollectionUpsert(input: $input) }`,
      variables: {
        input: { ...place, serviceId: (await found()).id, variables: { ADDED: "1" }, skipDeploys: true },
      },
      answer: z.object({}),
    });
    expect((await read())?.outputs.condition).toBe("running with other settings: variables");
    const { urls } = await update();
    expect((await answerOf(urls)).environment).not.toHaveProperty("ADDED");
    expect((await read())?.outputs.condition).toBe("running");
  });

  test("a put-right that is cut off before it is deployed is gone on with", async () => {
    await create();
    await settingsByHand({ source: { image: await railway.image("b", serving("b")) } });
    await railway.byHand({
      document: `mutation byHand($serviceId: String!, $environmentId: String!) {
        serviceInstanceDeployV2(serviceId: $serviceId, environmentId: $environmentId)
      }`,
      variables: { serviceId: (await found()).id, environmentId: place.environmentId },
      answer: z.object({}),
    });
    const always: Fault = { kind: "status", status: 400, message: "no" };
    railway.emulator().inject((call) => (isMutation("serviceInstanceDeployV2")(call) ? always : undefined));
    await expect(update()).rejects.toThrow(
      'Railway refused to deploy service "oxy-main-all-us-east4" (400: no)',
    );
    railway.emulator().inject(undefined);
    expect((await read())?.outputs.condition).toBe("running an earlier release");
    const { urls } = await update();
    expect((await answerOf(urls)).text).toBe("a");
  });

  test("what runs was stopped", async () => {
    await create();
    const stopped = await railway.byHand({
      document: `query latest($serviceId: String!, $environmentId: String!) {
        serviceInstance(serviceId: $serviceId, environmentId: $environmentId) { latestDeployment { id } }
      }`,
      variables: { serviceId: (await found()).id, environmentId: place.environmentId },
      answer: z.object({ serviceInstance: z.object({ latestDeployment: z.object({ id: z.string() }) }) }),
    });
    await railway.byHand({
      document: `mutation byHand($id: String!) { deploymentStop(id: $id) }`,
      variables: { id: stopped.serviceInstance.latestDeployment.id },
      answer: z.object({}),
    });
    await vi.waitFor(async () => expect((await read())?.outputs.condition).toBe("stopped"));
    expect((await update()).condition).toBe("running");
  });
});

test("deleted by hand it is gone, with its project too; and not allowed is not gone", async () => {
  await create();
  const known = { inputs, outputs: { condition: "", urls: {} } };
  railway.emulator().inject(() => ({ kind: "status", status: 403, message: "no" }));
  await expect(read()).rejects.toThrow("does not allow the holder of RAILWAY_TOKEN");
  railway.emulator().inject(undefined);
  await railway.byHand({
    document: `mutation byHand($id: String!) { serviceDelete(id: $id) }`,
    variables: { id: (await found()).id },
    answer: z.object({}),
  });
  expect(await read()).toBeUndefined();
  await railwayService.delete(ID, known, railway.context());
  await project.delete("staging", { inputs: { stack: "staging" }, outputs: place }, railway.context());
  expect(await read()).toBeUndefined();
  await railwayService.delete(ID, known, railway.context());
});

test("it is stopped in its own time before it is deleted", async () => {
  const image = await railway.image(
    "d",
    `${serving("d")}
    import { writeFileSync } from "node:fs";
    process.on("SIGTERM", () => setTimeout(() => { writeFileSync(${JSON.stringify(`${railway.home()}/drained`)}, ""); process.exit(0); }, 300));`,
  );
  await create({ image });
  railway.emulator().forget();
  const known = { inputs: { ...inputs, image }, outputs: { condition: "", urls: {} } };
  await railwayService.delete(ID, known, railway.context());
  expect(railway.writes()).toEqual(["deploymentStop", "serviceDelete"]);
  expect(existsSync(`${railway.home()}/drained`)).toBe(true);
  expect(railway.containers().running).toEqual([]);
});

test("what is imported is declared as it is found", async () => {
  const outputs = await create();
  const { environment, ...others } = inputs;
  expect(await railwayService.read(ID, undefined, railway.context())).toEqual({
    inputs: { ...others, environment },
    outputs,
  });
});

test("another region is another service", () => {
  expect(railwayService.identify({ ...inputs, region: "us-west2" })).toBe("staging/main/all@us-west2");
  expect(serviceName({ ...inputs, region: "us-west2" })).toBe("oxy-main-all-us-west2");
});

test("a setting that Railway would put something else in place of is refused", () => {
  const given = { ...inputs, environment: { GREETING: "${{shared.NAME}}" } };
  const { error } = railwayService.inputs.safeParse(given);
  expect(error?.issues.map(({ message }) => message)).toEqual([
    "text without ${{, which Railway would put something else in place of",
  ]);
  const allowed = { ...inputs, environment: { REDIS_URL: "${{oxy-redis.REDIS_URL}}" } };
  expect(railwayService.inputs.safeParse(allowed).success).toBe(true);
});

test("credentials of a registry are written once, and with every change of them", async () => {
  const registry = { registryUsername: "acme", registryPassword: SECRET };
  await create(registry);
  const credentials = (): unknown[] =>
    railway
      .emulator()
      .calls.map(
        ({ body }) => (body as { variables?: { input?: { registryCredentials?: unknown } } }).variables,
      )
      .flatMap((variables) => variables?.input?.registryCredentials ?? []);
  expect(credentials()).toEqual([{ username: "acme", password: SECRET }]);
  await update(registry);
  expect(credentials()).toHaveLength(1);
  await update({ ...registry, registryPassword: `${SECRET}-2` });
  expect(credentials()).toHaveLength(2);
});

test("no failure shows a secret", async () => {
  for (const name of CREATION) {
    const refused: Fault = { kind: "status", status: 422, message: "no" };
    railway.emulator().inject((call) => (isMutation(name)(call) ? refused : undefined));
    const { message } = await create().then(
      () => new Error("it did not fail"),
      (error: Error) => error,
    );
    expect(message).toMatch(/^Railway refused to .*"oxy-main-all-us-east4".* \(422: no\)$/);
    expect(message).not.toContain(SECRET);
    railway.emulator().inject(undefined);
  }
});
