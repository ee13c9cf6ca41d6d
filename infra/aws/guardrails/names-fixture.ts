import { isReference } from "../references.ts";

/** Names of the resources that a value refers to, wherever in it. */
export function names(value: unknown): readonly string[] {
  if (typeof value !== "object" || value === null) return [];
  if (isReference(value)) return [value.of];
  return Object.values(value).flatMap(names);
}
