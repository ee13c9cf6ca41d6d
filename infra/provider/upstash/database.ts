import { z } from "zod";
import { createOnce } from "../../api/create-once.ts";
import { until } from "../../api/until.ts";
import { remoteName } from "../remote-name.ts";
import { NotOurs, ResourceFailed, type Context, type Observed, type Resource } from "../resource.ts";
import { upstash } from "./api.ts";
import { DATABASE_PLANS, planInForce, type DatabasePlan } from "./database-plan.ts";
import { Databases, hostOf, regionOf, urlOf, type Database } from "./databases.ts";

export interface DatabaseInputs {
  readonly stack: string;
  readonly region: string;
  readonly plan: DatabasePlan;
  readonly budget: number;
  readonly prodPack: boolean;
  readonly databaseId?: string | undefined;
}

interface Outputs {
  readonly condition: string;
  readonly databaseId: string;
  readonly endpoint: string;
  readonly url: string;
}

const AS_DECLARED = "active";
/** Of a database's name; no limit is documented. */
const LONGEST_NAME = 60;
/** How long Upstash may take for a change, in s. */
const SETTLED_SECONDS = 180;

export const upstashDatabase: Resource<DatabaseInputs, Outputs> = {
  type: "oxy:upstash:Database",
  description: "A Redis database at Upstash, which never evicts and never changes its plan by itself.",
  inputs: z.strictObject({
    stack: z.string().describe("The stack it belongs to; its name follows from it."),
    region: z.string().describe("Its primary region, as the API names it."),
    plan: z.enum(DATABASE_PLANS).describe("What is paid for; changed in place."),
    budget: z.int().min(0).describe("Monthly budget, as the API takes it; 0 leaves Upstash's own."),
    prodPack: z.boolean().describe("Whether it has the Prod Pack."),
    databaseId: z.string().optional().describe("An existing database that is taken over, whatever its name."),
  }),
  outputs: z.object({
    condition: z.string().describe("`active`, or what is not as declared."),
    databaseId: z.string().describe("Its id at Upstash."),
    endpoint: z.string().describe("Its host name."),
    url: z.string().describe("Where it is reached, with its password."),
  }),
  secretOutputs: ["url"],
  stableOutputs: ["databaseId", "endpoint", "url"],
  replaceOn: ["stack", "region", "databaseId"],
  api: upstash,
  identify: ({ stack, region, databaseId }) =>
    `${stack}/store@${region}${databaseId === undefined ? "" : `/${databaseId}`}`,
  async create(_id, inputs, context) {
    const databases = new Databases(context.api(upstash));
    const name = nameOf(inputs);
    const { region, plan, budget } = inputs;
    const found = await createOnce(
      () => find(databases, inputs),
      async () => {
        if (inputs.databaseId !== undefined) throw new ResourceFailed(noSuchDatabase(inputs.databaseId));
        context.progress("creating");
        return await databases.create({ name, region, plan, budget });
      },
      context.signal,
    );
    return await converge(databases, found.database_id, inputs, undefined, context);
  },
  async update(_id, inputs, known, context) {
    const databases = new Databases(context.api(upstash));
    return await converge(databases, known.outputs.databaseId, inputs, known.inputs.plan, context);
  },
  async read(id, known, context) {
    const databases = new Databases(context.api(upstash));
    const wanted = known?.inputs ?? { ...identified(id), ...UNDECLARED };
    const databaseId = known?.outputs.databaseId ?? (await find(databases, wanted))?.database_id;
    const database = databaseId === undefined ? undefined : await databases.byId(databaseId);
    return database === undefined ? undefined : observed(database, wanted);
  },
  async delete(_id, { inputs, outputs }, context) {
    const databases = new Databases(context.api(upstash));
    // Of a creation that was cut off, nothing but the inputs is known.
    const id = outputs.databaseId ?? (await find(databases, inputs))?.database_id;
    if (id !== undefined) await databases.delete({ id, name: nameOf(inputs) });
  },
  drift: ({ condition }) => (condition === AS_DECLARED ? [] : ["condition"]),
};

/** What is found without a declaration; the next update compares it with one. */
const UNDECLARED = { plan: "payg", budget: 0, prodPack: false } as const;

/** What an id was made of. */
function identified(id: string): Pick<DatabaseInputs, "stack" | "region" | "databaseId"> {
  const [, stack, region, databaseId] = /^([^/]+)\/store@([^/]+)(?:\/(.+))?$/.exec(id) ?? [];
  if (stack === undefined || region === undefined) {
    throw new ResourceFailed(
      `id: expected <stack>/store@<region> or <stack>/store@<region>/<database id>, got ${id}`,
    );
  }
  return { stack, region, ...(databaseId === undefined ? {} : { databaseId }) };
}

function nameOf({ stack }: Pick<DatabaseInputs, "stack">): string {
  return remoteName([stack], LONGEST_NAME);
}

/**
 * The database of the stack. There is nowhere to put a mark on one: that it has the name and is in the region is all
 * that says that it is ours.
 */
async function find(
  databases: Databases,
  { stack, region, databaseId }: Pick<DatabaseInputs, "stack" | "region" | "databaseId">,
): Promise<Database | undefined> {
  if (databaseId !== undefined) {
    const database = await databases.byId(databaseId);
    if (database !== undefined) requireRegion(database, region);
    return database;
  }
  const name = nameOf({ stack });
  const [found, ...others] = await databases.named(name);
  if (found === undefined) return undefined;
  if (others.length > 0) {
    throw new NotOurs(
      `Upstash has ${others.length + 1} databases named "${name}", and nothing says which of them is the stack's: ` +
        "rename the others, or name the one as store.databaseId",
    );
  }
  requireRegion(found, region);
  return found;
}

function requireRegion(database: Database, region: string): void {
  const real = regionOf(database);
  if (real === region) return;
  throw new NotOurs(
    `database "${database.database_name}" exists at Upstash in ${real}: expected it in ${region}; ` +
      "a database cannot be moved, so name that region, or rename the database",
  );
}

function noSuchDatabase(id: string): string {
  return `store.databaseId: expected the id of a database of this Upstash account, got ${id}`;
}

/** Brings in line what is not as declared, and writes nothing else. @param knownPlan where the API does not tell it */
async function converge(
  databases: Databases,
  id: string,
  inputs: DatabaseInputs,
  knownPlan: DatabasePlan | undefined,
  context: Context,
): Promise<Outputs> {
  const before = await settled(databases, id, () => true, context);
  const plan = planInForce(before) ?? knownPlan;
  if (plan !== inputs.plan || (before.prod_pack_enabled ?? false) !== inputs.prodPack) {
    context.progress(`changing from plan ${plan ?? "unknown"} to ${inputs.plan}`);
    await databases.changePlan(before, inputs.plan, inputs.prodPack);
  } else if (before.auto_upgrade === true) await databases.disableAutoUpgrade(before);
  if (before.eviction === true) await databases.disableEviction(before);
  if (inputs.budget !== 0 && before.budget !== inputs.budget)
    await databases.changeBudget(before, inputs.budget);
  const after = await settled(databases, id, (now) => differences(now, inputs).length === 0, context);
  return outputsOf(after, conditionOf(after));
}

/** What is not as declared, in words; empty when all is. */
function differences(database: Database, inputs: DatabaseInputs): string[] {
  const plan = planInForce(database);
  return [
    ...(plan === undefined || plan === inputs.plan ? [] : [`on plan ${plan}`]),
    ...((database.prod_pack_enabled ?? false) === inputs.prodPack
      ? []
      : [inputs.prodPack ? "without the Prod Pack" : "with the Prod Pack"]),
    ...(inputs.budget === 0 || database.budget === inputs.budget
      ? []
      : [`with budget ${database.budget ?? "unknown"}`]),
    ...(conditionOf(database) === AS_DECLARED ? [] : [conditionOf(database)]),
  ];
}

/** Resolves when nothing is being changed and it is as wanted. */
async function settled(
  databases: Databases,
  id: string,
  isWanted: (database: Database) => boolean,
  context: Context,
): Promise<Database> {
  let last: Database | undefined;
  const found = await until(SETTLED_SECONDS, context.signal, async () => {
    last = await databases.byId(id);
    if (last === undefined)
      throw new ResourceFailed(`database ${id} is gone from Upstash: run the command again`);
    if (isChanging(last)) context.progress(`waiting for Upstash: ${last.modifying_state || last.state}`);
    return !isChanging(last) && isWanted(last) ? last : undefined;
  });
  if (found !== undefined) return found;
  throw new ResourceFailed(
    `database "${last?.database_name}" was not as declared after ${SETTLED_SECONDS} s: Upstash says ` +
      `${last?.modifying_state || last?.state}, plan ${last?.type}`,
  );
}

function isChanging({ state, modifying_state: change = "" }: Database): boolean {
  return change !== "" || state === "creating";
}

/** What no input says. */
function conditionOf({ state, modifying_state: change = "", eviction, auto_upgrade }: Database): string {
  const wrong = [
    ...(state === AS_DECLARED ? [] : [state]),
    ...(change === "" ? [] : [`being changed: ${change}`]),
    ...(eviction === true ? ["evicts when it is full"] : []),
    ...(auto_upgrade === true ? ["changes its plan by itself"] : []),
  ];
  return wrong.join(", ") || AS_DECLARED;
}

function observed(database: Database, wanted: DatabaseInputs): Observed<DatabaseInputs, Outputs> {
  const inputs: DatabaseInputs = {
    ...wanted,
    region: regionOf(database) ?? wanted.region,
    plan: planInForce(database) ?? wanted.plan,
    budget: wanted.budget === 0 ? 0 : (database.budget ?? 0),
    prodPack: database.prod_pack_enabled ?? false,
  };
  return { inputs, outputs: outputsOf(database, conditionOf(database)) };
}

function outputsOf(database: Database, condition: string): Outputs {
  const url = urlOf(database);
  if (url === undefined) {
    throw new ResourceFailed(
      `Upstash does not tell the password of database "${database.database_name}": expected an API key that may see it`,
    );
  }
  return { condition, databaseId: database.database_id, endpoint: hostOf(database), url };
}
