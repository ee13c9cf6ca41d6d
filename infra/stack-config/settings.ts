import { z } from "zod";
import { DEPLOYMENT_SETTINGS, type DeploymentSecret, type RequiredSecret } from "../workload.ts";
import { field } from "./field.ts";
import { quoted, type Problems } from "./problems.ts";
import { readField, type Given } from "./section.ts";

type DeploymentSetting = keyof typeof DEPLOYMENT_SETTINGS;

export const SETTING_NAME = /^[A-Z][A-Z0-9_]*$/;
export const SECRET_NAME = /(?:KEYS?|PASSWORD|TOKEN|SECRET)$/;
const EXPECTED_NAME = "a name of A-Z, 0-9 and '_' that starts with a letter";

/** An environment cannot hold a NUL, and who refuses one prints the value. */
const text = z.string().regex(/^[^\0]*$/);

/** Beyond these, digits would be lost before anybody could see it. */
const exactNumber = z.number().min(Number.MIN_SAFE_INTEGER).max(Number.MAX_SAFE_INTEGER);

export const plainSetting = field(z.union([text, exactNumber, z.boolean()]), {
  about:
    "Any setting of `docs/configuration.md` that is not secret and that the deployment does not make itself.",
  expected: "text, a number (a long one in quotes), true or false",
  example: "gpt-4o-mini",
});

export const anySecret = field(text.min(1), {
  about: "Any other secret setting of `docs/configuration.md`.",
  expected: "text that is not empty",
});

/** The secrets that every deployment needs, as people write them. */
export const requiredSecrets = {
  OXY_ENCRYPTION_KEYS: field(z.string().refine(areSealingKeys), {
    about: "AES-256 keys for what the store keeps of people. The first one seals, all of them open.",
    expected: "id:base64 of 32 bytes, comma separated, each id once (`openssl rand -base64 32`)",
  }),
  OPENAI_API_KEY: field(z.string().regex(/^[^\s\0]+$/), {
    about: "Key of the AI's API.",
    expected: "a key without white space",
  }),
} satisfies Record<RequiredSecret, z.ZodType<string>>;

/** Those that only some stacks need, and that no process is given. */
const deploymentSecrets = {
  OXY_STORE_PASSWORD: field(z.string().regex(/^[A-Za-z0-9]{32,128}$/), {
    about: "Password of a store that has none of its own making, `elasticache`; `oxy up` makes it.",
    expected: "32 to 128 letters and digits",
  }),
  OXY_REGISTRY_PASSWORD: field(z.string().regex(/^[^\s\0]+$/), {
    about: "Password of the image's registry, where a fleet says a `registryUser`.",
    expected: "a password without white space",
  }),
} satisfies Record<DeploymentSecret, z.ZodType<string>>;

/** How a person gives a stack a secret. */
export function secretCommand(stack: string, name: string): string {
  return `npx oxy secret set -s ${stack} ${name}`;
}

export function readEnvironment(
  given: Given,
  secrets: Given,
  stack: string,
  problems: Problems,
): Readonly<Record<string, string>> {
  const settings = Object.entries(given).map(([name, value]): [string, string] => {
    const at = ["environment", name];
    const refuse = (why: string, hint?: string): void =>
      problems.mismatch(at, `nothing, because ${why}`, value, hint);
    if (!SETTING_NAME.test(name)) problems.add(at, EXPECTED_NAME, quoted(name));
    else if (isDeploymentSetting(name)) refuse(madeByDeployment(name));
    else if (SECRET_NAME.test(name))
      refuse("its name is that of a secret", `put it under secrets: ${secretCommand(stack, name)}`);
    else if (Object.hasOwn(secrets, name)) refuse("it is under secrets too");
    return [name, String(readField(plainSetting, value, at, problems))];
  });
  return Object.fromEntries(settings);
}

/** @param encrypted whether they are so in the stack's file */
export function readSecrets(
  given: Given,
  encrypted: boolean,
  stack: string,
  problems: Problems,
): Readonly<Record<string, string>> {
  const names = Object.keys(given);
  if (names.length > 0 && !encrypted)
    problems.add(["secrets"], "encrypted values", "them in clear", encryptHint(stack));
  const all = new Set([...Object.keys(requiredSecrets), ...names]);
  const settings = [...all].map((name): [string, string] => {
    const at = ["secrets", name];
    if (!SETTING_NAME.test(name)) refuseName(name, problems);
    else if (isDeploymentSetting(name))
      problems.mismatch(at, `nothing, because ${madeByDeployment(name)}`, given[name]);
    else {
      const hint = `set it: ${secretCommand(stack, name)}`;
      return [name, readField(secretSchema(name), given[name], at, problems, hint) ?? ""];
    }
    return [name, ""];
  });
  return Object.fromEntries(settings);
}

/** Does not say the name: name and value are easily swapped. */
function refuseName(name: string, problems: Problems): void {
  problems.add(["secrets"], EXPECTED_NAME, `one of ${name.length} characters`);
}

function encryptHint(stack: string): string {
  return `encrypt each: ${secretCommand(stack, "<name>")}`;
}

function secretSchema(name: string): z.ZodType<string> {
  const known: Readonly<Record<string, z.ZodType<string>>> = { ...requiredSecrets, ...deploymentSecrets };
  return known[name] ?? anySecret;
}

function isDeploymentSetting(name: string): name is DeploymentSetting {
  return Object.hasOwn(DEPLOYMENT_SETTINGS, name);
}

function madeByDeployment(name: DeploymentSetting): string {
  return `the deployment makes it ${DEPLOYMENT_SETTINGS[name]}`;
}

function areSealingKeys(value: string): boolean {
  const keys = value.split(",").map((part) => /^([A-Za-z0-9_-]+):[A-Za-z0-9+/]{43}=$/.exec(part.trim())?.[1]);
  return !keys.includes(undefined) && new Set(keys).size === keys.length;
}
