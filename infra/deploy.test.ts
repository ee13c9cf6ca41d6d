import { isSecret, output, type Output, runtime } from "@pulumi/pulumi";
import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { InvalidStackConfig } from "./config.ts";
import { showsSecret, stacksOn } from "./configs-fixture.ts";
import {
  awaitFleets,
  bindStore,
  deployFleet,
  deployStore,
  outputs,
  recordRelease,
  stackConfig,
  stackResources,
  withinBudget,
} from "./deploy.ts";
import { AnyResource, registering, SECRET } from "./engine-fixture.ts";
import { hosts } from "./hosts.ts";
import { OverBudget } from "./monthly-cost/budget.ts";
import { planStack } from "./plan.ts";

const [sample] = fc.sample(stacksOn(hosts.local), { numRuns: 1, seed: 4 });
if (sample === undefined) throw new Error("there is no valid stack on host local");
const { config, parts } = sample;
const local = { kind: "local", persistence: "append-only", maxMemoryMb: 256 };
const plan = planStack({ ...config, production: true, store: local }, parts);
const cost = { kind: "unpriced", why: "nobody asks in this test" } as const;

/** The program, but for where its config comes from. */
async function program() {
  const resources = bindStore(plan.store, stackResources(parts.stack, "/home/of/the/test", config.secrets));
  const store = await deployStore(plan.store, resources);
  const fleets = await Promise.all(plan.fleets.map((fleet) => deployFleet(fleet, { ...resources, store })));
  const ready = awaitFleets(plan, parts.workload.startSeconds, { ...resources, store }, fleets);
  recordRelease(plan, resources, ready);
  return outputs(plan, cost, { ...resources, store }, fleets);
}

function known<T>(value: Output<T>): Promise<T> {
  return new Promise((resolve) => {
    value.apply(resolve);
  });
}

test("what a stack says of itself holds no secret but the store's address, and that one as a secret", async () => {
  const { result } = await registering(parts.stack, program);
  const { storeUrl, ...others } = result as typeof result & { readonly storeUrl: Output<string> };
  expect(await isSecret(storeUrl)).toBe(true);
  for (const value of Object.values(others)) expect(await isSecret(output(value as unknown))).toBe(false);
  expect(showsSecret(await known(output(others as unknown)))).toBe(false);
  expect(Object.keys(result)).toEqual(["plan", "image", "monthlyCost", "storeUrl", "urls"]);
});

test("fleets wait for the store, their readiness for their processes, and the release for that", async () => {
  const { registered } = await registering(parts.stack, program);
  const [fleet] = plan.fleets;
  const processes = (fleet?.processes ?? []).map(({ name }) => `${fleet?.name}-${name}`);
  const dependencies = new Map(registered.map(({ name, dependencies: names }) => [name, names]));
  for (const process of processes) expect(dependencies.get(process)).toContain("store");
  expect(dependencies.get(`${fleet?.name}-ready`)).toEqual(expect.arrayContaining(processes));
  expect(dependencies.get("release")).toEqual([`${fleet?.name}-ready`]);
  expect(registered.filter(({ protect }) => protect).map(({ name }) => name)).toEqual(["store"]);
});

test("readiness is asked for with the image and the place, and gets the store's address as a secret", async () => {
  const { registered } = await registering(parts.stack, program);
  const [fleet] = plan.fleets;
  const ready = registered.find(({ type }) => type === "oxy:index:FleetReady");
  expect(ready?.inputs).toMatchObject({
    stack: parts.stack,
    fleet: fleet?.name,
    image: plan.image,
    place: `${fleet?.host}/${fleet?.region}`,
    seconds: parts.workload.startSeconds + 30,
    storeUrl: SECRET,
  });
});

test("where the store is out of an operator's reach, the admin API is asked, with its token as a secret", async () => {
  const operator = { through: "admin", fleet: plan.fleets[0]?.name ?? "", process: "web" } as const;
  const secrets = { ...config.secrets, OXY_ADMIN_TOKEN: "token-of-the-admin-api-in-this-test" };
  const urls: Readonly<Record<string, string>> = {
    "web http": "https://web.example",
    "web board": "https://board.example",
  };
  const { registered, result } = await registering(parts.stack, async () => {
    const resources = bindStore(plan.store, stackResources(parts.stack, "/home/of/the/test", secrets));
    const store = await deployStore(plan.store, resources);
    const fleets = [{ processes: [], urls: output(urls) }];
    awaitFleets({ ...plan, operator }, 60, { ...resources, store }, fleets);
    return outputs({ ...plan, operator }, cost, { ...resources, store }, fleets);
  });
  const ready = registered.find(({ type }) => type === "oxy:index:FleetReady");
  expect(ready?.inputs).toMatchObject({ adminUrl: urls["web http"], adminToken: SECRET });
  expect(ready?.inputs).not.toHaveProperty("storeUrl");
  expect(ready?.secrets).toContain(secrets.OXY_ADMIN_TOKEN);
  const { adminToken } = result as typeof result & { readonly adminToken: Output<string> };
  expect(await isSecret(adminToken)).toBe(true);
});

test("where no operator reaches anybody, what its host awaits is all that is waited for, and no way is told", async () => {
  const operator = { through: "nothing", why: "because of this test" } as const;
  const { registered, result } = await registering(parts.stack, async () => {
    const resources = bindStore(plan.store, stackResources(parts.stack, "/home/of/the/test", config.secrets));
    const store = await deployStore(plan.store, resources);
    const process = new AnyResource("main-all");
    const fleets = [{ processes: [process], urls: output<Readonly<Record<string, string>>>({}) }];
    const ready = awaitFleets({ ...plan, operator }, 60, { ...resources, store }, fleets);
    recordRelease(plan, resources, ready);
    return outputs({ ...plan, operator }, cost, { ...resources, store }, fleets);
  });
  expect(registered.map(({ type }) => type)).not.toContain("oxy:index:FleetReady");
  const release = registered.find(({ type }) => type === "oxy:index:Release");
  expect(release?.dependencies).toContain("main-all");
  expect(result).not.toHaveProperty("storeUrl");
  expect(result).not.toHaveProperty("adminToken");
});

test("nothing is secret by chance: a preview without a store registers the same", async () => {
  const { registered } = await registering(parts.stack, program);
  const previewed = await registering(parts.stack, program, { preview: true });
  expect(previewed.registered.map(({ type, name }) => [type, name])).toEqual(
    registered.map(({ type, name }) => [type, name]),
  );
  expect(showsSecret(registered.map(({ inputs }) => inputs))).toBe(false);
});

test("a secret that the config has not is a defect, not an empty setting", () => {
  const { secret } = stackResources("trial", "/home/of/the/test", { OPENAI_API_KEY: "sk" });
  expect(() => secret("OXY_ENCRYPTION_KEYS")).toThrow("the plan asks for OXY_ENCRYPTION_KEYS");
});

test("the config is the one that Pulumi has, with what it knows to be secret", () => {
  const secrets = {
    OPENAI_API_KEY: "sk-1",
    OXY_ENCRYPTION_KEYS: `k1:${Buffer.alloc(32).toString("base64")}`,
  };
  const all = {
    "oxy-workers:image": "./worker",
    "oxy-workers:store": "local",
    "oxy-workers:fleets": JSON.stringify({ main: { host: "local" } }),
    "oxy-workers:secrets": JSON.stringify(secrets),
  };
  runtime.setAllConfig(all, ["oxy-workers:secrets"]);
  expect(stackConfig("oxy-workers", "trial")).toMatchObject({ store: { kind: "local" }, secrets });
  runtime.setAllConfig(all, []);
  expect(() => stackConfig("oxy-workers", "trial")).toThrow(InvalidStackConfig);
});

test("an image, and secrets that will be made, stand in for what the config says", () => {
  const secrets = { OPENAI_API_KEY: "sk-1" };
  const key = { OXY_ENCRYPTION_KEYS: `k1:${Buffer.alloc(32).toString("base64")}` };
  const all = {
    "oxy-workers:image": "./worker",
    "oxy-workers:store": "local",
    "oxy-workers:fleets": JSON.stringify({ main: { host: "local" } }),
    "oxy-workers:secrets": JSON.stringify(secrets),
  };
  runtime.setAllConfig(all, ["oxy-workers:secrets"]);
  expect(() => stackConfig("oxy-workers", "trial")).toThrow("OXY_ENCRYPTION_KEYS: expected");
  const made = stackConfig("oxy-workers", "trial", {
    image: "/elsewhere",
    secrets: { ...key, OPENAI_API_KEY: "another" },
  });
  expect(made).toMatchObject({ image: { path: "/elsewhere" }, secrets: { ...secrets, ...key } });

  runtime.setAllConfig({ ...all, "oxy-workers:secrets": "" }, []);
  expect(() => stackConfig("oxy-workers", "trial", { secrets: key })).toThrow("OPENAI_API_KEY: expected");
  const { "oxy-workers:secrets": _none, ...without } = all;
  runtime.setAllConfig(without, []);
  const both = { ...secrets, ...key };
  expect(stackConfig("oxy-workers", "trial", { secrets: both })).toMatchObject({ secrets: both });
});

test.each([
  ["are used", "", true],
  ["are not used in a rehearsal", "1", false],
])("credentials in the stack's config %s", async (_what, offline, expected) => {
  vi.stubEnv("OXY_OFFLINE", offline);
  const credentials = JSON.stringify({ TOY_TOKEN: "token-of-the-account" });
  const { registered } = await registering("trial", async () => {
    runtime.setAllConfig({ "oxy:credentials": credentials }, ["oxy:credentials"]);
    stackResources("trial", "/home/of/the/test", {});
  });
  vi.unstubAllEnvs();
  runtime.setAllConfig({}, []);
  expect(JSON.stringify(registered).includes("credentials")).toBe(expected);
});

test("a fleet that is held is not waited for, and nothing is released of it", async () => {
  const fleetsHeld = plan.fleets.map((fleet) => Object.assign({}, fleet, { held: true as const }));
  const held = { ...plan, fleets: fleetsHeld };
  const { registered } = await registering(parts.stack, async () => {
    const resources = stackResources(parts.stack, "/home/of/the/test", config.secrets);
    const store = await deployStore(held.store, resources);
    const fleets = await Promise.all(held.fleets.map((fleet) => deployFleet(fleet, { ...resources, store })));
    recordRelease(held, resources, awaitFleets(held, 1, { ...resources, store }, fleets));
  });
  const types = registered.map(({ type }) => type);
  expect(types.filter((type) => /FleetReady|Release/.test(type))).toEqual([]);
  expect(types).toContain("oxy:local:WorkerProcess");
});

test("a budget stops what costs more than it, unless that is allowed, and says so all the same", () => {
  expect(withinBudget(cost, undefined, { overBudget: false })).toBeUndefined();
  expect(() => withinBudget(cost, 50, { overBudget: false })).toThrow(OverBudget);
  expect(withinBudget(cost, 50, { overBudget: true })).toContain("expected at most 50.00 USD a month");
});
