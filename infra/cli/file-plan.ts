import { Buffer } from "node:buffer";
import { InvalidStackConfig, parseStackConfig, type StackConfig } from "../config.ts";
import { hosts } from "../hosts.ts";
import type { Image } from "../image.ts";
import { planStack, PlanRefused, type StackPlan } from "../plan.ts";
import { stores } from "../stores.ts";
import { workload } from "../workload.ts";
import { EXIT, Failure } from "./failure.ts";
import { madeSecretNames } from "./made-secrets.ts";
import type { StackFile } from "./project.ts";

/** In place of secrets that only the engine can decrypt, or that nobody set yet: no plan holds their values. */
const STAND_INS: Readonly<Record<string, string>> = {
  OXY_ENCRYPTION_KEYS: `k1:${Buffer.alloc(32).toString("base64")}`,
  OXY_STORE_PASSWORD: "0".repeat(32),
};
const ANY_SECRET = "stand-in";
/** Of what a stack is planned from its file alone. */
export interface FilePlanParts {
  readonly stack: string;
  /** Of Pulumi.yaml: keys begin with it. */
  readonly project: string;
  /** In place of the file's own. */
  readonly image?: string | undefined;
}

/**
 * What would be deployed, from a stack's file alone: without the engine, and without its secrets.
 * @throws Failure with every reason why it could not be
 */
export function filePlan(file: StackFile, parts: FilePlanParts): StackPlan {
  try {
    const config = configIn(file, parts, { values: standInsFor(file, parts), areEncrypted: true });
    return planStack(config, { stack: parts.stack, image: imageOf(config), workload });
  } catch (error) {
    if (!(error instanceof InvalidStackConfig || error instanceof PlanRefused)) throw error;
    throw new Failure(error.message, EXIT.configuration);
  }
}

/** Everything that a deployment may need, whether or not the file has it. */
function standInsFor({ config = {} }: StackFile, { project }: FilePlanParts): Record<string, string> {
  const names = new Set([
    ...workload.secrets,
    // What `oxy up` makes where it is needed.
    ...madeSecretNames(config[`${project}:store`]),
    ...Object.keys((config[`${project}:secrets`] ?? {}) as Record<string, unknown>),
  ]);
  return Object.fromEntries([...names].map((name) => [name, standInFor(name)]));
}

/** What stands for a secret that nobody can read here. */
export function standInFor(name: string): string {
  return STAND_INS[name] ?? ANY_SECRET;
}

/**
 * The config that a stack's file says, with these secrets.
 * @throws InvalidStackConfig
 */
export function configIn(
  { config = {} }: StackFile,
  { stack, project, image }: FilePlanParts,
  secrets: { readonly values: Readonly<Record<string, unknown>>; readonly areEncrypted: boolean },
): StackConfig {
  const at = `${project}:secrets`;
  const given = {
    ...config,
    ...(image === undefined ? {} : { [`${project}:image`]: image }),
    [at]: secrets.values,
  };
  const texts = Object.entries(given).flatMap(([key, value]): [string, string][] => {
    if (value === undefined || value === null) return [];
    return [[key, typeof value === "string" ? value : JSON.stringify(value)]];
  });
  return parseStackConfig(Object.fromEntries(texts), project, {
    stack,
    hosts,
    stores,
    isSecret: (key) => key === at && secrets.areEncrypted,
  });
}

/** Sources are not bundled for it: where they would run, their bundle is what matters, and elsewhere they are refused. */
export function imageOf({ image }: StackConfig): Image {
  switch (image.kind) {
    case "source":
      return { kind: "bundle", reference: image.path };
    case "bundle":
      return { kind: "bundle", reference: image.reference };
    case "registry":
    case "tag":
      return { kind: "registry", reference: image.reference };
  }
}
