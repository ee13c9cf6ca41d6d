import { expect, test } from "vitest";
import { z } from "zod";
import { useRender } from "../../emulators/render/render-fixture.ts";
import { service } from "./service.ts";
import type { ServiceInputs } from "./service-inputs.ts";
import { runningServices } from "./services.ts";

const built = `sha256:${"b".repeat(64)}`;
const render = useRender({ builds: () => built });
const made = z.object({ service: z.object({ id: z.string() }) });

/** As somebody makes a worker in the dashboard, from git. */
async function byHand(
  more: object = {},
  environment: Readonly<Record<string, string>> = {},
): Promise<string> {
  const envVars = Object.entries(environment).map(([key, value]) => ({ key, value }));
  const body = {
    type: "background_worker",
    name: "whatsapp",
    ownerId: "tea-rehearsal",
    repo: "https://github.com/acme/whatsapp",
    envVars,
    serviceDetails: { runtime: "node", region: "frankfurt", maxShutdownDelaySeconds: 7 },
    ...more,
  };
  const call = { method: "POST", path: "/services", body, doing: "make it by hand", answer: made } as const;
  const { id } = (await render().api.call(call)).service;
  render().emulator.forget();
  return id;
}

function idOf(serviceId: string, region = "frankfurt"): string {
  return service.identify({
    stack: "stack",
    fleet: "main",
    name: "worker",
    region,
    serviceId,
  } as ServiceInputs);
}

test("a service that an id names is found as it is, whoever made it and from whatever, and nothing is written", async () => {
  const serviceId = await byHand({}, { MODE: "on" });
  const found = await service.read(idOf(serviceId), undefined, render().context());
  expect(found?.inputs).toEqual({
    stack: "stack",
    fleet: "main",
    name: "worker",
    workspace: "tea-rehearsal",
    type: "background_worker",
    region: "frankfurt",
    plan: "starter",
    image: "",
    registryCredential: "",
    environment: { MODE: "on" },
    instances: 1,
    graceSeconds: 7,
    serviceId,
  });
  expect(found?.outputs.remoteId).toBe(serviceId);
  expect(service.identify(found?.inputs as ServiceInputs)).toBe(idOf(serviceId));
  expect(render().writes).toEqual([]);
});

test("a workspace's services are listed with what each is built from and its disk", async () => {
  const disk = { name: "auth", mountPath: "/var/auth", sizeGB: 1 };
  const serviceDetails = { runtime: "node", disk };
  const id = await byHand({ serviceDetails });
  expect(await runningServices(render().api, "tea-rehearsal")).toMatchObject([
    { id, repo: "https://github.com/acme/whatsapp", branch: "main", serviceDetails: { disk } },
  ]);
  expect(await runningServices(render().api, "tea-other")).toEqual([]);
});

test("one that is gone is not there", async () => {
  expect(await service.read(idOf("srv-00000000000000000000"), undefined, render().context())).toBeUndefined();
});

test("one that is elsewhere is refused with where it is", async () => {
  const serviceId = await byHand();
  await expect(service.read(idOf(serviceId, "oregon"), undefined, render().context())).rejects.toThrow(
    `region: expected frankfurt, where ${serviceId} is, got oregon`,
  );
});

test("that it is named stands for a mark, but not against another fleet's", async () => {
  const other = await byHand({}, { OXY_NAMESPACE: "stack", OXY_FLEET: "other" });
  const sentence =
    'service "whatsapp" at Render exists and is not of fleet main of stack stack, but fleet other of stack stack';
  await expect(service.read(idOf(other), undefined, render().context())).rejects.toThrow(sentence);
  const inputs = await wanted(other);
  await expect(service.create(idOf(other), inputs, render().context())).rejects.toThrow(sentence);
  expect(render().writes).toEqual([]);
});

test("one that Render builds from git becomes one of an image, under its own id and name", async () => {
  await render().image("b");
  const serviceId = await byHand({}, { GREETING: "old" });
  const inputs = await wanted(serviceId);
  const known = await service.read(idOf(serviceId), undefined, render().context());
  if (known === undefined) throw new Error("expected to find it");
  const outputs = await service.update(idOf(serviceId), inputs, known, render().context());
  expect(outputs).toMatchObject({ condition: "live", remoteId: serviceId });
  expect(await service.read(idOf(serviceId), { inputs, outputs }, render().context())).toEqual({
    inputs,
    outputs,
  });
  render().emulator.forget();
  await service.update(idOf(serviceId), inputs, { inputs, outputs }, render().context());
  expect(render().writes).toEqual([]);
});

async function wanted(serviceId: string): Promise<ServiceInputs> {
  return {
    stack: "stack",
    fleet: "main",
    name: "worker",
    workspace: "",
    type: "background_worker",
    region: "frankfurt",
    plan: "starter",
    image: await render().image("a"),
    registryCredential: "",
    environment: { OXY_NAMESPACE: "stack", OXY_FLEET: "main" },
    instances: 1,
    graceSeconds: 5,
    serviceId,
  };
}

test("what Render refuses leaves the service with the environment of what runs in it", async () => {
  const serviceId = await byHand({}, { GREETING: "old" });
  const refused = { kind: "status", status: 400 } as const;
  render().emulator.inject((call) => (call.method === "PATCH" ? refused : undefined));
  const inputs = await wanted(serviceId);
  await expect(service.create(idOf(serviceId), inputs, render().context())).rejects.toThrow(
    /Render refused to update service "whatsapp"/,
  );
  render().emulator.inject(undefined);
  const found = await service.read(idOf(serviceId), undefined, render().context());
  expect(found?.inputs.environment).toEqual({ GREETING: "old" });
});
