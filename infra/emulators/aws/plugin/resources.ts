import { compare, type Change, type Recorded } from "../../../provider/difference.ts";
import { Incomplete } from "../../../provider/incomplete.ts";
import { isBelow } from "../../../provider/paths.ts";
import { markSecret, wrapLike } from "../../../provider/secrets.ts";
import {
  mapValues,
  plain,
  plainValues,
  same,
  Secret,
  UNKNOWN,
  type Values,
} from "../../../provider/values.ts";
import { attributeOf, hex, type Account, type Held } from "../account.ts";
import { requireNamed, requireUnheld } from "../holders.ts";
import type { Making } from "../kinds/kind.ts";
import { kindOf } from "../kinds/kinds.ts";
import { NotReady, type Doing, type Live } from "../live.ts";
import { AwsRefused } from "../refused.ts";
import type { Declarations } from "../sdk/declarations.ts";
import { problemsIn } from "../sdk/problems.ts";
import type { Declared } from "../sdk/shape.ts";

/** How the provider was configured, as far as it matters. */
export interface Region {
  readonly name: string;
  readonly defaultTags: Readonly<Record<string, string>>;
}

/** What a diff is answered with. */
export interface Differences {
  readonly changes: readonly Change[];
  /** Its name is taken as long as the old one is there. */
  readonly deletesFirst: boolean;
}

export interface Named {
  readonly type: string;
  /** In the program. */
  readonly name: string;
}

/** Hexadecimal digits that Pulumi puts behind a name of its own making. */
const SUFFIX_DIGITS = 7;
/** Of a name that AWS's provider makes up from a prefix. */
const UNIQUE_DIGITS = 26;
const LONGEST_PREFIXED = 32;
/** What AWS's provider refuses to change by itself. */
const NEEDS_NEW_DEPLOYMENT = "capacityProviderStrategies";

/** Resources of an account, as AWS's provider makes, reads, changes and deletes them. */
export class Resources {
  readonly #account: Account;
  readonly #declarations: Declarations;
  readonly #live: Readonly<Record<string, Live>>;
  /** How many there ever were, by type and an input. */
  readonly #counts = new Map<string, number>();

  constructor(account: Account, declarations: Declarations, live: Readonly<Record<string, Live>>) {
    this.#account = account;
    this.#declarations = declarations;
    this.#live = live;
  }

  /** Names, types and what is required, held against the SDK. */
  async check(
    { type, name }: Named,
    given: Values,
    before: Values,
  ): Promise<{ readonly inputs: Values; readonly problems: readonly string[] }> {
    const declared = await this.#declared(type);
    const problems = await problemsIn(given, declared.inputs, this.#declarations);
    const marked = mapValues(given, (value, key) =>
      declared.secrets.includes(key) ? markSecret(value) : value,
    );
    return { inputs: { ...marked, ...nameOf(declared, name, marked, before) }, problems };
  }

  async diff(
    { type, name }: Named,
    old: Recorded,
    next: Values,
    ignored: readonly string[],
  ): Promise<Differences> {
    const kind = kindOf(type);
    const seen = mapValues(old.inputs, (value, key) => old.state[key] ?? value);
    const differences = compare(seen, next, []).filter(
      ({ path }) => !ignored.some((pattern) => isBelow(path, pattern)),
    );
    const changes = differences.map(({ path, kind: change, isSameValue }) => {
      const key = String(path[0]);
      const isFixed = kind.replaceOn?.includes(key) ?? kind.replaceOnAllBut?.includes(key) === false;
      return { path, kind: change, isInput: true, replaces: isFixed && !isSameValue };
    });
    const isSpread = changes.some(({ path }) => path[0] === NEEDS_NEW_DEPLOYMENT);
    if (isSpread && plain(next["forceNewDeployment"] ?? null) !== true)
      throw new AwsRefused(
        "InvalidChange",
        "force_new_deployment should be true when capacity_provider_strategy is being updated",
      );
    return { changes, deletesFirst: isNameTaken(name, seen, next) };
  }

  async previewCreate({ type }: Named, inputs: Values): Promise<Values> {
    const { outputs } = await this.#declared(type);
    const unknown = [...outputs].filter((output) => !(output in inputs)).map((output) => [output, UNKNOWN]);
    return { ...inputs, ...(Object.fromEntries(unknown) as Values) };
  }

  /** @throws AwsRefused when nothing was made, Incomplete when something was */
  async create(
    { type }: Named,
    inputs: Values,
    region: Region,
    doing: Doing,
  ): Promise<{ id: string; state: Values }> {
    const declared = await this.#declared(type);
    const kind = kindOf(type);
    const given = mapValues(inputs, plain);
    requireNamed(this.#account, given);
    const own = prefixed(given);
    const making = this.#makingOf({ ...given, ...own }, region);
    const id = kind.id(making);
    if (this.#account.find(type, id) !== undefined)
      throw new AwsRefused("ResourceAlreadyExists", `${type} ${id} already exists`);
    const outputs = {
      ...own,
      ...regionOf(declared, region),
      ...tagsOf(declared, given, region),
      ...kind.outputs?.(making, id),
    };
    const held: Held = { type, id, region: region.name, inputs, outputs };
    this.#account.keep(held);
    this.#count(type, given);
    try {
      held.outputs = { ...held.outputs, ...(await this.#live[type]?.create(held, doing)) };
    } catch (error) {
      if (error instanceof AwsRefused) this.#account.forget(held);
      else if (error instanceof NotReady || doing.signal.aborted)
        throw new Incomplete(
          id,
          { inputs: this.#seen(held), state: await this.#stateOf(held) },
          error as Error,
        );
      throw error;
    }
    return { id, state: await this.#stateOf(held) };
  }

  /** @returns undefined when it is not there */
  async read({ type }: Named, id: string, known: Recorded | undefined): Promise<Recorded | undefined> {
    const held = this.#account.find(type, id);
    if (held === undefined) return undefined;
    const seen = this.#seen(held);
    const { inputs } = known ?? { inputs: seen };
    // As they are there; what was never asked for is no difference.
    const now = mapValues(inputs, (value, key) => (key in seen ? (seen[key] ?? null) : value));
    return { inputs: now, state: await this.#stateOf(held) };
  }

  /** @throws AwsRefused, Incomplete when it is not as it should be */
  async update({ type }: Named, id: string, next: Values, region: Region, doing: Doing): Promise<Values> {
    const held = this.#account.find(type, id);
    if (held === undefined) throw new AwsRefused("ResourceNotFoundException", `${type} ${id} does not exist`);
    const declared = await this.#declared(type);
    const given = plainValues(next);
    requireNamed(this.#account, given);
    const before = { inputs: held.inputs, outputs: held.outputs };
    held.inputs = next;
    held.outputs = { ...held.outputs, ...tagsOf(declared, given, region) };
    try {
      held.outputs = { ...held.outputs, ...(await this.#live[type]?.update?.(held, doing)) };
    } catch (error) {
      if (error instanceof AwsRefused) Object.assign(held, before);
      else if (error instanceof NotReady)
        throw new Incomplete(id, { inputs: next, state: await this.#stateOf(held) }, error);
      throw error;
    }
    return await this.#stateOf(held);
  }

  /** Fine when it is gone already. @throws AwsRefused while something needs it */
  async delete({ type }: Named, id: string): Promise<void> {
    const held = this.#account.find(type, id);
    if (held === undefined) return;
    requireUnheld(this.#account, held);
    await this.#live[type]?.remove(held);
    this.#account.forget(held);
  }

  async #declared(type: string): Promise<Declared> {
    const declared = await this.#declarations.resource(type);
    if (declared === undefined)
      throw new AwsRefused("UnknownType", `expected a type of resource that @pulumi/aws has, got ${type}`);
    return declared;
  }

  /** What it was given, as it has become. */
  #seen(held: Held): Values {
    const now = this.#live[held.type]?.seen?.(held) ?? {};
    return mapValues(held.inputs, (value, key) => {
      const found = now[key];
      return found === undefined || same(found, value) ? value : wrapLike(found, value);
    });
  }

  async #stateOf(held: Held): Promise<Values> {
    const { secrets } = await this.#declared(held.type);
    const outputs = mapValues(held.outputs, (value, key) =>
      secrets.includes(key) ? new Secret(value) : value,
    );
    return { ...this.#seen(held), ...outputs };
  }

  #makingOf(inputs: Making["inputs"], region: Region): Making {
    return {
      inputs,
      region: region.name,
      account: this.#account.number,
      attribute: (type, of, attribute) => {
        const found = this.#account.withArn(String(of)) ?? this.#account.find(type, String(of));
        return found === undefined ? of : attributeOf(found, attribute);
      },
      count: (type, input, value) => this.#counts.get(`${type} ${input} ${String(value)}`) ?? 0,
    };
  }

  #count(type: string, given: Making["inputs"]): void {
    for (const [input, value] of Object.entries(given)) {
      if (typeof value !== "string") continue;
      const key = `${type} ${input} ${value}`;
      this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    }
  }
}

/** Pulumi makes up a name where the program says none, and keeps it. */
function nameOf({ inputs }: Declared, name: string, given: Values, before: Values): Values {
  if (!inputs.has("name") || "name" in given || "namePrefix" in given) return {};
  const kept = plain(before["name"] ?? null);
  return { name: typeof kept === "string" ? kept : `${name}-${hex(SUFFIX_DIGITS)}` };
}

/** Whether the new one would have the very name of the old one: then Pulumi's provider deletes first. */
function isNameTaken(name: string, old: Values, next: Values): boolean {
  const [before, after] = [plain(old["name"] ?? null), plain(next["name"] ?? null)];
  const isMadeUp = typeof after === "string" && after.startsWith(`${name}-`) && /-[0-9a-f]{7}$/.test(after);
  return typeof after === "string" && before === after && !isMadeUp;
}

/** The name that AWS's provider makes of a prefix. */
function prefixed(given: Making["inputs"]): { readonly name?: string } {
  const prefix = given["namePrefix"];
  return typeof prefix === "string"
    ? { name: `${prefix}${hex(UNIQUE_DIGITS)}`.slice(0, LONGEST_PREFIXED) }
    : {};
}

function regionOf({ outputs }: Declared, region: Region): { readonly region?: string } {
  return outputs.has("region") ? { region: region.name } : {};
}

function tagsOf({ outputs }: Declared, given: Making["inputs"], region: Region): Making["inputs"] {
  if (!outputs.has("tagsAll")) return {};
  return {
    tagsAll: { ...region.defaultTags, ...(given["tags"] as Readonly<Record<string, string>> | undefined) },
  };
}
