import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { output } from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { exactly } from "../cost-item.ts";
import type { FleetPlan, FleetRequest, Host } from "../host.ts";
import { hostNamed, hosts } from "../hosts.ts";
import { modulesLoadedBy, packagesAmong } from "../modules-fixture.ts";
import type { FleetDeployment, StackResources } from "../stack-resources.ts";
import { requirements } from "./conformance-fixture.ts";

type Deploy = (plan: FleetPlan, resources: StackResources) => FleetDeployment;

const folder = fileURLToPath(new URL(".", import.meta.url));
const pages = fileURLToPath(new URL("../../docs/hosts/", import.meta.url));

test("every folder is a host, named as it is registered", () => {
  const folders = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(Object.keys(hosts).toSorted()).toEqual(folders.map(({ name }) => name).toSorted());
  expect(Object.values(hosts).map(({ name }) => name)).toEqual(Object.keys(hosts));
});

test("one that there is not is refused", () => {
  expect(() => hostNamed("heroku")).toThrow("no host is named heroku");
});

describe.each(Object.values(hosts))("host $name", (host) => {
  test.each(Object.entries(requirements))("%s", (_requirement, holds) => holds(host));

  test("has a page that says what it cannot do", () => {
    for (const reason of host.cannot) console.info(`host ${host.name} cannot ${reason}`);
    const page = readFileSync(`${pages}${host.name}.md`, "utf8").replaceAll(/\s+/g, " ");
    expect(host.cannot.filter((reason) => !page.includes(reason))).toEqual([]);
  });

  test("says whether its API was checked against a description", () => {
    if (host.api === undefined) return;
    const { title, checkedAgainst = "unverified" } = host.api;
    console.info(`host ${host.name}: requests to ${title} are checked against ${checkedAgainst}`);
    expect(readFileSync(`${pages}${host.name}.md`, "utf8").replaceAll(/\s+/g, " ")).toContain(checkedAgainst);
  });

  test("loads nothing of another host, nor the SDK of another cloud", () => {
    const others = Object.keys(hosts).filter((name) => name !== host.name);
    const modules = ["pulumi", "operations"].flatMap((module) =>
      modulesLoadedBy(`${folder}${host.name}/${module}.ts`),
    );
    expect(modules.filter((url) => others.some((name) => url.includes(`/infra/hosts/${name}/`)))).toEqual([]);
    // Some of them take seconds.
    const sdks = packagesAmong(modules).filter((name) => /^@pulumi\/(?!pulumi$)|cdktf|aws/.test(name));
    const own = host.api?.title === "AWS" ? /^(@pulumi\/aws$|@aws-sdk\/|@aws\/)/ : /^$/;
    expect(sdks.filter((name) => !own.test(name))).toEqual([]);
  });
});

describe("a host that does not keep to it is found out:", () => {
  const { local } = hosts;
  let calls = 0;

  /** Local, but for its plan. */
  function planning(change: (plan: FleetPlan, request: FleetRequest) => object): Host {
    return {
      ...local,
      plan: (request) => ({ ...local.plan(request), ...change(local.plan(request), request) }),
    };
  }

  /** Local, but for the environment of its processes. */
  function setting(change: (environment: Readonly<Record<string, unknown>>) => object): Host {
    return planning(({ processes }) => ({
      processes: processes.map((process) =>
        Object.assign({ ...process }, { environment: change(process.environment) }),
      ),
    }));
  }

  /** Local, but for how its plan is mapped. */
  function mapping(
    change: (deploy: Deploy, plan: FleetPlan, resources: StackResources) => FleetDeployment,
  ): Host {
    const deployment = async () => {
      const { deployFleet } = await local.deployment();
      const changed: Deploy = (plan, resources) => change(deployFleet, plan, resources);
      return { deployFleet: changed };
    };
    return { ...local, deployment };
  }

  const nowhere = { urlFrom: () => output("redis://nowhere") };

  const broken: readonly (readonly [string, string, Host])[] = [
    ["says nothing about it", "says what it cannot do", { ...local, cannot: ["scale"] }],
    ["is not the same twice", "its plan is data", planning(() => ({ size: `${calls++}` }))],
    ["plans what is no data", "its plan is data", planning(() => ({ since: new Date(0) }))],
    [
      "writes into its request",
      "its plan is data",
      planning((plan, { config }) => Object.assign(config, { share: plan.share })),
    ],
    ["runs another image", "its plan repeats", planning(() => ({ image: "latest" }))],
    [
      "knows an address",
      "its plan holds no secret",
      setting((given) => ({ ...given, REDIS_URL: "redis://127.0.0.1" })),
    ],
    [
      "kills too early",
      "a process has time",
      planning(({ drainSeconds }) => ({ graceSeconds: drainSeconds })),
    ],
    ["promises too much", "a process has time", planning(() => ({ graceSeconds: 1_000 }))],
    [
      "runs a role twice",
      "its processes have every role",
      planning(({ processes }) => ({ processes: [...processes, ...processes] })),
    ],
    ["runs nothing", "its processes have every role", planning(() => ({ processes: [] }))],
    [
      "drops a setting",
      "each process gets",
      setting(({ OXY_NAMESPACE: _dropped, ...environment }) => environment),
    ],
    ["adds a setting", "each process gets", setting((environment) => ({ ...environment, REGION: "here" }))],
    [
      "costs what nobody knows of",
      "its bill asks for",
      { ...local, price: () => [{ what: "rent", price: "local/rent", quantity: exactly(1) }] },
    ],
    [
      "names at random",
      "its resources follow from the plan",
      mapping((deploy, plan, resources) => deploy({ ...plan, name: `${plan.name}${calls++}` }, resources)),
    ],
    [
      "waits for nobody",
      "its processes wait for the store",
      mapping((deploy, plan, resources) => deploy(plan, { ...resources, store: nowhere })),
    ],
    [
      "shows secrets",
      "its resources get the store's address",
      mapping((deploy, plan, resources) =>
        deploy(plan, { ...resources, store: nowhere, secret: () => output("not-to-be-seen 0") }),
      ),
    ],
    [
      "forgets the image",
      "its resources name the image",
      mapping((deploy, plan, resources) => deploy({ ...plan, image: "the newest" }, resources)),
    ],
    [
      "does nothing before it knows the store's address",
      "its resources can be previewed",
      mapping((deploy, plan, resources) => {
        resources.store.urlFrom("internet").apply(() => deploy(plan, resources));
        return { processes: [], urls: output<Readonly<Record<string, string>>>({}) };
      }),
    ],
    [
      "answers nobody",
      "answers an operator",
      { ...local, operations: () => Promise.reject(new Error("unknown")) },
    ],
  ];

  test.each(broken)("one that %s", async (_what, requirement, host) => {
    const [, holds] = Object.entries(requirements).find(([name]) => name.startsWith(requirement)) ?? [];
    if (holds === undefined) throw new Error(`nothing is required as ${requirement}`);
    await expect((async () => holds(host))()).rejects.toThrow(/expected|Property failed|unknown/);
  });

  test("so that each requirement is able to fail", () => {
    const shown = broken.map(([, requirement]) => requirement);
    const names = Object.keys(requirements);
    expect(names.filter((name) => !shown.some((start) => name.startsWith(start)))).toEqual([]);
  });
});
