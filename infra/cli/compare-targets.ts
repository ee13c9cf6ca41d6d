import { EXAMPLES_EXPLAINED } from "../compare/analysis/totals.ts";
import { parseTarget, parseStore, type StoreSpec, type TargetSpec } from "../compare/targets/spec.ts";
import { storeBeside, storeFor, type SamePlace } from "../compare/targets/store-for.ts";
import { OptionRefused } from "../compare/option-refused.ts";
import type { Target } from "../compare/targets/target.ts";
import { hosts } from "../hosts.ts";
import type { StackPlan } from "../plan.ts";
import { examplePlan, IMAGE_STAND_IN, namesSources } from "./example-plan.ts";
import { examples } from "./examples.ts";
import { EXIT, Failure } from "./failure.ts";
import { filePlan } from "./file-plan.ts";
import { isProduction, type Project, type StackFile } from "./project.ts";

/** What a person asks to be compared. */
export interface AskedTargets {
  readonly stacks: readonly string[];
  /** Undefined: all of them, where nothing else is asked for. */
  readonly examples: readonly string[] | undefined;
  /** As `--targets` has them. */
  readonly specs: readonly string[];
  /** Of those targets that name none, as `--store` has it. */
  readonly store?: string | undefined;
}

/** A stack's name, where it is none. */
const STACK = "compared";

/**
 * Their plans, each under a name of its own, in the order of asking: stacks, examples, then what flags describe.
 * @throws Failure
 */
export async function askedTargets(
  asked: AskedTargets,
  project: Project,
  samePlace: SamePlace,
): Promise<readonly Target[]> {
  const isNothingElse = asked.stacks.length === 0 && asked.specs.length === 0;
  const names = asked.examples ?? (isNothingElse ? (await examples()).map(({ name }) => name) : []);
  if (asked.store !== undefined && asked.specs.length === 0)
    throw new Failure(
      "--store: expected --targets beside it, because stacks and examples have a store of their own",
      EXIT.configuration,
    );
  const targets = [
    ...(await Promise.all(asked.stacks.map((name) => stackTarget(name, project)))),
    ...(await Promise.all(names.map((name) => exampleTarget(name, project)))),
    ...specTargets(asked, project, samePlace),
  ];
  const twice = targets.find(({ name }, index) => targets.findIndex((one) => one.name === name) !== index);
  if (twice !== undefined)
    throw new Failure(`expected each target once, got ${twice.name} twice`, EXIT.configuration);
  return targets;
}

/**
 * The target that is what a production stack of this project has: by its store and its fleets, whatever either is called.
 * @returns undefined when none is
 */
export async function currentOf(targets: readonly Target[], project: Project): Promise<string | undefined> {
  const stacks = await project.stacks();
  const files = await Promise.all(
    stacks.map(async (name) => ({ name, file: await project.stackFile(name) })),
  );
  const production = files.filter(({ file }) => isProduction(file, project));
  const named = targets.find(
    ({ name, origin }) => origin === "stack" && production.some((stack) => stack.name === name),
  );
  if (named !== undefined) return named.name;
  const plans = await Promise.all(
    production.map(async ({ name }) => (await stackTarget(name, project)).plan),
  );
  return targets.find(({ plan }) => plans.some((each) => isSameShape(each, plan)))?.name;
}

function isSameShape(one: StackPlan, other: StackPlan): boolean {
  const shape = ({ store, fleets }: StackPlan): string =>
    JSON.stringify([
      store.identity,
      fleets.map(({ name, host, region, size, processes }) => [
        name,
        host,
        region,
        size,
        processes.map(({ role, copies }) => [role, copies]),
      ]),
    ]);
  return shape(one) === shape(other);
}

/** Plans of the examples that the 2025 analysis is told beside. */
export async function analysedPlans(project: Project): Promise<Readonly<Record<string, StackPlan>>> {
  const targets = await Promise.all(EXAMPLES_EXPLAINED.map((name) => exampleTarget(name, project)));
  return Object.fromEntries(targets.map(({ name, plan }) => [name, plan]));
}

async function stackTarget(name: string, project: Project): Promise<Target> {
  const file = await project.stackFile(name);
  // What would run there costs the same.
  const image = namesSources(file, project.name) && !runsSources(file, project) ? IMAGE_STAND_IN : undefined;
  return {
    name,
    origin: "stack",
    plan: filePlan(file, { stack: name, project: project.name, image }),
    remarks: [],
  };
}

async function exampleTarget(name: string, project: Project): Promise<Target> {
  const { plan, example } = await examplePlan(name, { project: project.name });
  return { name: example, origin: "example", plan, remarks: [] };
}

function specTargets(
  { specs, store }: AskedTargets,
  project: Project,
  samePlace: SamePlace,
): readonly Target[] {
  try {
    const common = store === undefined ? undefined : parseStore(store);
    return specs.map((text) => specTarget(text, common, project, samePlace));
  } catch (error) {
    if (error instanceof OptionRefused) throw new Failure(error.message, EXIT.configuration);
    throw error;
  }
}

function specTarget(
  text: string,
  common: StoreSpec | undefined,
  project: Project,
  samePlace: SamePlace,
): Target {
  const spec: TargetSpec = parseTarget(text);
  const said = spec.store ?? common;
  const store = said === undefined ? storeFor(spec, samePlace) : storeBeside(spec, said, samePlace);
  const { images } = hosts[spec.fleet.host as keyof typeof hosts];
  const file: StackFile = {
    config: {
      [`${project.name}:image`]: (images as readonly string[]).includes("registry")
        ? IMAGE_STAND_IN
        : "./worker",
      [`${project.name}:store`]: store,
      [`${project.name}:fleets`]: { main: spec.fleet },
    },
  };
  try {
    const plan = filePlan(file, { stack: STACK, project: project.name });
    const chosen = `store ${store.kind}${typeof store["region"] === "string" ? ` in ${store["region"]}` : ""}`;
    const remarks =
      said === undefined ? [`${text}: ${chosen} was chosen; --store or +store names another`] : [];
    return { name: text, origin: "flag", plan, remarks };
  } catch (error) {
    if (error instanceof Failure) throw new Failure(`--targets ${text}: ${error.message}`, error.exitCode);
    throw error;
  }
}

/** Whether a host of its fleets runs what is on this machine. */
export function runsSources({ config = {} }: StackFile, project: Project): boolean {
  const fleets = (config[`${project.name}:fleets`] ?? {}) as Readonly<
    Record<string, { readonly host?: string } | undefined>
  >;
  return Object.values(fleets).some((fleet) => {
    const host = hosts[fleet?.host as keyof typeof hosts] as
      | { readonly images: readonly string[] }
      | undefined;
    return host === undefined || host.images.includes("bundle");
  });
}
