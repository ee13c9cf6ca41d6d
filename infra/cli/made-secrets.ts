import { randomBytes } from "node:crypto";
import { readStore } from "../config.ts";
import { commonNetwork, OPERATOR } from "../network.ts";
import { Problems } from "../stack-config/problems.ts";
import type { Store } from "../store.ts";
import { stores } from "../stores.ts";
import type { Report } from "./report.ts";
import { keep } from "./secret.ts";
import type { OpenStack } from "./stack.ts";

const ENCRYPTION_KEYS = "OXY_ENCRYPTION_KEYS";
const ADMIN_TOKEN = "OXY_ADMIN_TOKEN";
const KEY_BYTES = 32;

/** A stack is begun with secrets of its own: nobody has them to bring. Those that are there stay. */
export async function makeMissingSecrets(open: OpenStack, report: Report): Promise<void> {
  const { project, file, name } = open;
  const there = file.config?.[`${project.name}:secrets`] as Record<string, unknown> | undefined;
  const make = async (secret: string, value: () => string, why: string): Promise<void> => {
    if (there?.[secret] !== undefined) return;
    await keep(open, secret, value());
    report.say(`made ${secret}, kept encrypted in ${project.stackPath(name)}: ${why}`);
  };
  await make(
    ENCRYPTION_KEYS,
    () => `k1:${randomBytes(KEY_BYTES).toString("base64")}`,
    "without it, what the store keeps cannot be read",
  );
  if (isOutOfReach(file.config?.[`${project.name}:store`]))
    await make(
      ADMIN_TOKEN,
      () => randomBytes(KEY_BYTES).toString("base64url"),
      "the store is out of reach from here, so commands go through the admin API",
    );
}

/**
 * Whether an operator's commands have to go through the admin API.
 * @param store as the stack's config has it; what is wrong with it, the deployment says
 */
export function isOutOfReach(store: unknown, kinds: Readonly<Record<string, Store>> = stores): boolean {
  const config = readStore(store, kinds, new Problems([]));
  const kind = config === undefined ? undefined : kinds[config.kind];
  if (config === undefined || kind === undefined) return false;
  return commonNetwork(OPERATOR, kind.reachableFrom(config)) === undefined;
}
