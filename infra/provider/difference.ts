import type { Kind } from "./kind.ts";
import { isBelow, type Path } from "./paths.ts";
import { ResourceFailed } from "./resource.ts";
import { holdsUnknown, isList, isValues, own, pick, plainValues, same, Secret } from "./values.ts";
import type { Value, Values } from "./values.ts";

export interface Change {
  readonly path: Path;
  readonly kind: "add" | "delete" | "update";
  /** Of an input; otherwise of an output that is not as it should be. */
  readonly isInput: boolean;
  readonly replaces: boolean;
}

/** A resource as the engine has it: what it was given, and what it was when it was last seen. */
export interface Recorded {
  readonly inputs: Values;
  readonly state: Values;
}

/** What an update would change. Inputs are compared with what was last seen of them. */
export function changesOf(kind: Kind, old: Recorded, next: Values, ignored: readonly string[]): Change[] {
  const seen = inputsAsSeen(kind, old);
  const refusal = kind.resource.refusal?.(plainValues(old.inputs), plainValues(next));
  if (refusal !== undefined) throw new ResourceFailed(refusal);
  const isHeeded = ({ path }: { readonly path: Path }) => !ignored.some((pattern) => isBelow(path, pattern));
  const differences = compare(seen, next, []).filter(isHeeded);
  const replacing = replacingKeys(kind, seen, next, new Set(differences.map(({ path }) => String(path[0]))));
  return [
    ...differences.map(({ path, kind: change, isSameValue }) => ({
      path,
      kind: change,
      isInput: true,
      replaces: !isSameValue && replacing.has(String(path[0])),
    })),
    ...driftOf(kind, old.state).filter(isHeeded),
  ];
}

/** A difference between two sets of values, without what depends on a resource. */
export interface Difference {
  readonly path: Path;
  readonly kind: Change["kind"];
  /** Only the secrecy differs: it has become a secret, which what is recorded does not say yet. */
  readonly isSameValue: boolean;
}

export function compare(old: Value | undefined, next: Value | undefined, path: Path): Difference[] {
  if (old === undefined && next === undefined) return [];
  if (old === undefined) return [{ path, kind: "add", isSameValue: false }];
  if (next === undefined) return [{ path, kind: "delete", isSameValue: false }];
  const steps = stepsBetween(old, next);
  if (steps !== undefined) return steps.flatMap(([step, one, other]) => compare(one, other, [...path, step]));
  const isSameValue = same(old, next) && !holdsUnknown(next);
  const isNewSecret = next instanceof Secret && !(old instanceof Secret);
  return isSameValue && !isNewSecret ? [] : [{ path, kind: "update", isSameValue }];
}

type Step = readonly [string | number, Value | undefined, Value | undefined];

/** The parts of both; nothing when they have none in common, or are secret: then also their keys are. */
function stepsBetween(old: Value, next: Value): Step[] | undefined {
  if (isList(old) && isList(next)) {
    const longer = old.length > next.length ? old : next;
    return longer.map((_, index) => [index, old[index], next[index]]);
  }
  if (!isValues(old) || !isValues(next)) return undefined;
  const keys = new Set([...Object.keys(old), ...Object.keys(next)]);
  return [...keys].map((key) => [key, own(old, key), own(next, key)]);
}

function inputsAsSeen(kind: Kind, { inputs, state }: Recorded): Values {
  // An output of the same name hides what was seen of the input.
  return { ...inputs, ...pick(state, (key) => kind.inputKeys.has(key) && !kind.outputKeys.has(key)) };
}

/** Which of the changed properties cannot be changed in place. */
function replacingKeys(
  kind: Kind,
  old: Values,
  next: Values,
  changed: ReadonlySet<string>,
): ReadonlySet<string> {
  const { replaceOn = [] } = kind.resource;
  return new Set([...replaceOn, ...identityKeys(kind, old, next, changed)]);
}

/** The changed properties that make the inputs those of another thing. */
function identityKeys(
  kind: Kind,
  old: Values,
  next: Values,
  changed: ReadonlySet<string>,
): readonly string[] {
  const before = identityOf(kind, old);
  const after = identityOf(kind, next);
  const suspects = [...changed].filter((key) => before.keys.has(key) || after.keys.has(key));
  const isUncertain = suspects.some((key) => holdsUnknown(own(next, key) ?? null));
  return isUncertain || before.id !== after.id ? suspects : [];
}

/** The id of these inputs, and which of them it is made of. */
export function identityOf(
  kind: Kind,
  inputs: Values,
): { readonly id: string | undefined; readonly keys: Set<string> } {
  const keys = new Set<string>();
  const watched = new Proxy(plainValues(inputs), {
    get(target, key) {
      keys.add(String(key));
      return Reflect.get(target, key) as unknown;
    },
  });
  try {
    return { id: kind.resource.identify(watched), keys };
  } catch {
    // Something it needs is not known yet, or was recorded by another version.
    return { id: undefined, keys };
  }
}

function driftOf({ resource, outputKeys }: Kind, state: Values): Change[] {
  const drifted = resource.drift?.(plainValues(pick(state, (key) => outputKeys.has(key)))) ?? [];
  return drifted.map((key) => ({ path: [key], kind: "update", isInput: false, replaces: false }));
}
