import { isValues, mapValues, own, same, Secret, type Value } from "./values.ts";

/** Names of settings that secrets have, wherever in them. */
const SECRET_NAME = /KEY|PASS|PWD|TOKEN|SECRET|AUTH|CREDENTIAL|PRIVATE|URL|URI|DSN/i;
/** Switches, short numbers and durations, single words: values that would also be found in everything else. */
const PLAIN_VALUE = /^(?:[a-z-]{1,12}|[0-9]{1,6}|[0-9.]{1,6}(?:ms|s|m|h))$/i;
/** Shorter ones protect nothing, and whatever contains them would be taken for a secret too. */
const LEAST_LENGTH = 6;

/**
 * Settings as they were found at a host: what nobody declared was put there by somebody else, who may have meant it to
 * be secret.
 * @param declared the settings that are known, which say themselves what is secret
 */
export function sealFound(found: Value, declared: Value | undefined): Value {
  if (!isValues(found)) return found;
  return mapValues(found, (value, name) => {
    const known = isValues(declared) ? own(declared, name) : undefined;
    if (typeof value !== "string" || (known !== undefined && same(known, value))) return value;
    return mayBeSecret(name, value) ? new Secret(value) : value;
  });
}

function mayBeSecret(name: string, value: string): boolean {
  return value.length >= LEAST_LENGTH && (SECRET_NAME.test(name) || !PLAIN_VALUE.test(value));
}
