import { parse as parseToml } from "smol-toml";
import { describe, expect, test } from "vitest";
import { parse as parseYaml } from "yaml";
import type { FleetConfig } from "../config.ts";
import { fly } from "../hosts/fly/host.ts";
import { railway } from "../hosts/railway/host.ts";
import { render } from "../hosts/render/host.ts";
import { planStack, type StackPlan } from "../plan.ts";
import { upstash } from "../stores/upstash/store.ts";
import { workload } from "../workload.ts";
import { flyToml } from "./fly-toml.ts";
import { railwayJson } from "./railway-json.ts";
import { renderYaml } from "./render-yaml.ts";

const IMAGE = `ghcr.io/acme/oxy-worker@sha256:${"ab".repeat(32)}`;
const SECRETS = {
  OXY_ENCRYPTION_KEYS: "keys-not-to-be-seen",
  OPENAI_API_KEY: "not-to-be-seen either",
};

/** A stack with one fleet of these fields, the others by default, and a setting that is hard to quote. */
function planOn(host: string, fields: object, environment = {}): StackPlan {
  const registry = { hosts: { fly, railway, render }, stores: { upstash } };
  const { config } = registry.hosts[host as keyof typeof registry.hosts];
  const fleet = { host, share: 100, ...config.parse(fields) } as unknown as FleetConfig;
  return planStack(
    {
      image: { kind: "registry", reference: IMAGE },
      store: { kind: "upstash", ...upstash.config.parse({}) },
      fleets: { main: fleet },
      production: false,
      environment,
      secrets: SECRETS,
    },
    { stack: "staging", image: { kind: "registry", reference: IMAGE }, workload },
    registry,
  );
}

const ODD = { GREETING: 'a "word": #1\nand \\ more' };

describe.each([
  ["render", renderYaml],
  ["fly", flyToml],
  ["railway", railwayJson],
])("what is exported for %s", (host, format) => {
  test.each(["one", "two"])("has no secret in it (%s)", (services) => {
    const text = JSON.stringify(format.files(planOn(host, { services }, ODD)));
    for (const secret of Object.values(SECRETS)) expect(text).not.toContain(secret);
  });
});

describe("render.yaml", () => {
  // Fields of a service: render-blueprints, field-reference, of render-oss/skills, 2026-08-18.
  const DOCUMENTED = new Set([
    ...["name", "type", "runtime", "image", "plan", "region", "numInstances", "scaling"],
    ...["maxShutdownDelaySeconds", "healthCheckPath", "envVars"],
  ]);

  function services(fields: object, environment = {}) {
    const [file, ...others] = renderYaml.files(planOn("render", fields, environment));
    expect(file?.name).toBe("render.yaml");
    expect(others).toEqual([]);
    return (parseYaml(file?.text ?? "") as { services: Record<string, unknown>[] }).services;
  }

  test("has a web and a worker service, with what each is to be", () => {
    const [web, worker, ...others] = services({ services: "two", instances: 3, size: "standard" });
    expect(others).toEqual([]);
    const both = {
      runtime: "image",
      image: { url: IMAGE },
      plan: "standard",
      region: "oregon",
      maxShutdownDelaySeconds: 30,
    };
    expect(web).toMatchObject({
      ...both,
      type: "web",
      name: "oxy-staging-main-web",
      numInstances: 1,
      healthCheckPath: "/health/ready",
    });
    expect(worker).toMatchObject({
      ...both,
      type: "worker",
      name: "oxy-staging-main-worker",
      numInstances: 3,
    });
    expect(worker).not.toHaveProperty("healthCheckPath");
    for (const service of [web, worker]) {
      const unknown = Object.keys(service ?? {}).filter((key) => !DOCUMENTED.has(key));
      expect(unknown).toEqual([]);
    }
  });

  test("says plain settings, and asks for the secret ones and for the store's address", () => {
    const [all] = services({}, ODD);
    const variables = all?.["envVars"] as { key: string; value?: string; sync?: boolean }[];
    expect(
      variables
        .filter(({ sync }) => sync === false)
        .map(({ key }) => key)
        .toSorted(),
    ).toEqual(["OPENAI_API_KEY", "OXY_ENCRYPTION_KEYS", "REDIS_URL"]);
    expect(variables).toContainEqual({ key: "GREETING", value: ODD.GREETING });
    expect(variables).toContainEqual({ key: "OXY_ROLE", value: "all" });
    expect(variables).toContainEqual({ key: "DRAIN_SECONDS", value: "25" });
  });

  test("scales, and pulls a private image, in the Blueprint's own words", () => {
    const fields = {
      size: "pro-plus",
      autoscaling: "cpu",
      instances: 2,
      maxInstances: 5,
      registryCredential: "ghcr",
    };
    expect(services(fields)[0]).toMatchObject({
      plan: "pro plus",
      image: { url: IMAGE, creds: { fromRegistryCreds: { name: "ghcr" } } },
      scaling: { minInstances: 2, maxInstances: 5, targetCPUPercent: 70 },
    });
  });
});

describe("fly.toml", () => {
  test("is one app, which is stopped by nobody and ended with the worker's own signal", () => {
    const [file, ...others] = flyToml.files(planOn("fly", { instances: 2, region: "gru" }, ODD));
    expect(others).toEqual([]);
    expect(file?.name).toBe("fly.toml");
    expect(parseToml(file?.text ?? "")).toEqual({
      app: "oxy-staging-main-all",
      primary_region: "gru",
      kill_signal: "SIGTERM",
      kill_timeout: 30,
      build: { image: IMAGE },
      env: expect.objectContaining({ ...ODD, OXY_ROLE: "all", PORT: "8080" }) as object,
      http_service: {
        internal_port: 8080,
        force_https: true,
        auto_stop_machines: "off",
        auto_start_machines: false,
        min_machines_running: 2,
        checks: [
          { interval: "15s", timeout: "5s", grace_period: "60s", method: "GET", path: "/health/ready" },
        ],
      },
      restart: [{ policy: "always" }],
      vm: [{ cpu_kind: "shared", cpus: 1, memory: "512mb" }],
    });
    expect(file?.text).toContain(
      "#   fly secrets set --stage --app oxy-staging-main-all OXY_ENCRYPTION_KEYS=… OPENAI_API_KEY=… REDIS_URL=…\n",
    );
    expect(file?.text).toContain("fly scale count 2 --app oxy-staging-main-all --region gru");
  });

  test("has a mount where its machines have volumes, of which Fly makes one for each", () => {
    const [file] = flyToml.files(planOn("fly", { volumeGb: 3 }));
    const { mounts } = parseToml(file?.text ?? "");
    expect(mounts).toEqual([{ source: "oxy_all", destination: "/data", initial_size: "3gb" }]);
  });

  test("is one for each of two processes, because an app has one environment", () => {
    const [web, worker, ...others] = flyToml.files(planOn("fly", { services: "two" }));
    expect(others).toEqual([]);
    expect([web?.name, worker?.name]).toEqual(["fly.web.toml", "fly.worker.toml"]);
    expect(parseToml(web?.text ?? "")).toMatchObject({ env: { OXY_ROLE: "web" }, http_service: {} });
    const own = parseToml(worker?.text ?? "");
    expect(own).toMatchObject({
      env: { OXY_ROLE: "worker", OXY_HEALTH_PORT: "3001" },
      checks: { ready: { type: "http", port: 3001, path: "/health/ready" } },
    });
    expect(own).not.toHaveProperty("http_service");
  });
});

describe("railway.json", () => {
  test("says where and how often a service runs, and that it is not killed at once", () => {
    const fields = { services: "two", instances: 2, region: "us-east4" };
    const [web, worker, ...others] = railwayJson.files(planOn("railway", fields));
    expect(others).toEqual([]);
    expect([web?.name, worker?.name]).toEqual(["railway.web.json", "railway.worker.json"]);
    expect(JSON.parse(worker?.text ?? "")).toEqual({
      $schema: "https://railway.com/railway.schema.json",
      deploy: {
        multiRegionConfig: { "us-east4-eqdc4a": { numReplicas: 2 } },
        healthcheckPath: "/health/ready",
        healthcheckTimeout: 60,
        restartPolicyType: "ALWAYS",
        overlapSeconds: "5",
        drainingSeconds: "30",
      },
    });
  });

  test("comes with when Railway stops to read it", () => {
    expect(railwayJson.remarks.join("\n")).toContain("none after 2026-12-01");
  });
});
