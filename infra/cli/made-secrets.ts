import { randomBytes } from "node:crypto";
import { readStore } from "../config.ts";
import { commonNetwork, OPERATOR } from "../network.ts";
import { Problems } from "../stack-config/problems.ts";
import type { Store } from "../store.ts";
import { stores } from "../stores.ts";
import type { DeploymentSecret } from "../workload.ts";
import type { Report } from "./report.ts";
import { keep } from "./secret.ts";
import type { OpenStack } from "./stack.ts";

const ENCRYPTION_KEYS = "OXY_ENCRYPTION_KEYS";
const ADMIN_TOKEN = "OXY_ADMIN_TOKEN";
const STORE_PASSWORD = "OXY_STORE_PASSWORD";
const KEY_BYTES = 32;

/** A stack is begun with secrets of its own: nobody has them to bring. Those that are there stay. */
export async function makeMissingSecrets(open: OpenStack, report: Report): Promise<void> {
  const { project, name } = open;
  for (const { secret, value, why } of missingSecrets(open)) {
    await keep(open, secret, value);
    report.say(`made ${secret}, kept encrypted in ${project.stackPath(name)}: ${why}`);
  }
}

/** Values in their stead, for a preview, which makes none. */
export function standInSecrets(open: Pick<OpenStack, "project" | "file">): Readonly<Record<string, string>> {
  return Object.fromEntries(missingSecrets(open).map(({ secret, value }) => [secret, value]));
}

/** Names of those that a stack with this store is begun with, where it has none of its own. */
export function madeSecretNames(store: unknown): readonly string[] {
  return [
    ENCRYPTION_KEYS,
    ...(isOutOfReach(store) ? [ADMIN_TOKEN] : []),
    ...(isMadeWith(store, STORE_PASSWORD) ? [STORE_PASSWORD] : []),
  ];
}

interface MadeSecret {
  readonly secret: string;
  readonly value: string;
  /** What it is for. */
  readonly why: string;
}

function missingSecrets({ project, file }: Pick<OpenStack, "project" | "file">): readonly MadeSecret[] {
  const there = file.config?.[`${project.name}:secrets`] as Record<string, unknown> | undefined;
  const key: MadeSecret = {
    secret: ENCRYPTION_KEYS,
    value: `k1:${randomBytes(KEY_BYTES).toString("base64")}`,
    why: "without it, what the store keeps cannot be read",
  };
  const token: MadeSecret = {
    secret: ADMIN_TOKEN,
    value: randomBytes(KEY_BYTES).toString("base64url"),
    why: "the store is out of reach from here, so commands go through the admin API",
  };
  const password: MadeSecret = {
    secret: STORE_PASSWORD,
    // Letters and digits alone: what ElastiCache takes, and an address needs no escapes for.
    value: randomBytes(KEY_BYTES).toString("hex"),
    why: "the store is made with it",
  };
  const needed = madeSecretNames(file.config?.[`${project.name}:store`]);
  return [key, token, password].filter(
    ({ secret }) => needed.includes(secret) && there?.[secret] === undefined,
  );
}

function isMadeWith(store: unknown, secret: DeploymentSecret): boolean {
  return storeIn(store, stores)?.kind.secrets?.includes(secret) === true;
}

/**
 * Whether an operator's commands have to go through the admin API.
 * @param store as the stack's config has it; what is wrong with it, the deployment says
 */
export function isOutOfReach(store: unknown, kinds: Readonly<Record<string, Store>> = stores): boolean {
  const found = storeIn(store, kinds);
  if (found === undefined) return false;
  return commonNetwork(OPERATOR, found.kind.reachableFrom(found.config)) === undefined;
}

/** @returns undefined when something is wrong with it */
function storeIn(store: unknown, kinds: Readonly<Record<string, Store>>) {
  const config = readStore(store, kinds, new Problems([]));
  const kind = config === undefined ? undefined : kinds[config.kind];
  return config === undefined || kind === undefined ? undefined : { config, kind };
}
