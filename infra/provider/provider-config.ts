import { status } from "@grpc/grpc-js";
import { configSchema, ENGINES_KEYS, type Config } from "./config.ts";
import { describe, secretKeys } from "./kind.ts";
import { Refused } from "./refusal.ts";
import { markSecret } from "./secrets.ts";
import { validate } from "./validation.ts";
import { mapValues, pick, type Values } from "./values.ts";

const described = describe(configSchema, "input");
const secret = secretKeys(described);

/** What the user configured, with the schema's defaults; the engine's own settings pass through. */
export function checkConfig(given: Values): {
  readonly inputs: Values;
  readonly problems: readonly string[];
} {
  // The engine does not say here what is secret, so no value is shown.
  const result = validate(configSchema, described, mapValues(ours(given), markSecret));
  if ("problems" in result) return { inputs: given, problems: result.problems };
  const inputs = mapValues({ ...given, ...result.values }, (value, key) =>
    secret.has(key) ? markSecret(value) : value,
  );
  return { inputs, problems: [] };
}

/** @throws Refused */
export function readConfig(given: Values): Config {
  const result = validate(configSchema, described, mapValues(ours(given), markSecret));
  if ("problems" in result) {
    const problems = result.problems.join("; ");
    throw new Refused(status.FAILED_PRECONDITION, `the provider is not configured: ${problems}`);
  }
  return configSchema.parse(result.values);
}

/** What is ours, with the marks of what is secret. */
export function markConfig(given: Values): Values {
  return mapValues(ours(given), (value, key) => (secret.has(key) ? markSecret(value) : value));
}

function ours(given: Values): Values {
  return pick(given, (key) => !ENGINES_KEYS.has(key));
}
