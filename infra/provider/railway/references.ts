import { remoteName } from "../remote-name.ts";
import { LONGEST_NAME } from "./services.ts";

/** The Redis of a stack's project; its private address is `<name>.railway.internal`. */
export const REDIS_NAME = remoteName(["redis"], LONGEST_NAME);

/**
 * Its private address, which Railway puts in place of this when it deploys a service of the same project
 * (docs.railway.com/variables, 2026-08): so the password is in no other service's settings.
 */
export const REDIS_URL_REFERENCE = `\${{${REDIS_NAME}.REDIS_URL}}`;

/** Railway knows no way to write `${{` and mean it. */
export function isOnlyReference(value: string): boolean {
  return value === REDIS_URL_REFERENCE || !value.includes("${{");
}
