import { z } from "zod";
import { docOf, field } from "./field.ts";
import { nearest, type Path, type Problems } from "./problems.ts";

export type Given = Readonly<Record<string, unknown>>;

/** The kinds of host or store there are, by name, each with the schema of its own fields. */
export type Kinds = Readonly<Record<string, { readonly config: z.ZodObject }>>;

/** A section whose further fields depend on one that names a kind. */
export interface Choosing {
  readonly kinds: Kinds;
  /** The field that names the kind. */
  readonly by: string;
  /** What it is. */
  readonly about: string;
  /** Fields of every kind. */
  readonly shared: z.ZodObject;
}

/** All fields of a section for one kind, in the order in which one would write them. */
export function fieldsOf({ kinds, by, about, shared }: Choosing, kind: string): Record<string, z.ZodType> {
  const doc = { about, expected: expectedKind(kinds), example: kind };
  return { [by]: field(z.literal(kind), doc), ...kinds[kind]?.config.shape, ...shared.shape };
}

/** @returns undefined if there is a problem, told with the nearest choice or else with `hint` */
export function readField<S extends z.ZodType>(
  schema: S,
  value: unknown,
  at: Path,
  problems: Problems,
  hint?: string,
): z.output<S> | undefined {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const { expected, choices = [] } = docOf(schema);
  const similar = typeof value === "string" ? nearest(value, choices) : undefined;
  const [inside] = result.error.issues;
  const deep = inside === undefined ? [] : inside.path;
  problems.mismatch([...at, ...deep], expected, valueAt(value, deep), similar ?? hint);
  return undefined;
}

/** @returns undefined if there is a problem */
export function readChosen(
  choosing: Choosing,
  given: Given,
  at: Path,
  problems: Problems,
  kindAt: Path = [...at, choosing.by],
): Given | undefined {
  const { kinds, by, shared } = choosing;
  const kind = readKind(kinds, given[by], kindAt, problems);
  const common = readFields(shared, given, at, problems);
  if (kind === undefined) return undefined;
  refuseUnknown(given, Object.keys(fieldsOf(choosing, kind)), at, problems);
  const own = kinds[kind] && readFields(kinds[kind].config, given, at, problems);
  return own && common && { [by]: kind, ...own, ...common };
}

/** @param misplaced a better hint than the nearest known key */
export function refuseUnknown(
  given: Given,
  known: readonly string[],
  at: Path,
  problems: Problems,
  misplaced?: (key: string) => string | undefined,
): void {
  for (const key of Object.keys(given).filter((name) => !known.includes(name)))
    problems.add([...at, key], "a known key", "an unknown one", misplaced?.(key) ?? nearest(key, known));
}

/** Whether a value has fields. */
export function isGiven(value: unknown): value is Given {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function readKind(kinds: Kinds, value: unknown, at: Path, problems: Problems): string | undefined {
  const names = Object.keys(kinds);
  if (typeof value === "string" && names.includes(value)) return value;
  const hint = typeof value === "string" ? nearest(value, names) : undefined;
  problems.mismatch(at, expectedKind(kinds), value, hint);
  return undefined;
}

function expectedKind(kinds: Kinds): string {
  return `one of ${Object.keys(kinds).join(", ")}`;
}

/**
 * Reads the fields that a schema knows. The message of a refinement of the whole schema, about several fields together,
 * completes "expected …".
 */
function readFields(schema: z.ZodObject, given: Given, at: Path, problems: Problems): Given | undefined {
  const before = problems.sentences.length;
  const own: Given = Object.fromEntries(
    Object.entries(given).filter(([key]) => Object.hasOwn(schema.shape, key)),
  );
  for (const [key, of] of Object.entries(schema.shape))
    readField(of as z.ZodType, own[key], [...at, key], problems);
  if (problems.sentences.length > before) return undefined;
  const result = schema.safeParse(own);
  if (result.success) return result.data;
  for (const { message, path } of result.error.issues)
    problems.add([...at, ...path], message, "another combination");
  return undefined;
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (inside, key) => (typeof inside === "object" && inside !== null ? Reflect.get(inside, key) : undefined),
    value,
  );
}
