import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { isSecret } from "@pulumi/pulumi";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { exactly } from "../cost-item.ts";
import { stacksWith } from "../configs-fixture.ts";
import { deployNetwork, deployStore, stackResources } from "../deploy.ts";
import { registering } from "../engine-fixture.ts";
import { modulesLoadedBy } from "../modules-fixture.ts";
import { planStack } from "../plan.ts";
import type { StackResources, StoreDeployment } from "../stack-resources.ts";
import type { Store, StorePlan } from "../store.ts";
import { storeNamed, stores } from "../stores.ts";
import { deployed, requirements } from "./conformance-fixture.ts";

type Resources = Omit<StackResources, "store">;

const folder = fileURLToPath(new URL(".", import.meta.url));
const pages = fileURLToPath(new URL("../../docs/stores/", import.meta.url));

test("every folder is a store, of the kind that it is registered as", () => {
  const folders = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(Object.keys(stores).toSorted()).toEqual(folders.map(({ name }) => name).toSorted());
  expect(Object.values(stores).map(({ kind }) => kind)).toEqual(Object.keys(stores));
});

test("one that there is not is refused", () => {
  expect(() => storeNamed("memcached")).toThrow("no store is of kind memcached");
});

describe.each(Object.values(stores))("store $kind", (store) => {
  test.each(Object.entries(requirements))("%s", (_requirement, holds) => holds(store));

  test.each([true, false])("its address is secret (in a preview: %s)", async (preview) => {
    const { plan, networks, within } = await deployed(store);
    const secrets = Object.fromEntries((store.secrets ?? []).map((name) => [name, "of-the-test"]));
    const all = () => stackResources("trial", "/home/of/the/test", secrets);
    const program = async () => deployStore(plan, await deployNetwork(within, all()));
    const { result } = await registering("trial", program, { preview });
    expect(networks).not.toEqual([]);
    for (const network of networks) expect(await isSecret(result.urlFrom(network))).toBe(true);
  });

  test("has a page that says what it cannot do, and what it may lose", () => {
    for (const reason of store.cannot) console.info(`store ${store.kind} cannot ${reason}`);
    const page = readFileSync(`${pages}${store.kind}.md`, "utf8").replaceAll(/\s+/g, " ");
    const losses = fc
      .sample(stacksWith(store), { numRuns: 100, seed: 4 })
      .map(({ config, parts, registry }) => planStack(config, parts, registry).store.mayLose);
    expect([...store.cannot, ...losses].filter((reason) => !page.includes(reason))).toEqual([]);
  });

  test("says whether its API was checked against a description", () => {
    if (store.api === undefined) return;
    const { title, checkedAgainst = "unverified" } = store.api;
    console.info(`store ${store.kind}: requests to ${title} are checked against ${checkedAgainst}`);
    expect(readFileSync(`${pages}${store.kind}.md`, "utf8").replaceAll(/\s+/g, " ")).toContain(
      checkedAgainst,
    );
  });

  test("loads nothing of another store", () => {
    const others = Object.keys(stores).filter((kind) => kind !== store.kind);
    const modules = modulesLoadedBy(`${folder}${store.kind}/pulumi.ts`);
    expect(modules.filter((url) => others.some((kind) => url.includes(`/infra/stores/${kind}/`)))).toEqual(
      [],
    );
  });
});

describe("a store that does not keep to it is found out:", () => {
  const { local } = stores;
  let calls = 0;

  function planning(change: (plan: StorePlan) => object): Store {
    return { ...local, plan: (request) => ({ ...local.plan(request), ...change(local.plan(request)) }) };
  }

  function mapping(change: (plan: StorePlan, resources: Resources) => [StorePlan, Resources]): Store {
    const deployment = async () => {
      const mapped = await local.deployment();
      return {
        deployStore: (plan: StorePlan, resources: Resources): StoreDeployment =>
          mapped.deployStore(...change(plan, resources)),
      };
    };
    return { ...local, deployment };
  }

  const broken: readonly (readonly [string, string, Store])[] = [
    ["says nothing about it", "says what it cannot do", { ...local, cannot: [""] }],
    ["is not the same twice", "its plan is data", planning(() => ({ password: `${calls++}` }))],
    ["does not say what it loses", "its plan says", planning(() => ({ mayLose: "" }))],
    [
      "may be deleted",
      "is protected",
      mapping((plan, resources) => [{ ...plan, protected: false }, resources]),
    ],
    ["stays for ever", "is protected", planning(() => ({ protected: true }))],
    [
      "costs what nobody knows of",
      "its bill asks for",
      { ...local, price: () => [{ what: "rent", price: "local/rent", quantity: exactly(1) }] },
    ],
    [
      "depends on who deploys it",
      "its resources follow from the plan",
      mapping((plan, resources) => [plan, { ...resources, stack: `${calls++}` }]),
    ],
    [
      "is another in a preview",
      "its resources can be previewed",
      mapping((plan, resources) => [plan, { ...resources, stack: `${calls++}` }]),
    ],
  ];

  test.each(broken)("one that %s", async (_what, requirement, store) => {
    const [, holds] = Object.entries(requirements).find(([name]) => name.startsWith(requirement)) ?? [];
    if (holds === undefined) throw new Error(`nothing is required as ${requirement}`);
    await expect((async () => holds(store))()).rejects.toThrow(/expected|Property failed/);
  });

  test("so that each requirement is able to fail", () => {
    const shown = broken.map(([, requirement]) => requirement);
    const names = Object.keys(requirements);
    expect(names.filter((name) => !shown.some((start) => name.startsWith(start)))).toEqual([]);
  });
});
