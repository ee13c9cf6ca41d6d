import { z } from "zod";
import { ruleChanges, type RuleChanges } from "./alerts/rules.ts";
import type { SealingKey } from "./adapters/redis/sealing.ts";
import type { ApiToken } from "./runtime/api-tokens.ts";

/** What a person needs to know about one key; `docs/configuration.md` is made of it. */
export interface KeyDoc {
  readonly about: string;
  /** Completes "expected …" in an error. */
  readonly expected: string;
  /** As it would be written in the environment. */
  readonly default?: string;
  readonly required?: string;
  /** Never printed. */
  readonly secret?: true;
}

const keyDocs = z.registry<KeyDoc>();

/** @throws Error for a value without one */
export function docOfValue(value: z.ZodType, name: string): KeyDoc {
  const doc = keyDocs.get(value);
  if (doc === undefined) throw new Error(`${name} is not documented`);
  return doc;
}

export function required<S extends z.ZodType>(schema: S, doc: KeyDoc): S {
  keyDocs.add(schema, doc);
  return schema;
}

export function withDefault<S extends z.ZodType>(schema: S, value: string, doc: KeyDoc): z.ZodPrefault<S> {
  return required(schema.prefault(value as z.input<S> & string), { ...doc, default: value });
}

export function choice<const T extends readonly string[]>(values: T, value: T[number], about: string) {
  return withDefault(z.enum(values), value, { about, expected: values.join(", ") });
}

export function text(pattern: RegExp, expected: string, value: string, about: string) {
  return withDefault(z.string().regex(pattern), value, { about, expected });
}

export function integer(min: number, max: number, value: string, about: string) {
  return withDefault(decimal().pipe(z.int().min(min).max(max)), value, {
    about,
    expected: `an integer from ${min} to ${max}`,
  });
}

export function seconds(min: number, max: number, value: string, about: string) {
  return withDefault(decimal().pipe(z.number().min(min).max(max)), value, {
    about,
    expected: `a number from ${min} to ${max}`,
  });
}

export function port(value: string, about: string) {
  return withDefault(portNumber(), value, { about, expected: "an integer from 0 to 65535" });
}

export function portNumber() {
  return decimal().pipe(z.int().min(0).max(65_535));
}

/** A text that something is read from; undefined is refused. */
export function parsed<T>(parse: (value: string) => T | undefined) {
  return z.string().transform((value, context): T => {
    const result = parse(value);
    if (result === undefined) context.addIssue({ code: "custom", message: "unusable" });
    return result ?? z.NEVER;
  });
}

/** `Number` alone would also take "0x10", "1e3" and " 5 ". */
export function decimal() {
  return z
    .string()
    .regex(/^\d+(\.\d+)?$/)
    .transform(Number);
}

export function parseApiTokens(value: string): readonly ApiToken[] | undefined {
  const tokens = value.split(",").flatMap((part): ApiToken[] => {
    const [, organization, token] =
      /^(?:([A-Za-z0-9_-]{1,64}):)?([A-Za-z0-9_-]{32,200})$/.exec(part.trim()) ?? [];
    return token === undefined ? [] : [{ organization, token }];
  });
  return new Set(tokens.map(({ token }) => token)).size === value.split(",").length ? tokens : undefined;
}

export function parseSealingKeys(value: string): [SealingKey, ...SealingKey[]] | undefined {
  const keys = value.split(",").flatMap((part): SealingKey[] => {
    const [, id, base64] = /^([A-Za-z0-9_-]+):([A-Za-z0-9+/]{43}=)$/.exec(part.trim()) ?? [];
    return id === undefined || base64 === undefined ? [] : [{ id, key: Buffer.from(base64, "base64") }];
  });
  const [first, ...rest] = keys;
  const ids = new Set(keys.map(({ id }) => id));
  return first === undefined || ids.size !== value.split(",").length ? undefined : [first, ...rest];
}

export function parseRules(value: string): RuleChanges | undefined {
  try {
    return ruleChanges.parse(JSON.parse(value));
  } catch {
    return undefined;
  }
}
