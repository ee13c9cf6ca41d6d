import { z } from "zod";
import { field, type FieldDoc } from "./field.ts";

/** A field that a `preset` beside it fills in where it is not said. */
export function presetField<S extends z.ZodType>(schema: S, doc: Omit<FieldDoc, "default">) {
  return field(schema.optional(), { ...doc, default: "as the preset has it" });
}

export function presetInteger(min: number, max: number, about: string, example = min) {
  const expected = `an integer from ${min} to ${max}`;
  return presetField(z.int().min(min).max(max), { about, expected, example: `${example}` });
}

export function presetChoice<const T extends readonly [string, ...string[]]>(
  values: T,
  about: string,
  example: T[number] = values[0],
) {
  const expected = `one of ${values.join(", ")}`;
  return presetField(z.enum(values), { about, expected, example, choices: values });
}
