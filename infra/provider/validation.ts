import { z } from "zod";
import type { Described } from "./kind.ts";
import { formatPath, type Path } from "./paths.ts";
import {
  fromCode,
  holdsSecret,
  holdsUnknown,
  isList,
  isValues,
  own,
  plain,
  plainValues,
  Secret,
} from "./values.ts";
import { UNKNOWN, type Plain, type Value, type Values } from "./values.ts";
import { expectation, keysAt, shown, unknownKey } from "./wording.ts";

export type Validated =
  | { readonly values: Readonly<Record<string, Plain>> }
  /** One sentence each: the key, what was expected, what was got. */
  | { readonly problems: readonly string[] };

type Issue = z.core.$ZodIssue;

/** Validates what is known; the values come back with the schema's defaults. */
export function validate(schema: z.ZodObject, described: Described, given: Values): Validated {
  const unknown = Object.keys(schema.shape).filter((key) => holdsUnknown(own(given, key) ?? null));
  const values = plainValues(given);
  const result = schemaWithout(schema, unknown).safeParse(values);
  const issues = [
    ...(result.error?.issues ?? []),
    ...unknown.flatMap((key) => issuesOfKnown(schema.shape[key] as z.ZodType, key, values[key] as Plain)),
  ];
  if (!result.success || issues.length > 0)
    return { problems: issues.flatMap((issue) => problemsOf(issue, described, given)) };
  return { values: fromCode(result.data, "the inputs") as Readonly<Record<string, Plain>> };
}

/** The schema as far as it can be judged: what compares several properties cannot, when one of them is unknown. */
function schemaWithout(schema: z.ZodObject, unknown: readonly string[]): z.ZodObject {
  if (unknown.length === 0) return schema;
  const unjudged = Object.fromEntries(unknown.map((key) => [key, z.any()]));
  const judged = z.object({ ...schema.shape, ...unjudged });
  return schema.def.catchall === undefined ? judged : judged.catchall(schema.def.catchall as z.ZodType);
}

/** What is wrong with a property of which something is not known, whatever that will be. */
function issuesOfKnown(schema: z.ZodType, key: string, value: Plain): Issue[] {
  if (value === UNKNOWN) return [];
  let issues: readonly Issue[];
  try {
    issues = schema.safeParse(value).error?.issues ?? [];
  } catch {
    // A refinement that does not expect an unknown; it sees the value when it is known.
    return [];
  }
  return issues
    .filter(({ code, path }) => {
      const judged = valueAt(value, path);
      const judgesInside = code === "invalid_union" || code === "custom";
      return judged !== UNKNOWN && !(judgesInside && judged !== undefined && holdsUnknown(judged));
    })
    .map((issue) => Object.assign(issue, { path: [key, ...issue.path] }));
}

function problemsOf(issue: Issue, described: Described, given: Values): string[] {
  const path = issue.path.filter((step) => typeof step !== "symbol");
  const visible = visiblePath(path, given);
  const isHidden = visible.length < path.length;
  if (issue.code === "unrecognized_keys" && !isHidden && !(at(given, path) instanceof Secret)) {
    const known = keysAt(described, path);
    return issue.keys.map((key) => sentence([...path, key], unknownKey(key, known)));
  }
  const value = at(given, visible);
  const got = shown(
    value === undefined ? undefined : plain(value),
    value !== undefined && holdsSecret(value),
  );
  const place = isHidden ? " somewhere inside" : "";
  return [sentence(visible, `expected ${expectation(issue)}${place}, got ${got}`)];
}

function sentence(path: Path, problem: string): string {
  return `${path.length === 0 ? "the inputs" : formatPath(path)}: ${problem}`;
}

/** Ends at a secret: its keys are not told either. */
function visiblePath(path: Path, given: Values): Path {
  const depth = path.findIndex((_, index) => at(given, path.slice(0, index)) instanceof Secret);
  return depth === -1 ? path : path.slice(0, depth);
}

function at(given: Value, path: Path): Value | undefined {
  return path.reduce<Value | undefined>((value, step) => {
    if (value instanceof Secret) return undefined;
    return stepInto(value, step);
  }, given);
}

function valueAt(value: Plain, path: readonly PropertyKey[]): Plain | undefined {
  return path.reduce<Plain | undefined>((inner, step) => {
    return inner === UNKNOWN ? UNKNOWN : (stepInto(inner, step) as Plain | undefined);
  }, value);
}

function stepInto(value: Value | undefined, step: PropertyKey): Value | undefined {
  if (isList(value)) return value[Number(step)];
  return isValues(value) ? own(value, String(step)) : undefined;
}
