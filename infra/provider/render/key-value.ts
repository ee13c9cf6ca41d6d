import { z } from "zod";
import type { ApiClient } from "../../api/client.ts";
import { createOnce } from "../../api/create-once.ts";
import { isApiFailure } from "../../api/failure.ts";
import { until } from "../../api/until.ts";
import { type Context, NotOurs, type Observed, type Resource, ResourceFailed } from "../resource.ts";
import { accessRules, areSameRules, isOpen, stackIn } from "./access-rules.ts";
import { renderApi } from "./api.ts";
import { planOf } from "./instance-types.ts";
import {
  addressesOf,
  findKeyValue,
  keyValueName,
  renderKeyValue,
  retrieveKeyValue,
  type RenderKeyValue,
} from "./key-values.ts";
import { workspaceId } from "./workspace.ts";

export interface KeyValueInputs {
  readonly stack: string;
  readonly workspace: string;
  readonly region: string;
  readonly plan: string;
  readonly openToInternet: boolean;
}

interface Outputs {
  readonly condition: string;
  readonly remoteId: string;
  readonly internalUrl: string;
  readonly externalUrl: string;
}

const AS_DECLARED = "available";
/** Nothing is thrown away when it is full: BullMQ would lose jobs otherwise. */
const POLICY = "noeviction";
/** Append-only file, synced every second, and snapshots: what Render gives a paid instance unless told otherwise. */
const PERSISTENCE = "journal_snapshot";
const PATIENCE_SECONDS = 15 * 60;
/** The smallest first. */
const PLANS = ["free", "starter", "standard", "pro", "pro_plus"];

export const keyValue: Resource<KeyValueInputs, Outputs> = {
  type: "oxy:render:KeyValue",
  description: "A Key Value instance (Valkey) at Render, for one stack alone.",
  inputs: z.strictObject({
    stack: z.string().describe("The stack it belongs to."),
    workspace: z
      .string()
      .describe("Id or name of the workspace that it is made in; empty for the only one that the key opens."),
    region: z.string().describe("Where it runs."),
    plan: z.string().describe("Its instance type."),
    openToInternet: z
      .boolean()
      .describe("Whether it is reached from outside Render, over TLS and with its password."),
  }),
  outputs: z.object({
    condition: z.string().describe("`available`, or what is not as declared."),
    remoteId: z.string().describe("Render's id of it."),
    internalUrl: z.string().describe("Where services of its region reach it."),
    externalUrl: z
      .string()
      .describe("Where it is reached from outside Render, when it is open to the internet."),
  }),
  secretOutputs: ["internalUrl", "externalUrl"],
  stableOutputs: ["remoteId", "internalUrl", "externalUrl"],
  api: renderApi,
  replaceOn: ["stack", "region"],
  identify: ({ stack, region }) => `${stack}@${region}`,
  async create(_id, inputs, context) {
    const render = context.api(renderApi);
    return await converge(render, await ensure(render, inputs, context), inputs, context);
  },
  async update(_id, inputs, { outputs }, context) {
    const render = context.api(renderApi);
    const found =
      (await retrieveKeyValue(render, outputs.remoteId)) ?? (await ensure(render, inputs, context));
    return await converge(render, found, inputs, context);
  },
  async read(id, known, context) {
    const render = context.api(renderApi);
    const found = await recorded(render, id, known);
    return found === undefined ? undefined : await observed(render, id, found, known?.inputs);
  },
  async delete(id, known, context) {
    const render = context.api(renderApi);
    const found = await recorded(render, id, known);
    if (found === undefined) return;
    try {
      await render.call({
        method: "DELETE",
        path: `/key-value/${found.id}`,
        doing: `delete Key Value "${found.name}"`,
      });
    } catch (error) {
      if (!isApiFailure(error, "missing")) throw error;
    }
  },
  refusal(from, to) {
    const [before, after] = [planOf(from.plan), planOf(to.plan)];
    if (before === after) return undefined;
    if (before === "free")
      return `plan: expected free, got ${to.plan}: Render deletes what a free instance keeps when its plan changes; oxy destroy gives it up`;
    if (PLANS.indexOf(after) > PLANS.indexOf(before)) return undefined;
    return `plan: expected ${from.plan} or a larger one, got ${to.plan}: Render makes no instance smaller`;
  },
  drift: ({ condition }) => (condition === AS_DECLARED ? [] : ["condition"]),
};

async function ensure(
  render: ApiClient,
  { stack, workspace, region, plan, openToInternet }: KeyValueInputs,
  context: Context,
): Promise<RenderKeyValue> {
  const ownerId = await workspaceId(render, workspace);
  const name = keyValueName(stack, region);
  const found = await createOnce(
    () => findKeyValue(render, name, ownerId),
    async () => {
      context.progress("creating");
      return await render.call({
        method: "POST",
        path: "/key-value",
        body: {
          name,
          ownerId,
          plan: planOf(plan),
          region,
          maxmemoryPolicy: POLICY,
          ipAllowList: accessRules(stack, openToInternet),
        },
        doing: `create Key Value "${name}"`,
        answer: renderKeyValue,
      });
    },
    context.signal,
  );
  requireOurs(found, stack);
  return found;
}

/** It has these settings and answers. Only what differs is written. */
async function converge(
  render: ApiClient,
  found: RenderKeyValue,
  inputs: KeyValueInputs,
  context: Context,
): Promise<Outputs> {
  const ownerId = await workspaceId(render, inputs.workspace);
  if (found.owner.id !== ownerId)
    throw new ResourceFailed(
      `Key Value "${found.name}" at Render stays where it is: workspace: expected ${found.owner.id}, got ${ownerId}; oxy destroy gives it up`,
    );
  if (found.status === "suspended")
    await render.call({
      method: "POST",
      path: `/key-value/${found.id}/resume`,
      doing: `resume Key Value "${found.name}"`,
    });
  // While it is being made or changed, nothing can be changed.
  const available = await untilAvailable(render, found, context);
  const patch = patchOf(available, inputs);
  if (patch === undefined)
    return { condition: AS_DECLARED, remoteId: found.id, ...(await addressesOf(render, found)) };
  await render.call({
    method: "PATCH",
    path: `/key-value/${found.id}`,
    body: patch,
    doing: `update Key Value "${found.name}"`,
    repeatable: true,
  });
  await untilAvailable(render, found, context);
  return { condition: AS_DECLARED, remoteId: found.id, ...(await addressesOf(render, found)) };
}

/** What exists under our name is ours only if it says so. @throws NotOurs */
function requireOurs({ name, ipAllowList }: RenderKeyValue, stack: string): void {
  const owner = stackIn(ipAllowList ?? []);
  if (owner === stack) return;
  const whose = owner === undefined ? "nobody's that we know" : `stack ${owner}'s`;
  throw new NotOurs(
    `Key Value "${name}" at Render exists and is not stack ${stack}'s, but ${whose}: rename or delete it`,
  );
}

function patchOf(is: RenderKeyValue, { stack, plan, openToInternet }: KeyValueInputs): object | undefined {
  const rules = accessRules(stack, openToInternet);
  const patch = {
    ...(planOf(is.plan) === planOf(plan) ? {} : { plan: planOf(plan) }),
    ...(is.options.maxmemoryPolicy === POLICY ? {} : { maxmemoryPolicy: POLICY }),
    ...(isPersistent(is) ? {} : { persistenceMode: PERSISTENCE }),
    ...(areSameRules(is.ipAllowList ?? [], rules) ? {} : { ipAllowList: rules }),
  };
  return Object.keys(patch).length === 0 ? undefined : patch;
}

/** A free one never is, and which a paid one is, Render says since 2026 only. */
function isPersistent({ plan, options: { persistenceMode = PERSISTENCE } }: RenderKeyValue): boolean {
  return planOf(plan) === "free" || persistenceMode === PERSISTENCE;
}

async function untilAvailable(
  render: ApiClient,
  { id, name }: RenderKeyValue,
  context: Context,
): Promise<RenderKeyValue> {
  let last = "";
  const available = await until(PATIENCE_SECONDS, context.signal, async () => {
    const found = await retrieveKeyValue(render, id);
    if (found === undefined)
      throw new ResourceFailed(`Key Value "${name}" was deleted at Render while it was waited for`);
    if (found.status !== last) {
      last = found.status;
      context.progress(`Render: ${last.replaceAll("_", " ")}`);
    }
    return found.status === AS_DECLARED ? found : undefined;
  });
  if (available !== undefined) return available;
  throw new ResourceFailed(
    `Key Value "${name}" at Render is not available after ${PATIENCE_SECONDS / 60} min (${last}); oxy up goes on waiting`,
  );
}

/** The one that was recorded, or one that a creation left which nobody recorded. */
async function recorded(
  render: ApiClient,
  id: string,
  known: { readonly outputs: Partial<Outputs> } | undefined,
): Promise<RenderKeyValue | undefined> {
  const remoteId = known?.outputs.remoteId;
  if (remoteId !== undefined) return await retrieveKeyValue(render, remoteId);
  const { stack, region } = placeIn(id);
  const found = await findKeyValue(render, keyValueName(stack, region));
  return found !== undefined && stackIn(found.ipAllowList ?? []) === stack ? found : undefined;
}

async function observed(
  render: ApiClient,
  id: string,
  found: RenderKeyValue,
  known: KeyValueInputs | undefined,
): Promise<Observed<KeyValueInputs, Outputs>> {
  const { stack } = known ?? placeIn(id);
  const rules = found.ipAllowList ?? [];
  const plan = planOf(found.plan);
  return {
    inputs: {
      stack,
      workspace: known?.workspace ?? found.owner.id,
      region: found.region,
      plan: known !== undefined && planOf(known.plan) === plan ? known.plan : plan,
      openToInternet: isOpen(rules),
    },
    outputs: {
      condition: conditionOf(found, stack),
      remoteId: found.id,
      ...(await addressesOf(render, found)),
    },
  };
}

function conditionOf(found: RenderKeyValue, stack: string): string {
  const { status, options, ipAllowList } = found;
  if (status !== AS_DECLARED) return status.replaceAll("_", " ");
  const { maxmemoryPolicy = "unknown", persistenceMode } = options;
  if (maxmemoryPolicy !== POLICY) return `evicts when it is full: ${maxmemoryPolicy}`;
  if (!isPersistent(found)) return `persistence: ${persistenceMode}`;
  const rules = ipAllowList ?? [];
  return areSameRules(rules, accessRules(stack, isOpen(rules))) ? AS_DECLARED : "other access rules";
}

function placeIn(id: string): { readonly stack: string; readonly region: string } {
  const [stack = "", region = ""] = id.split("@");
  return { stack, region };
}
