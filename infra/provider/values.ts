import { isDeepStrictEqual } from "node:util";

/** Stands for a value that a preview cannot know yet. */
export const UNKNOWN: unique symbol = Symbol("unknown");

/** What a resource works with: JSON, and during a preview unknowns. */
export type Plain =
  | null
  | boolean
  | number
  | string
  | typeof UNKNOWN
  | readonly Plain[]
  | { readonly [key: string]: Plain };

/** Not to be seen outside of the engine's encryption; secrets inside of a secret need no mark of their own. */
export class Secret {
  readonly value: Plain;

  constructor(value: Plain) {
    this.value = value;
  }
}

/** What travels between the engine and the provider. */
export type Value = Plain | Secret | readonly Value[] | Values;
export interface Values {
  readonly [key: string]: Value;
}

export function isList(value: unknown): value is readonly Value[] {
  return Array.isArray(value);
}

export function isValues(value: unknown): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Secret);
}

/** The same without the marks of secrecy. */
export function plain(value: Value): Plain {
  if (value instanceof Secret) return value.value;
  if (isList(value)) return value.map(plain);
  return isValues(value) ? mapValues(value, plain) : value;
}

export function plainValues(values: Values): Readonly<Record<string, Plain>> {
  return mapValues(values, plain);
}

export function holdsSecret(value: Value): boolean {
  if (value instanceof Secret) return true;
  return isList(value) ? value.some(holdsSecret) : isValues(value) && Object.values(value).some(holdsSecret);
}

export function holdsUnknown(value: Value): boolean {
  if (value === UNKNOWN) return true;
  if (value instanceof Secret) return holdsUnknown(value.value);
  return isList(value)
    ? value.some(holdsUnknown)
    : isValues(value) && Object.values(value).some(holdsUnknown);
}

/** Whether two values are the same, secret or not. */
export function same(one: Value, other: Value): boolean {
  return isDeepStrictEqual(plain(one), plain(other));
}

export function mapValues<From, To>(
  values: Readonly<Record<string, From>>,
  change: (value: From, key: string) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, change(value, key)]));
}

/** Never what every object has, such as `constructor`. */
export function own<Kept>(values: Readonly<Record<string, Kept>>, key: string): Kept | undefined {
  return Object.hasOwn(values, key) ? values[key] : undefined;
}

export function pick(values: Values, isWanted: (key: string) => boolean): Values {
  return Object.fromEntries(Object.entries(values).filter(([key]) => isWanted(key)));
}

/**
 * What a resource or a schema answered, as a value: an undefined property is one that is not there.
 * @throws TypeError when it is not JSON
 */
export function fromCode(value: unknown, where: string): Plain {
  if (value === null || typeof value === "boolean" || typeof value === "string" || value === UNKNOWN)
    return value;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  if (Array.isArray(value)) return value.map((entry, index) => fromCode(entry, `${where}[${index}]`));
  if (typeof value === "object" && [Object.prototype, null].includes(Object.getPrototypeOf(value) as object))
    return mapValues(
      Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)),
      (entry, key) => fromCode(entry, `${where}.${key}`),
    );
  throw new TypeError(`${where} is not JSON`);
}
