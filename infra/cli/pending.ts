import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { resources } from "../provider/registry.ts";

interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
}

interface State {
  resources?: StateResource[];
  pending_operations?: { readonly type: string; readonly resource: StateResource }[];
}

/**
 * Puts what an engine was creating when it was killed into the state. The identity of our resources follows from
 * their inputs, so the next refresh finds each one, or finds that it never came to be; without this, `destroy` would
 * not know of it.
 * @returns the names of those resources
 */
export async function takeInPendingCreates(stack: Stack): Promise<string[]> {
  const exported = await stack.exportStack();
  const state = exported.deployment as State | undefined;
  const pending = state?.pending_operations ?? [];
  const ours = pending.flatMap(({ type, resource }) => {
    const definition = resources.find((one) => one.type === resource.type);
    if (type !== "creating" || definition === undefined) return [];
    const inputs = resource.inputs ?? {};
    return [{ ...resource, id: definition.identify(inputs), outputs: inputs }];
  });
  if (state === undefined || ours.length === 0) return [];
  const known = new Set((state.resources ?? []).map(({ urn }) => urn));
  const missing = ours.filter(({ urn }) => !known.has(urn));
  const deployment: State = {
    ...state,
    resources: [...(state.resources ?? []), ...missing],
    pending_operations: pending.filter(({ resource }) => !ours.some(({ urn }) => urn === resource.urn)),
  };
  await stack.importStack({ ...exported, deployment });
  return missing.map(({ urn }) => urn.split("::").at(-1) ?? urn);
}
