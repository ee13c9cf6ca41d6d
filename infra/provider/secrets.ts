import { holdsSecret, isList, isValues, mapValues, own, plain, same, Secret } from "./values.ts";
import type { Plain, Value, Values } from "./values.ts";

/** In a number with fewer digits nobody would recognize a secret; as a text it would be found everywhere. */
const LEAST_DIGITS = 4;

/** Secret values, to be found wherever else they turn up. */
export class Secrets {
  readonly #texts = new Set<string>();
  readonly #all: Secrets | undefined;

  /** @param all is told of each of them as well */
  constructor(all?: Secrets) {
    this.#all = all;
  }

  /** Takes note of every secret in there. */
  add(value: Value): void {
    if (value instanceof Secret) this.#note(value.value);
    else if (isList(value)) for (const entry of value) this.add(entry);
    else if (isValues(value)) for (const entry of Object.values(value)) this.add(entry);
  }

  /** The text without the secrets. */
  redact(text: string): string {
    if (this.#texts.size === 0) return text;
    // The longest first: another secret may be a part of it.
    const texts = [...this.#texts].toSorted((one, other) => other.length - one.length);
    const any = texts.map((secret) => secret.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`)).join("|");
    return text.replaceAll(new RegExp(any, "g"), "[secret]");
  }

  /** Makes every text a secret that contains one, and every number that is one. */
  wrap(value: Value): Value {
    if (value instanceof Secret) return value;
    if (typeof value === "string") return this.areIn(value) ? new Secret(value) : value;
    if (typeof value === "number") return this.#texts.has(`${value}`) ? new Secret(value) : value;
    if (isList(value)) return value.map((entry) => this.wrap(entry));
    return isValues(value) ? this.#wrapObject(value) : value;
  }

  wrapAll(values: Values): Values {
    return mapValues(values, (value) => this.wrap(value));
  }

  /** Whether a text would give any of them away. */
  areIn(text: string): boolean {
    return [...this.#texts].some((secret) => text.includes(secret));
  }

  #wrapObject(value: Values): Value {
    // A key has no wrapper of its own.
    if (Object.keys(value).some((key) => this.areIn(key))) return markSecret(value);
    return this.wrapAll(value);
  }

  #note(value: Plain): void {
    if (typeof value === "string") this.#noteText(value);
    else if (typeof value === "number" && `${value}`.length >= LEAST_DIGITS) this.#noteText(`${value}`);
    else if (isList(value)) for (const entry of value) this.#note(entry as Plain);
    else if (isValues(value)) for (const entry of Object.values(value)) this.#note(entry as Plain);
  }

  /** Also as it is written in a URL and in JSON. */
  #noteText(text: string): void {
    if (text === "") return;
    if (this.#all !== undefined) this.#all.#noteText(text);
    for (const form of [text, encodeURIComponent(text.toWellFormed()), JSON.stringify(text).slice(1, -1)])
      this.#texts.add(form);
  }
}

/** The whole of it is secret. */
export function markSecret(value: Value): Secret {
  return value instanceof Secret ? value : new Secret(plain(value));
}

/**
 * Makes secret in a value what is secret at the same place of its model. Where the model has no such place but holds a
 * secret, all of it is secret; so is a list, whose entries may have moved.
 */
export function wrapLike(value: Plain, model: Value | undefined): Value {
  if (model === undefined || !holdsSecret(model)) return value;
  if (same(value, model)) return model;
  if (!isValues(model) || !isValues(value)) return new Secret(value);
  return mapValues(value as Readonly<Record<string, Plain>>, (entry, key) =>
    wrapLike(entry, own(model, key)),
  );
}
