import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Settings } from "../../api/api.ts";

/** A place where AWS's SDKs look for credentials. */
export interface CredentialSource {
  /** Names only, never a value. */
  readonly name: string;
  /** Whether there are some; `unknown` where nobody is asked without being called. */
  readonly has: "some" | "none" | "unknown";
  /** Why there are none. */
  readonly why: string;
}

/** What makes a profile one that somebody can sign in with (SDK reference, settings, 2026). */
const CREDENTIAL_KEYS = [
  "aws_access_key_id",
  "credential_process",
  "login_session",
  "role_arn",
  "sso_session",
  "sso_start_url",
  "web_identity_token_file",
];

/**
 * Where AWS's SDKs look, in the order in which they do (@aws-sdk/credential-provider-node 3): the chain. Nothing but
 * this machine's files is read.
 */
export async function credentialChain(settings: Settings): Promise<readonly CredentialSource[]> {
  const profile = settings["AWS_PROFILE"] || undefined;
  return [
    // A profile that is named goes before keys in the environment.
    ...(profile === undefined ? [fromEnvironment(settings)] : []),
    await fromProfile(profile ?? "default", settings),
    fromWebIdentity(settings),
    fromContainer(settings) ?? (await fromMachine(settings)),
  ];
}

/** The first that has some, or may have. */
export async function likelySource(settings: Settings): Promise<CredentialSource | undefined> {
  const chain = await credentialChain(settings);
  return chain.find(({ has }) => has === "some") ?? chain.find(({ has }) => has === "unknown");
}

/** Each of the chain with why it gave nothing. */
export function triedInVain(chain: readonly CredentialSource[]): string {
  return chain.map(({ name, why }) => `${name} (${why})`).join(", ");
}

function fromEnvironment(settings: Settings): CredentialSource {
  const missing = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"].filter((name) => !settings[name]);
  return {
    name: "environment variables",
    has: missing.length === 0 ? "some" : "none",
    why: missing.length === 0 ? "not complete" : `${missing.join(" and ")} not set`,
  };
}

async function fromProfile(name: string, settings: Settings): Promise<CredentialSource> {
  const files = [
    settings["AWS_CONFIG_FILE"] || join(homeOf(settings), ".aws/config"),
    settings["AWS_SHARED_CREDENTIALS_FILE"] || join(homeOf(settings), ".aws/credentials"),
  ];
  const texts = await Promise.all(files.map((file) => readFile(file, "utf8").catch(() => "")));
  const keys = texts.map((text) => keysOf(text, name));
  const isThere = keys.some((of) => of !== undefined);
  const has = keys.some((of) => CREDENTIAL_KEYS.some((key) => of?.has(key)));
  return {
    name: `profile ${name}`,
    has: has ? "some" : "none",
    why: has
      ? "it gave none"
      : isThere
        ? `${files.join(" and ")} say nothing to sign in with`
        : `neither ${files.join(" nor ")} has it`,
  };
}

/** Keys of a profile's section, in one of the two files. */
function keysOf(text: string, profile: string): ReadonlySet<string> | undefined {
  let keys: Set<string> | undefined;
  let isWithin = false;
  for (const line of text.split("\n")) {
    const section = /^\s*\[\s*(?:profile\s+)?["']?(?<name>[^\]"']+?)["']?\s*\]/.exec(line)?.groups?.["name"];
    if (section !== undefined) {
      isWithin = section === profile;
      if (isWithin) keys ??= new Set();
    } else if (isWithin) {
      const key = /^\s*(?<key>[a-z_]+)\s*=\s*\S/i.exec(line)?.groups?.["key"];
      if (key !== undefined) keys?.add(key.toLowerCase());
    }
  }
  return keys;
}

function fromWebIdentity(settings: Settings): CredentialSource {
  const variable = "AWS_WEB_IDENTITY_TOKEN_FILE";
  const has = Boolean(settings[variable] && settings["AWS_ROLE_ARN"]);
  return {
    name: "a web identity",
    has: has ? "some" : "none",
    why: has ? "it gave none" : `${variable} and AWS_ROLE_ARN not set`,
  };
}

/** Instead of the machine's, where a container is told to ask for its own. */
function fromContainer(settings: Settings): CredentialSource | undefined {
  const variables = ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI"];
  const set = variables.find((variable) => settings[variable]);
  if (set === undefined) return undefined;
  return { name: "the container's role", has: "some", why: `what ${set} names gave none` };
}

async function fromMachine(settings: Settings): Promise<CredentialSource> {
  const name = "the machine's own role";
  const off = settings["AWS_EC2_METADATA_DISABLED"];
  if (off && off !== "false") return { name, has: "none", why: "AWS_EC2_METADATA_DISABLED says not to ask" };
  const isAtAws = await isEc2();
  return {
    name,
    has: isAtAws ? "unknown" : "none",
    why: isAtAws ? "it gave none" : "this is no machine of EC2",
  };
}

/** What the firmware says of itself; the instance metadata is not asked, which takes its time where there is none. */
async function isEc2(): Promise<boolean> {
  const vendors = ["board_asset_tag", "sys_vendor"].map((name) =>
    readFile(join("/sys/devices/virtual/dmi/id", name), "utf8").catch(() => ""),
  );
  const [tag = "", vendor = ""] = await Promise.all(vendors);
  return vendor.startsWith("Amazon EC2") || /^i-[0-9a-f]+/.test(tag);
}

function homeOf(settings: Settings): string {
  return settings["HOME"] || settings["USERPROFILE"] || homedir();
}
