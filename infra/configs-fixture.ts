import fc from "fast-check";
import { z } from "zod";
import { FLEET_NAME } from "./config.ts";
import type { FleetConfig, StackConfig, StoreConfig } from "./config.ts";
import { defineHost, type Host } from "./host.ts";
import type { Image } from "./image.ts";
import type { Network } from "./network.ts";
import { planVpc } from "./networks/aws-vpc/plan.ts";
import type { PlanParts, Registry } from "./plan.ts";
import { docOf } from "./stack-config/field.ts";
import { SECRET_NAME, SETTING_NAME } from "./stack-config/settings.ts";
import { defineStore, type Store } from "./store.ts";
import { DEPLOYMENT_SECRETS, DEPLOYMENT_SETTINGS, workload } from "./workload.ts";

/** Everything that a plan is made of. */
export interface Given {
  readonly config: StackConfig;
  readonly parts: PlanParts;
  readonly registry: Registry;
}

const REFERENCES: Readonly<Record<Image["kind"], string>> = {
  bundle: "sha256:",
  registry: "ghcr.io/acme/oxy-worker@sha256:",
};
/** Nothing else looks like a secret of these tests. */
const SECRET_TEXT = "not-to-be-seen";

/** Stacks with one fleet on this host, each of them valid, on a store that it reaches. */
export function stacksOn(host: Host): fc.Arbitrary<Given> {
  return fc
    .record({ stack: stackNames, fleet: fleetNames, draft: fleetsOn(host), more: stacks(host) })
    .map(({ stack, fleet, draft, more }) => {
      const refusals = (config: FleetConfig) => fleetRefusals(host, config, { stack, name: fleet, more });
      const fleetConfig = settled(draft, refusals);
      const config = { ...more.config, store: { kind: "any" }, fleets: { [fleet]: fleetConfig } };
      const parts = { stack, image: more.image, workload: { ...workload, drainSeconds: more.drainSeconds } };
      const registry = {
        hosts: { [host.name]: host },
        stores: { any: { ...anyStore, reachableFrom: () => host.reaches(fleetConfig) } },
      };
      return { given: { config, parts, registry }, isRefused: refusals(fleetConfig).length > 0 };
    })
    .filter(({ isRefused }) => !isRefused)
    .map(({ given }) => given);
}

/** Stacks with this store, under a fleet that reaches it. */
export function stacksWith(store: Store): fc.Arbitrary<Given> {
  return fc
    .record({ stack: stackNames, fleet: fleetNames, draft: storesOf(store), more: stacks(anyHost) })
    .map(({ stack, fleet, draft, more }) => {
      const refusals = (config: StoreConfig) => store.refusals?.(config, more.config.production, stack) ?? [];
      const storeConfig = settled(draft, refusals);
      const config = { ...more.config, store: storeConfig, fleets: { [fleet]: anyFleet } };
      const registry = {
        hosts: { any: hostThatReaches(store.reachableFrom(storeConfig)) },
        stores: { [store.kind]: store },
      };
      const given = { config, parts: { stack, image: more.image, workload }, registry };
      return { given, isRefused: refusals(storeConfig).length > 0 };
    })
    .filter(({ isRefused }) => !isRefused)
    .map(({ given }) => given);
}

function fleetRefusals(
  host: Host,
  fleet: FleetConfig,
  {
    stack,
    name,
    more: { config, image },
  }: { readonly stack: string; readonly name: string; readonly more: Stack },
): readonly string[] {
  const { production, secrets: theirs } = config;
  return host.refusals?.(fleet, { stack, name, production, image, secrets: Object.keys(theirs) }) ?? [];
}

/** A config put together at random, and what each of its own fields would be otherwise; undefined for left out. */
interface Draft<Config> {
  readonly config: Config;
  readonly otherwise: ReadonlyMap<string, unknown>;
}

/**
 * Of fields that are chosen at random nearly all are refused together, where there are many: what a refusal names
 * becomes what it would be otherwise, once. Whoever still is refused has to be left out.
 */
function settled<Config extends object>(
  { config, otherwise }: Draft<Config>,
  refusalsOf: (config: Config) => readonly string[],
): Config {
  const named = new Set(refusalsOf(config).map((refusal) => refusal.slice(0, refusal.indexOf(":"))));
  const changed = [...otherwise].filter(([name]) => named.has(name));
  if (changed.length === 0) return config;
  const fields = Object.entries({ ...config, ...Object.fromEntries(changed) });
  return settled(
    {
      config: Object.fromEntries(fields.filter(([, value]) => value !== undefined)) as Config,
      otherwise: new Map([...otherwise].filter(([name]) => !named.has(name))),
    },
    refusalsOf,
  );
}

/** One that puts its fleets into a VPC, where a store is to be reached only there. */
function hostThatReaches(networks: readonly Network[]): Host {
  const region = networks.map((network) => /^private:aws\/(.+)$/.exec(network)?.[1]).find((found) => found);
  const network: Pick<Host, "network"> =
    region === undefined
      ? {}
      : { network: ({ stack, production }) => planVpc({ stack, production, region }) };
  return { ...anyHost, reaches: () => networks, ...network };
}

const stackNames = fc.stringMatching(workload.namespace.pattern);
const fleetNames = fc.stringMatching(FLEET_NAME);

function fleetsOn(host: Host): fc.Arbitrary<Draft<FleetConfig>> {
  const shared = { host: fc.constant(host.name), share: fc.integer({ min: 0, max: 100 }) };
  return fieldsOf<FleetConfig>(host.config, shared);
}

function storesOf(store: Store): fc.Arbitrary<Draft<StoreConfig>> {
  return fieldsOf<StoreConfig>(store.config, { kind: fc.constant(store.kind) });
}

type Stack = typeof stacks extends (host: Host) => fc.Arbitrary<infer Made> ? Made : never;

function stacks(host: Host) {
  const hex = fc.stringMatching(/^[0-9a-f]{64}$/);
  const kinds = fc.constantFrom(...host.images);
  return fc.record({
    config: fc.record({
      // Resolved before anything is planned.
      image: fc.constant({ kind: "source" as const, path: "./worker" }),
      production: fc.boolean(),
      environment: environments,
      secrets,
    }),
    image: fc
      .tuple(kinds, hex)
      .map(([kind, digest]) => ({ kind, reference: `${REFERENCES[kind]}${digest}` })),
    drainSeconds: fc.integer({ min: 1, max: 3_600 }),
  });
}

const plainNames = fc
  .stringMatching(SETTING_NAME)
  .filter((name) => !(name in DEPLOYMENT_SETTINGS) && !SECRET_NAME.test(name));
const environments = fc.dictionary(plainNames, fc.string(), { noNullPrototype: true });

const secrets = fc.array(fc.stringMatching(/^[A-Z][A-Z0-9_]*_TOKEN$/), { maxLength: 3 }).map((more) => {
  const names = [...workload.secrets, "OXY_ADMIN_TOKEN", ...more, ...Object.keys(DEPLOYMENT_SECRETS)];
  return Object.fromEntries(names.map((name, index) => [name, `${SECRET_TEXT} ${index}`]));
});

/** Whether something shows a secret of these stacks. */
export function showsSecret(value: unknown): boolean {
  return JSON.stringify(value).includes(SECRET_TEXT);
}

/** A copy, so that whoever writes into it at any depth fails. */
export function frozen<T>(value: T): T {
  return freeze(structuredClone(value));
}

function freeze<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  for (const inside of Object.values(value)) freeze(inside);
  return Object.freeze(value);
}

/** Objects with a schema's fields, whatever they mean, and these; what may be left out is, half of the time. */
function fieldsOf<Config>(
  schema: z.ZodObject,
  more: Readonly<Record<string, fc.Arbitrary<unknown>>>,
): fc.Arbitrary<Draft<Config>> {
  const { properties = {}, required = [] } = z.toJSONSchema(schema);
  const own = Object.entries(properties).map(
    ([name, field]) =>
      [name, valuesOf(name, field as z.core.JSONSchema.BaseSchema, exampleOf(schema.shape[name]))] as const,
  );
  const optional = Object.keys(properties).filter((name) => !required.includes(name));
  const all = fc.record({ ...Object.fromEntries(own), ...more } as Record<string, fc.Arbitrary<unknown>>, {
    noNullPrototype: true,
  });
  return fc.tuple(all, fc.subarray(optional)).map(([values, omitted]) => ({
    config: Object.fromEntries(Object.entries(values).filter(([name]) => !omitted.includes(name))) as Config,
    otherwise: new Map(
      own.map(([name]) => [
        name,
        omitted.includes(name) ? values[name] : schema.shape[name]?.safeParse(undefined).data,
      ]),
    ),
  }));
}

/** Of a text: its pattern alone seldom makes one that means something. */
function exampleOf(field: z.core.$ZodType | undefined): string | undefined {
  const example = field === undefined ? undefined : docOf(field).example;
  return example?.startsWith('"') ? (JSON.parse(example) as string) : example;
}

function valuesOf(
  name: string,
  schema: z.core.JSONSchema.BaseSchema,
  example?: string,
): fc.Arbitrary<unknown> {
  const { enum: choices, type, minimum, maximum, pattern } = schema;
  if (choices !== undefined) return fc.constantFrom<unknown>(...choices);
  if (type === "boolean") return fc.boolean();
  if (type === "integer" && minimum !== undefined && maximum !== undefined)
    return fc.integer({ min: minimum, max: maximum });
  if (type === "string" && pattern !== undefined) {
    const matching = fc.stringMatching(new RegExp(pattern));
    return example === undefined ? matching : fc.oneof(matching, fc.constant(example));
  }
  throw new Error(`valuesOf: expected a field of a known kind, got ${name}: ${JSON.stringify(schema)}`);
}

export const anyFleet = { host: "any", region: "somewhere", size: "some", share: 100 };

/** A host of no place, to be changed for a test; so the store below. */
export const anyHost = defineHost({
  name: "any",
  config: z.strictObject({}),
  images: ["bundle", "registry"],
  reaches: () => ["internet"],
  maxGraceSeconds: 60,
  cannot: [],
  plan: ({ name, config, image, network, drainSeconds, graceSeconds, environment }) => ({
    ...config,
    name,
    image,
    network,
    drainSeconds,
    graceSeconds,
    processes: [
      {
        name: "all",
        role: "all",
        environment: { ...environment, OXY_ROLE: "all" },
        isPublic: true,
        copies: { least: 1, most: 1 },
      },
    ],
  }),
  price: () => [],
  deployment: () => Promise.reject(new Error("nothing is deployed on it")),
  operations: () => Promise.reject(new Error("nothing is deployed on it")),
});

export const anyStore = defineStore({
  kind: "any",
  config: z.strictObject({}),
  reachableFrom: () => ["internet"],
  cannot: [],
  plan: ({ config, production }) => ({
    kind: config.kind,
    identity: "any",
    mayLose: "nothing.",
    protected: production,
  }),
  price: () => [],
  deployment: () => Promise.reject(new Error("nothing is deployed on it")),
});
