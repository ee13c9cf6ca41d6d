import { z } from "zod";
import { field, flag, integer } from "./stack-config/field.ts";
import { IMAGE_REFERENCE, isPinned, parseImageReference } from "./stack-config/image-reference.ts";
import type { ImageReference } from "./stack-config/image-reference.ts";
import { Problems, quoted } from "./stack-config/problems.ts";
import { isGiven, readChosen, readField, refuseUnknown } from "./stack-config/section.ts";
import type { Choosing, Given, Kinds } from "./stack-config/section.ts";
import { readEnvironment, readSecrets, SECRET_NAME, SETTING_NAME } from "./stack-config/settings.ts";

/** Everything that a stack says about itself: `docs/stack-config.md`. */
export interface StackConfig {
  readonly image: ImageReference;
  readonly store: StoreConfig;
  readonly fleets: Readonly<Record<string, FleetConfig>>;
  readonly production: boolean;
  /** Plain settings of the worker. */
  readonly environment: Readonly<Record<string, string>>;
  /** Secret settings of the worker. */
  readonly secrets: Readonly<Record<string, string>>;
  /** The most that it may cost, in USD a month. */
  readonly budget?: number;
  /** Path of a usage file, from the folder of Pulumi.yaml. */
  readonly usage?: string;
}

/** Further fields are those of its kind. */
export interface StoreConfig {
  readonly kind: string;
}

/** Further fields are those of its host. */
export interface FleetConfig {
  readonly host: string;
  readonly region: string;
  readonly size: string;
  /** Percentage of the shards. */
  readonly share: number;
  /** On hosts that can take over what exists: it is kept as it is found. */
  readonly hold?: boolean;
}

/** What a stack's config is read with. */
export interface StackCircumstances {
  readonly stack: string;
  readonly hosts: Kinds;
  readonly stores: Kinds;
  /** Whether the value of a key, given with its namespace, is or contains a secret in the stack's file. */
  readonly isSecret: (key: string) => boolean;
  /** Nothing real is deployed: production may run what moves. */
  readonly offline?: boolean;
}

/** The stack's config cannot be deployed; the message has a sentence for each problem and no secret. */
export class InvalidStackConfig extends Error {
  override readonly name = "InvalidStackConfig";
  readonly problems: readonly string[];

  constructor(stack: string, problems: readonly string[]) {
    super([`the config of stack ${stack} is not usable:`, ...problems.map((one) => `  ${one}`)].join("\n"));
    this.problems = problems;
  }
}

const fieldsByName = z.custom<Given>(isGiven);
/** More is a slip of the finger. */
const MOST_USD = 1_000_000;
const LONGEST_PATH = 1_000;

/** The keys of a stack, without the project's name. */
export const topFields = {
  image: field(z.string().regex(IMAGE_REFERENCE).transform(parseImageReference), {
    about:
      "What runs. A digest names the same bytes for ever; a folder, which is bundled at each deployment, and a tag move.",
    expected: "./folder, sha256:<digest>, registry/name@sha256:<digest> or registry/name:tag",
    example: "./worker",
  }),
  store: field(z.union([z.string(), fieldsByName]), {
    about: "The Redis that it uses: the name of a kind, or an object with the kind and its options.",
    expected: "the name of a kind of store, or an object with kind and options",
    example: "local",
  }),
  fleets: field(fieldsByName, {
    about: "The workers, by name of the fleet. This version deploys one fleet, with share 100.",
    expected: "an object of fleets by name",
  }),
  production: flag(false, "Refuses what is for trying out only, such as an image that moves."),
  environment: field(fieldsByName.default({}), {
    about: "Plain settings of the worker, by name.",
    expected: "an object of settings by name",
  }),
  secrets: field(fieldsByName, {
    about: "Secret settings of the worker, by name, each encrypted.",
    expected: "an object of secrets by name",
  }),
  budget: field(z.number().min(0).max(MOST_USD).optional(), {
    about: "The most that it may cost at its hosts and store, in USD a month: what costs more is refused.",
    expected: `a number of USD from 0 to ${MOST_USD}`,
    example: "50",
  }),
  usage: field(z.string().regex(/\S/).max(LONGEST_PATH).optional(), {
    about: "A usage file, from the folder of Pulumi.yaml: with it, what depends on usage has a price too.",
    expected: "the path of a usage file",
    example: "./stacks/usage.local.yaml",
  }),
};

export const FLEET_NAME = /^[a-z][a-z0-9-]{0,29}$/;

export function fleetFields(hosts: Kinds): Choosing {
  const share = integer(0, 100, 100, "Percentage of the organizations' shards that it should own.");
  const about = "The kind of place where it runs.";
  return { kinds: hosts, by: "host", about, shared: z.strictObject({ share }) };
}

export function storeFields(stores: Kinds): Choosing {
  return { kinds: stores, by: "kind", about: "The kind of Redis.", shared: z.strictObject({}) };
}

/**
 * Reads the whole config of a stack at once, as Pulumi gives it to a program: objects as JSON, the rest as text. Keys
 * of other namespaces are ignored, an empty value counts as unset.
 * @throws InvalidStackConfig with every problem
 */
export function parseStackConfig(
  all: Readonly<Record<string, string>>,
  project: string,
  { stack, hosts, stores, isSecret, offline = false }: StackCircumstances,
): StackConfig {
  const namespace = `${project}:`;
  const isEncrypted = (key: string): boolean => isSecret(`${namespace}${key}`);
  const given: Given = Object.fromEntries(
    Object.entries(all)
      .filter(([key]) => key.startsWith(namespace))
      .map(([key, value]) => [key.slice(namespace.length), decoded(value)]),
  );
  const hidden = ["environment", "secrets", ...Object.keys(given).filter(isEncrypted)];
  const problems = new Problems(hidden);
  refuseUnknown(given, Object.keys(topFields), [], problems, misplaced);
  const read = <K extends keyof typeof topFields>(key: K) =>
    readField(topFields[key], given[key], [key], problems) as z.output<(typeof topFields)[K]> | undefined;

  const image = read("image");
  const store = readStore(read("store"), stores, problems);
  const fleets = readFleets(read("fleets"), hosts, problems);
  const production = read("production");
  const budget = read("budget");
  const usage = read("usage");
  const plain = read("environment") ?? {};
  const secret = readField(topFields.secrets, given["secrets"] ?? {}, ["secrets"], problems);
  const environment = readEnvironment(plain, secret ?? {}, stack, problems);
  const secrets = secret && readSecrets(secret, isEncrypted("secrets"), stack, problems);

  const isDeployed = Object.values(fleets ?? {}).some((fleet) => fleet?.hold !== true);
  if (production && !offline && isDeployed && image && !isPinned(image))
    problems.mismatch(
      ["image"],
      "an image by digest in production, because nobody could roll back to a folder or a tag",
      given["image"],
    );
  if (problems.sentences.length > 0 || !image || !store || !fleets || production === undefined || !secrets)
    throw new InvalidStackConfig(stack, problems.sentences);
  return {
    ...{ image, store, fleets, production, environment, secrets },
    ...(budget === undefined ? {} : { budget }),
    ...(usage === undefined ? {} : { usage }),
  };
}

/** Pulumi says neither what is JSON nor what is unset. */
function decoded(text: string): unknown {
  if (text === "") return undefined;
  try {
    return JSON.parse(text) ?? undefined;
  } catch {
    return text;
  }
}

/** `pulumi config set --secret OPENAI_API_KEY` is what everybody tries first. */
function misplaced(key: string): string | undefined {
  if (!SETTING_NAME.test(key)) return undefined;
  return `put it under ${SECRET_NAME.test(key) ? "secrets" : "environment"}`;
}

/** @returns undefined if there is a problem */
export function readStore(value: unknown, stores: Kinds, problems: Problems): StoreConfig | undefined {
  const short = typeof value === "string";
  const given = short ? { kind: value } : value;
  if (!isGiven(given)) return undefined;
  const kindAt = short ? ["store"] : ["store", "kind"];
  return readChosen(storeFields(stores), given, ["store"], problems, kindAt) as StoreConfig | undefined;
}

function readFleets(
  given: Given | undefined,
  hosts: Kinds,
  problems: Problems,
): StackConfig["fleets"] | undefined {
  if (given === undefined) return undefined;
  const fields = fleetFields(hosts);
  const fleets = Object.entries(given).map(([name, fleet]) => {
    const at = ["fleets", name];
    if (!FLEET_NAME.test(name))
      problems.add(at, "a name of a-z, 0-9 and '-' that starts with a letter, at most 30", quoted(name));
    if (isGiven(fleet)) return [name, readChosen(fields, fleet, at, problems)] as const;
    problems.mismatch(at, "an object with host, region, size and share", fleet);
    return [name, undefined] as const;
  });
  refuseSeveral(fleets, problems);
  // Whoever gets this has no problems, so that each fleet could be read; every host's schema has region and size.
  return Object.fromEntries(fleets) as unknown as StackConfig["fleets"];
}

/** Moving shards between fleets is for a later version; the shape of the config is for both. */
function refuseSeveral(fleets: readonly (readonly [string, Given | undefined])[], problems: Problems): void {
  const [only, ...others] = fleets;
  if (only === undefined) problems.add(["fleets"], "a fleet", "none");
  else if (others.length > 0)
    problems.add(
      ["fleets"],
      "exactly one fleet, because this version moves no shards between fleets",
      `${fleets.length}`,
    );
  else if (only[1] !== undefined && only[1]["share"] !== 100)
    problems.mismatch(
      ["fleets", only[0], "share"],
      "100, because the one fleet of this version owns every shard",
      only[1]["share"],
    );
}
