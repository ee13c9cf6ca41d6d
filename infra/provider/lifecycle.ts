import { changesOf, identityOf, type Change, type Recorded } from "./difference.ts";
import { sealFound } from "./found-secrets.ts";
import { Incomplete } from "./incomplete.ts";
import type { Kind } from "./kind.ts";
import { type Context, NotOurs, type Observed, ResourceFailed } from "./resource.ts";
import { markSecret, Secrets, wrapLike } from "./secrets.ts";
import { validate } from "./validation.ts";
import {
  fromCode,
  holdsUnknown,
  mapValues,
  own,
  pick,
  plainValues,
  same,
  Secret,
  UNKNOWN,
} from "./values.ts";
import type { Plain, Values } from "./values.ts";

type Known = Observed<Readonly<Record<string, Plain>>, Readonly<Record<string, Plain>>>;

/** What a resource goes through, in the engine's values: secrets are marked on the way in and on the way out. */
export class Lifecycle {
  readonly #kind: Kind;
  /** What the request and the configuration hold; what comes back is searched for it. */
  readonly #secrets: Secrets;

  constructor(kind: Kind, secrets: Secrets) {
    this.#kind = kind;
    this.#secrets = secrets;
  }

  check(given: Values): { readonly inputs: Values; readonly problems: readonly string[] } {
    const marked = this.#mark(given, this.#kind.secretInputs);
    const result = validate(this.#kind.inputs, this.#kind.describedInputs, marked);
    if ("problems" in result) {
      const problems = result.problems.map((problem) => this.#secrets.redact(problem));
      return { inputs: marked, problems };
    }
    return { inputs: this.#inputsLike(result.values, marked), problems: [] };
  }

  diff(old: Recorded, next: Values, ignored: readonly string[]): Change[] {
    return changesOf(this.#kind, old, next, ignored);
  }

  previewCreate(inputs: Values): Values {
    return { ...inputs, ...this.#unknownOutputs() };
  }

  /** When anything differs, any output may that is not known to stay. */
  previewUpdate(old: Recorded, next: Values, ignored: readonly string[]): Values {
    const isChanged = this.diff(old, next, ignored).length > 0;
    const stable: readonly string[] = this.#kind.resource.stableOutputs ?? [];
    const kept = pick(this.#outputsOf(old.state), (key) => !isChanged || stable.includes(key));
    return { ...next, ...(isChanged ? this.#unknownOutputs() : {}), ...kept };
  }

  /**
   * @param aftermath what to look with, after a failure, for what is there all the same
   * @throws Incomplete when there is something
   */
  async create(
    inputs: Values,
    context: Context,
    aftermath: () => Context,
  ): Promise<{ readonly id: string; readonly state: Values }> {
    const given = this.#parse(inputs);
    const id = this.#kind.resource.identify(given);
    if (this.#shows(id, inputs))
      throw new Error(`the id of a ${this.#kind.resource.type} would show a secret`);
    try {
      const outputs: unknown = await this.#kind.resource.create(id, given, context);
      return { id, state: this.#stateOf(inputs, outputs, {}) };
    } catch (error) {
      const left = await this.#leftBy(error, id, inputs, aftermath);
      throw left === undefined ? error : new Incomplete(id, left, error as Error);
    }
  }

  /** Nobody could say otherwise what became of a creation that somebody else's computer carries out. */
  async #leftBy(
    error: unknown,
    id: string,
    inputs: Values,
    aftermath: () => Context,
  ): Promise<Recorded | undefined> {
    if (this.#kind.resource.api === undefined || error instanceof NotOurs) return undefined;
    try {
      return await this.read(id, { inputs, state: inputs }, aftermath());
    } catch {
      // It cannot be reached at all; the next creation finds it by its name.
      return undefined;
    }
  }

  async update(id: string, old: Recorded, next: Values, context: Context): Promise<Values> {
    const given = this.#parse(next);
    const outputs: unknown = await this.#kind.resource.update(id, given, this.#known(old), context);
    return this.#stateOf(next, outputs, old.state);
  }

  /** @returns undefined when it is gone */
  async read(id: string, old: Recorded | undefined, context: Context): Promise<Recorded | undefined> {
    const known = old === undefined ? undefined : this.#known(old);
    const observed = (await this.#kind.resource.read(id, known, context)) as
      | Observed<unknown, unknown>
      | undefined;
    if (observed === undefined) return undefined;
    const seen = asRecord(observed.inputs, `the inputs of ${id}`);
    const inputs = this.#sealFound(this.#inputsLike(seen, old?.inputs ?? {}), old?.inputs ?? {});
    return { inputs, state: this.#stateOf(inputs, observed.outputs, old?.state ?? {}) };
  }

  async delete(id: string, old: Recorded, context: Context): Promise<void> {
    await this.#kind.resource.delete(id, this.#known(old), context);
  }

  #known({ inputs, state }: Recorded): Known {
    return { inputs: plainValues(inputs), outputs: plainValues(this.#outputsOf(state)) };
  }

  /** An id is no secret; what it is made of must not be one either. */
  #shows(id: string, inputs: Values): boolean {
    const secrets = new Secrets();
    for (const key of identityOf(this.#kind, inputs).keys) secrets.add(own(inputs, key) ?? null);
    return secrets.areIn(id);
  }

  /** What was checked already, unless the engine put something recorded in its place. */
  #parse(inputs: Values): Readonly<Record<string, Plain>> {
    if (holdsUnknown(inputs)) throw new ResourceFailed("an input is not known although this is no preview");
    const { inputs: checked, problems } = this.check(inputs);
    if (problems.length > 0) throw new ResourceFailed(problems.join("; "));
    return plainValues(checked);
  }

  #stateOf(inputs: Values, outputs: unknown, oldState: Values): Values {
    const plainOutputs = asRecord(outputs, `the outputs of ${this.#kind.resource.type}`);
    const marked = mapValues(plainOutputs, (value, key) =>
      wrapLike(value, own(inputs, key) ?? own(oldState, key)),
    );
    const sealed = this.#mark(marked, this.#kind.secretOutputs);
    return { ...inputs, ...this.#secrets.wrapAll(sealed) };
  }

  /** What is as it was given stays so: that it holds a secret by chance, or in clear, was the program's decision. */
  #inputsLike(values: Readonly<Record<string, Plain>>, model: Values): Values {
    const alike = mapValues(values, (value, key) => wrapLike(value, own(model, key)));
    return mapValues(this.#mark(alike, this.#kind.secretInputs), (value, key) => {
      const given = own(model, key);
      return given !== undefined && same(value, given) ? value : this.#secrets.wrap(value);
    });
  }

  #sealFound(inputs: Values, declared: Values): Values {
    const keys: readonly string[] = this.#kind.resource.foundSettings ?? [];
    const sealed = mapValues(inputs, (value, key) =>
      keys.includes(key) ? sealFound(value, own(declared, key)) : value,
    );
    this.#secrets.add(sealed);
    return sealed;
  }

  #mark(values: Values, keys: ReadonlySet<string>): Values {
    const marked = mapValues(values, (value, key) => (keys.has(key) ? markSecret(value) : value));
    this.#secrets.add(marked);
    return marked;
  }

  #outputsOf(state: Values): Values {
    return pick(state, (key) => this.#kind.outputKeys.has(key));
  }

  #unknownOutputs(): Values {
    const { outputKeys, secretOutputs } = this.#kind;
    const entries = [...outputKeys].map((key) => [
      key,
      secretOutputs.has(key) ? new Secret(UNKNOWN) : UNKNOWN,
    ]);
    return Object.fromEntries(entries) as Values;
  }
}

function asRecord(value: unknown, what: string): Readonly<Record<string, Plain>> {
  return fromCode(value, what) as Readonly<Record<string, Plain>>;
}
