import { z } from "zod";

/** What a person needs to know about one field; problems, `docs/stack-config.md` and the JSON Schema are made of it. */
export interface FieldDoc {
  readonly about: string;
  /** Completes "expected …" in a problem. */
  readonly expected: string;
  /** As it would be written in YAML. */
  readonly default?: string;
  /** As it would be written in YAML, on one line; without it the default is one. */
  readonly example?: string;
  /** All values there are, to name the nearest of them. */
  readonly choices?: readonly string[];
}

const fieldDocs = z.registry<FieldDoc>();

/** @throws Error for a field that nobody documented */
export function docOf(schema: z.core.$ZodType): FieldDoc {
  const doc = fieldDocs.get(schema);
  if (doc === undefined) throw new Error("a field of the stack's config is not documented");
  return doc;
}

export function hasDoc(schema: z.core.$ZodType): boolean {
  return fieldDocs.has(schema);
}

/** Documents a field; every one of a host's or store's schema needs it. @returns a schema of the field's own */
export function field<S extends z.ZodType>(schema: S, doc: FieldDoc): S {
  const own = schema.clone();
  fieldDocs.add(own, doc);
  return own;
}

export function choice<const T extends readonly [string, ...string[]]>(
  values: T,
  value: T[number],
  about: string,
) {
  const schema = z.enum(values);
  return field(schema.prefault(value as z.input<typeof schema>), {
    about,
    expected: `one of ${values.join(", ")}`,
    default: value,
    choices: values,
  });
}

export function integer(min: number, max: number, value: number, about: string) {
  return field(z.int().min(min).max(max).default(value), {
    about,
    expected: `an integer from ${min} to ${max}`,
    default: String(value),
  });
}

export function flag(value: boolean, about: string) {
  return field(z.boolean().default(value), { about, expected: "true or false", default: String(value) });
}
