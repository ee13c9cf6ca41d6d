import { closestMatch } from "leven";
import { z } from "zod";
import { organizationSettings, type OrganizationSettings } from "./organization.ts";

/**
 * Settings as they are stored, read by whatever version runs: what this one does not know is left out, and what it cannot
 * use is as if it were not set, so that an older version goes on where a newer one was.
 * @param lost told of what was left out, by its path
 * @throws Error without a name, or for what is no settings at all
 */
export function readStored(json: unknown, lost: (path: string) => void): OrganizationSettings {
  let settings = json;
  for (;;) {
    const parsed = organizationSettings.safeParse(settings);
    if (parsed.success) return parsed.data;
    // One at a time, from behind: those before it keep their places.
    const path = parsed.error.issues
      .flatMap(unusable)
      .map((unused) => present(settings, unused))
      .findLast(({ length }) => length > 0);
    if (path === undefined) throw new Error(explainSettings(parsed.error));
    settings = structuredClone(settings);
    remove(settings, path);
    lost(pathText(path));
  }
}

/** What is wrong, a line each: `path: why`. Of a key that nobody knows the nearest is told. */
export function explainSettings(error: z.ZodError): string {
  return error.issues
    .flatMap((issue) =>
      issue.code === "unrecognized_keys"
        ? issue.keys.map((key) => `${pathText([...issue.path, key])}: unknown${nearest(issue.path, key)}`)
        : [`${pathText(issue.path)}: ${issue.message}`],
    )
    .join("\n");
}

function unusable(issue: z.core.$ZodIssue): PropertyKey[][] {
  return issue.code === "unrecognized_keys"
    ? issue.keys.map((key) => [...issue.path, key])
    : [[...issue.path]];
}

function nearest(path: readonly PropertyKey[], key: string): string {
  const names = namesAt(path);
  return names.length === 0 ? "" : ` (the nearest is ${closestMatch(key, names)})`;
}

/** Keys that are known at a path. */
function namesAt(path: readonly PropertyKey[]): string[] {
  let schema: z.core.$ZodType = organizationSettings;
  for (const part of path) {
    schema = inner(schema);
    if (schema instanceof z.ZodArray) schema = schema.element;
    else if (schema instanceof z.ZodObject)
      schema = (schema.shape as Record<string, z.ZodType>)[String(part)] ?? schema;
  }
  schema = inner(schema);
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

/** Without its default. */
function inner(schema: z.core.$ZodType): z.core.$ZodType {
  return schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional
    ? inner(schema.unwrap())
    : schema;
}

/** As much of a path as is there: what lacks something that it must have cannot be used itself. */
function present(value: unknown, path: readonly PropertyKey[]): PropertyKey[] {
  const there = path.findIndex((_, index) => !has(value, path.slice(0, index + 1)));
  return path.slice(0, there === -1 ? path.length : there);
}

function has(value: unknown, path: readonly PropertyKey[]): boolean {
  const parent = at(value, path.slice(0, -1));
  return typeof parent === "object" && parent !== null && Object.hasOwn(parent, path.at(-1)!);
}

function remove(value: unknown, path: readonly PropertyKey[]): void {
  const parent = at(value, path.slice(0, -1));
  const last = path.at(-1)!;
  if (Array.isArray(parent)) parent.splice(Number(last), 1);
  else if (typeof parent === "object" && parent !== null) Reflect.deleteProperty(parent, last);
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (parent, part) =>
      typeof parent === "object" && parent !== null
        ? (parent as Record<PropertyKey, unknown>)[part]
        : undefined,
    value,
  );
}

function pathText(path: readonly PropertyKey[]): string {
  const text = path.map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`)).join("");
  return text.replace(/^\./, "") || "settings";
}
