import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { StackConfig } from "./config.ts";
import { anyFleet, anyHost, anyStore, showsSecret, stacksOn } from "./configs-fixture.ts";
import type { Host } from "./host.ts";
import { hosts } from "./hosts.ts";
import { modulesLoadedBy, packagesAmong } from "./modules-fixture.ts";
import { PlanRefused, planStack, type Registry, type PlanParts, type StackPlan } from "./plan.ts";
import type { Store } from "./store.ts";
import { DEPLOYMENT_SETTINGS, PLANNED_SETTINGS, workload } from "./workload.ts";

const digest = `sha256:${"0a".repeat(32)}`;
const published = `ghcr.io/acme/oxy-worker@${digest}`;
const registry = { hosts: { any: anyHost }, stores: { any: anyStore } };
const parts: PlanParts = { stack: "trial", image: { kind: "bundle", reference: digest }, workload };
const config: StackConfig = {
  image: { kind: "bundle", reference: digest },
  store: { kind: "any" },
  fleets: { main: anyFleet },
  production: false,
  environment: {},
  secrets: { OPENAI_API_KEY: "sk-of-the-test", OXY_ENCRYPTION_KEYS: "k1:of-the-test" },
};

function refusal(given: {
  readonly config?: Partial<StackConfig>;
  readonly parts?: Partial<PlanParts>;
  readonly registry?: Registry;
}): readonly string[] {
  try {
    planStack({ ...config, ...given.config }, { ...parts, ...given.parts }, given.registry ?? registry);
  } catch (error) {
    if (error instanceof PlanRefused) return error.reasons;
    throw error;
  }
  return [];
}

function environmentOf(plan: StackPlan) {
  return plan.fleets[0]?.processes[0]?.environment ?? {};
}

test("a stack that can work is planned", () => {
  expect(refusal({})).toEqual([]);
  expect(planStack(config, parts, registry)).toMatchObject({
    stack: "trial",
    production: false,
    image: digest,
    store: { kind: "any" },
    fleets: [{ name: "main", host: "any", image: digest, drainSeconds: 25, graceSeconds: 30 }],
  });
});

test("a store that the fleet could not reach is refused", () => {
  const stores = {
    any: { ...anyStore, kind: "vault", reachableFrom: () => ["private:render oregon" as const] },
  };
  const remote = { ...anyHost, name: "remote", reaches: () => ["internet" as const, "loopback" as const] };
  expect(refusal({ registry: { stores, hosts: { any: remote } } })).toEqual([
    "fleets.main.host: expected a host that reaches store vault (it is reachable from private:render oregon), " +
      "got remote (it reaches internet, loopback)",
  ]);
});

test("what is reached may depend on the region", () => {
  const host = { ...anyHost, reaches: ({ region }: { region: string }) => [`private:${region}` as const] };
  const store = { ...anyStore, reachableFrom: () => ["private:oregon" as const] };
  const within = { hosts: { any: host }, stores: { any: store } };
  const secrets = { ...config.secrets, OXY_ADMIN_TOKEN: "of-the-test" };
  const inRegion = (region: string) => ({ fleets: { main: { ...anyFleet, region } }, secrets });
  expect(refusal({ registry: within, config: inRegion("oregon") })).toEqual([]);
  expect(refusal({ registry: within, config: inRegion("frankfurt") })).toEqual([
    expect.stringContaining("got any (it reaches private:frankfurt)"),
  ]);
});

test.each([
  [
    "bundle",
    published,
    "image: expected ./worker or the digest of a bundle on this machine, because fleet main is on host any, got " +
      published,
  ],
  [
    "registry",
    digest,
    `image: expected an image in a registry, by digest, because fleet main is on host any, got ${digest}; ` +
      "npm run image builds one to push, --offline rehearses without",
  ],
] as const)("an image is refused where only one of kind %s runs", (kind, reference, sentence) => {
  const only = { ...anyHost, images: [kind] };
  const image = { kind: kind === "bundle" ? "registry" : "bundle", reference } as const;
  expect(refusal({ registry: { ...registry, hosts: { any: only } }, parts: { image } })).toEqual([sentence]);
});

test("a host that kills at once is refused", () => {
  const hasty = { ...anyHost, name: "hasty", maxGraceSeconds: 5 };
  expect(refusal({ registry: { ...registry, hosts: { any: hasty } } })).toEqual([
    "fleets.main.host: expected a host that leaves a process more than 5 s to stop, got hasty (it leaves 5 s)",
  ]);
});

test("what a host leaves of the time to drain is used", () => {
  const brief = { ...anyHost, maxGraceSeconds: 10 };
  const plan = planStack(config, parts, { ...registry, hosts: { any: brief } });
  expect(plan.fleets).toMatchObject([{ drainSeconds: 5, graceSeconds: 10 }]);
  expect(environmentOf(plan)).toMatchObject({ DRAIN_SECONDS: "5" });
});

test.each(["Trial", "my_stack", "a".repeat(41)])(
  "a stack named %s is refused: no deployment may be called so",
  (stack) => {
    const sentence = `stack: expected a name of 1 to 40 of a-z, 0-9 and '-', got ${stack}`;
    expect(refusal({ parts: { stack } })).toEqual([sentence]);
  },
);

test("every reason is told at once, each for its fleet", () => {
  const hasty = { ...anyHost, name: "hasty", maxGraceSeconds: 0, images: ["registry" as const] };
  const apart = { ...anyHost, name: "apart", reaches: () => ["loopback" as const] };
  const fleets = { one: { ...anyFleet, host: "hasty" }, two: { ...anyFleet, host: "apart" } };
  const refused = refusal({
    config: { fleets },
    parts: { stack: "A" },
    registry: { ...registry, hosts: { hasty, apart } },
  });
  expect(refused.map((reason) => reason.split(": ")[0])).toEqual([
    "stack",
    "image",
    "fleets.one.host",
    "fleets.two.host",
  ]);
  expect(new PlanRefused(refused).message.split("\n")).toEqual([
    "this stack cannot be deployed:",
    ...refused.map((reason) => `  ${reason}`),
  ]);
});

test("the flag of production is the worker's, unless the stack says otherwise", () => {
  const node = (production: boolean, environment: Readonly<Record<string, string>> = {}) =>
    environmentOf(planStack({ ...config, production, environment }, parts, registry))["NODE_ENV"];
  expect(node(true)).toBe("production");
  expect(node(false)).toBe("development");
  expect(node(true, { NODE_ENV: "test" })).toBe("test");
});

test("nothing that the stack says replaces what only the deployment may say", () => {
  const forged = Object.fromEntries(Object.keys(PLANNED_SETTINGS).map((name) => [name, "forged"]));
  for (const given of [{ environment: forged }, { secrets: { ...config.secrets, ...forged } }]) {
    expect(environmentOf(planStack({ ...config, ...given }, parts, registry))).toMatchObject({
      REDIS_URL: { store: "url" },
      OXY_ROLE: "all",
      OXY_FLEET: "main",
      OXY_NAMESPACE: "trial",
      DRAIN_SECONDS: "25",
    });
  }
});

test("what a plan sets by itself is what nobody else may set, but for NODE_ENV", () => {
  const set = Object.keys(environmentOf(planStack({ ...config, secrets: {} }, parts, registry)));
  expect(set.filter((name) => name !== "NODE_ENV").toSorted()).toEqual(
    Object.keys(PLANNED_SETTINGS).toSorted(),
  );
  expect(Object.keys(DEPLOYMENT_SETTINGS)).toEqual(expect.arrayContaining(Object.keys(PLANNED_SETTINGS)));
});

test("a whole plan holds no secret and survives being written down", () => {
  fc.assert(
    fc.property(fc.constantFrom(...Object.values(hosts)).chain(stacksOn), (given) => {
      const plan = planStack(given.config, given.parts, given.registry);
      expect(showsSecret(plan)).toBe(false);
      expect(JSON.parse(JSON.stringify(plan))).toStrictEqual(plan);
    }),
  );
});

test("deciding loads no SDK, whatever hosts and stores there are", () => {
  const modules = modulesLoadedBy(new URL("plan.ts", import.meta.url).pathname);
  expect(packagesAmong(modules)).toEqual(["zod"]);
  expect(modules.filter((url) => /\/(pulumi|cdktf|operations)[.]ts$/.test(url))).toEqual([]);
});

describe("an operator goes through", () => {
  const withAdmin = { ...config, secrets: { ...config.secrets, OXY_ADMIN_TOKEN: "of-the-test" } };
  const inside = { ...anyStore, reachableFrom: () => ["private:oregon" as const] };
  const neighbour = { ...anyHost, reaches: () => ["private:oregon" as const] };
  const hidden: Host = {
    ...neighbour,
    plan: (request) => {
      const plan = neighbour.plan(request);
      return {
        ...plan,
        processes: plan.processes.map((process) => Object.assign({}, process, { isPublic: false })),
      };
    },
  };
  const planned = (given: StackConfig, host: Host, store: Store) =>
    planStack(given, parts, { hosts: { any: host }, stores: { any: store } }).operator;
  const refused = (given: StackConfig, host: Host) =>
    refusal({ config: given, registry: { hosts: { any: host }, stores: { any: inside } } });

  test("the store, where it is reachable from the internet or this machine", () => {
    expect(planned(config, anyHost, anyStore)).toEqual({ through: "store", network: "internet" });
  });

  test("the admin API of a process that serves on the internet, where the store is not", () => {
    expect(planned(withAdmin, neighbour, inside)).toEqual({
      through: "admin",
      fleet: "main",
      process: "all",
    });
  });

  test("nothing without a token for it, or such a process: that is refused", () => {
    expect(refused(config, neighbour)).toEqual([
      expect.stringMatching(/^secrets.OXY_ADMIN_TOKEN: expected /),
    ]);
    expect(refused(withAdmin, hidden)).toEqual([expect.stringMatching(/^fleets: expected a process that /)]);
  });

  test("nothing, where the host of the one fleet awaits by itself that it is ready; of several, somebody has to be asked", () => {
    const awaiting = { ...hidden, awaitsReady: true as const };
    expect(planned(withAdmin, awaiting, inside)).toEqual({
      through: "nothing",
      why: expect.stringMatching(/^because store any is reachable only from /),
    });
    const two = { ...withAdmin, fleets: { main: anyFleet, more: anyFleet } };
    expect(refused(two, awaiting)).toEqual([expect.stringMatching(/^fleets: expected a process that /)]);
  });
});

describe("a network of the stack's own", () => {
  const named = (kind: string) => ({ kind, name: "private:shed" as const });
  const planning = (kind: string): Host => ({
    ...anyHost,
    reaches: () => ["private:shed", "internet"],
    network: () => named(kind),
  });
  const two = { ...config, fleets: { main: anyFleet, more: { ...anyFleet, host: "other" } } };

  test("is one for all that are in it, and what is put into it is told so", () => {
    const told: unknown[] = [];
    const telling: Host = {
      ...planning("wire"),
      plan: (request) => (told.push(request.within), anyHost.plan(request)),
    };
    const store: Store = {
      ...anyStore,
      reachableFrom: () => ["private:shed", "internet"],
      plan: (request) => (told.push(request.within), anyStore.plan(request)),
    };
    const plan = planStack(two, parts, { hosts: { any: telling, other: telling }, stores: { any: store } });
    expect(plan.networks).toEqual([named("wire")]);
    expect(told).toEqual([named("wire"), named("wire"), named("wire")]);
    expect(planStack(config, parts, registry).networks).toEqual([]);
  });

  test("is refused where two fleets want it otherwise than each other", () => {
    const differing = { any: planning("wire"), other: planning("string") };
    expect(refusal({ config: two, registry: { hosts: differing, stores: { any: anyStore } } })).toEqual([
      "fleets.more: expected the network that fleet main has, because both are in private:shed, got another",
    ]);
  });
});

test("a secret that a store is made with is missed where there is none, and given to no process", () => {
  const store: Store = { ...anyStore, kind: "vault", secrets: ["OXY_STORE_PASSWORD"] };
  const own = { hosts: { any: anyHost }, stores: { any: store } };
  expect(refusal({ registry: own })).toEqual([
    "secrets.OXY_STORE_PASSWORD: expected the password that the store is made with, where it does not make one itself " +
      "(oxy up makes one), because the store is vault",
  ]);
  const secrets = { ...config.secrets, OXY_STORE_PASSWORD: "p-of-the-test" };
  const environment = environmentOf(planStack({ ...config, secrets }, parts, own));
  expect(environment).toHaveProperty("OPENAI_API_KEY");
  expect(environment).not.toHaveProperty("OXY_STORE_PASSWORD");
});

test("what cannot work together on a host or a store is refused by them, each with its place", () => {
  const host = { ...anyHost, refusals: () => ["size: expected a smaller one, got some"] };
  const store = { ...anyStore, refusals: () => ["size: expected a larger one, got none"] };
  expect(refusal({ registry: { hosts: { any: host }, stores: { any: store } } })).toEqual([
    "fleets.main.size: expected a smaller one, got some",
    "store.size: expected a larger one, got none",
  ]);
});
