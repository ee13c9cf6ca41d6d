import fc from "fast-check";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { parseStackConfig } from "../config.ts";
import { hosts } from "../hosts.ts";
import { planStack } from "../plan.ts";
import { stores } from "../stores.ts";
import { workload } from "../workload.ts";
import { database, selection, web, worker } from "./found-fixture.ts";
import type { Selection } from "./selection.ts";
import { adoptedStack, sizeOf } from "./stack-text.ts";

const PARTS = { project: "shop", fleet: "main", workspace: "", image: "./worker", environment: {} };
const SECRETS = { OPENAI_API_KEY: "sk-1", OXY_ENCRYPTION_KEYS: `k1:${Buffer.alloc(32).toString("base64")}` };

/** As a deployment reads it. */
function planned(text: string) {
  const { config } = parse(text) as { config: Readonly<Record<string, unknown>> };
  const all = { ...config, "shop:secrets": SECRETS, "shop:production": true };
  const texts = Object.entries(all).map(([key, value]) => [
    key,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  const stack = "production";
  const isSecret = (key: string) => key === "shop:secrets";
  const read = parseStackConfig(Object.fromEntries(texts) as Record<string, string>, "shop", {
    ...{ stack, hosts, stores, isSecret },
  });
  return planStack(read, { stack, image: { kind: "bundle", reference: "./worker" }, workload });
}

test("the config matches what was selected, and holds it", () => {
  const scaling = { enabled: true, min: 2, max: 5, criteria: criteria(true, 60, false) };
  const chosen = selection({ worker: worker({ details: { plan: "pro_plus", autoscaling: scaling } }) });
  const text = adoptedStack(chosen, { ...PARTS, workspace: "Acme", environment: { OPENAI_MODEL: "gpt-4o" } });
  expect(text).toBe(`config:
  shop:image: ./worker
  # The database "whatsapp".
  shop:store:
    kind: upstash
    region: us-east-1
    plan: 250mb
    databaseId: 96ad0856-03b1-4ee7-9666-e81abd0349e1
    # Kept as it is found, until this line is removed.
    hold: true
  # The services "web" and "worker".
  shop:fleets:
    main:
      host: render
      region: virginia
      size: pro-plus
      services: two
      instances: 2
      autoscaling: cpu
      maxInstances: 5
      targetCpuPercent: 60
      workspace: "Acme"
      webServiceId: srv-web0000000000000000a
      workerServiceId: srv-worker0000000000000a
      # Kept as it is found, until this line is removed.
      hold: true
  shop:environment:
    OPENAI_MODEL: "gpt-4o"
`);
});

test("one service is a fleet of one", () => {
  const text = adoptedStack(selection({ worker: undefined }), PARTS);
  expect(planned(text).fleets).toMatchObject([
    { held: true, processes: [{ name: "all", serviceId: web().service.id }] },
  ]);
});

test("whatever runs, in production too and before there is an image to deploy, the stack can be planned and is held", () => {
  fc.assert(
    fc.property(selections, fc.dictionary(fc.constantFrom("A", "B"), fc.string()), (chosen, environment) => {
      const plan = planned(adoptedStack(chosen, { ...PARTS, environment }));
      expect(plan.store).toMatchObject({ held: true, databaseId: chosen.database.thing.database_id });
      const ids = plan.fleets
        .flatMap(({ processes }) => processes)
        .map((process) => Object(process).serviceId);
      expect(ids).toEqual([chosen.web, chosen.worker].flatMap((one) => one?.thing.service.id ?? []));
      expect(plan.fleets).toMatchObject([{ held: true }]);
      expect(plan.fleets[0]?.processes[0]?.environment).toMatchObject(environment);
    }),
  );
});

test("a plan that a fleet has no name for is not made up", () => {
  expect(sizeOf(worker({ details: { plan: "free" } }))).toBeUndefined();
  expect(sizeOf(worker({ details: { plan: "1c-2g" } }))).toBe("1c-2g");
});

function criteria(byCpu: boolean, percentage: number, byMemory: boolean) {
  return { cpu: { enabled: byCpu, percentage }, memory: { enabled: byMemory, percentage } };
}

const selections: fc.Arbitrary<Selection> = fc
  .record({
    plan: fc.constantFrom("free", "starter", "pro_plus", "standard_plus", "0.5c-512mb"),
    region: fc.constantFrom("oregon", "ohio", "virginia", "frankfurt", "singapore"),
    numInstances: fc.integer({ min: 1, max: 100 }),
    name: fc.string(),
    scaling: fc.option(
      fc.record({
        min: fc.integer({ min: 1, max: 20 }),
        more: fc.integer({ min: 0, max: 80 }),
        byCpu: fc.boolean(),
        byMemory: fc.boolean(),
        percentage: fc.integer({ min: 1, max: 90 }),
      }),
    ),
    type: fc.constantFrom("free", "payg", "paid", "pro"),
    primary_region: fc.constantFrom("us-west-2", "sa-east-1", "us-east4"),
    isAlone: fc.boolean(),
  })
  .map(({ plan, region, numInstances, name, scaling, type, primary_region, isAlone }) => {
    const autoscaling =
      scaling === null
        ? null
        : {
            enabled: true,
            min: scaling.min,
            max: scaling.min + scaling.more,
            criteria: criteria(scaling.byCpu, scaling.percentage, scaling.byMemory),
          };
    const details = { plan, region, numInstances, autoscaling };
    return selection({
      web: web({ name, details }),
      worker: isAlone ? undefined : worker({ name, details }),
      database: database({ type, primary_region, database_name: name }),
    });
  });
