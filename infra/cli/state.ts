import { existsSync } from "node:fs";
import { link, mkdir, rm, writeFile } from "node:fs/promises";
import { randomBytes, randomUUID } from "node:crypto";
import { dirname, join } from "node:path";
import { projectHome } from "../home.ts";
import { rehearsalState } from "../offline.ts";
import { EXIT, Failure } from "./failure.ts";

/** Where the state of stacks lives. */
export interface StateLocation {
  /** As Pulumi takes it. */
  readonly url: string;
  /** Without its options, for people. */
  readonly shown: string;
  /** It is lost with this machine. */
  readonly onThisMachine: boolean;
  /** Where that was said. */
  readonly from: "PULUMI_BACKEND_URL" | "Pulumi.yaml" | "--offline";
}

/** `pinned` is what Pulumi.yaml says. */
export function stateLocation(pinned: string | undefined): StateLocation {
  const given = process.env["PULUMI_BACKEND_URL"] || undefined;
  const url = given ?? pinned;
  if (url === undefined) {
    throw new Failure(
      "Pulumi.yaml: expected backend.url, which says where the state lives, got nothing",
      EXIT.configuration,
    );
  }
  return {
    url: withoutAttributes(url),
    shown: url.replace(/[?].*$/, ""),
    onThisMachine: url.startsWith("file:"),
    from: given === undefined ? "Pulumi.yaml" : "PULUMI_BACKEND_URL",
  };
}

/** Where that of rehearsed stacks lives, whatever else is said. */
export function rehearsalLocation(): StateLocation {
  const url = rehearsalState(projectHome());
  return { url, shown: url.replace(/[?].*$/, ""), onThisMachine: true, from: "--offline" };
}

/**
 * Beside each file of a state the engine writes attributes, which nobody reads, and not whole: one that is killed then
 * leaves a state that none can open.
 */
function withoutAttributes(url: string): string {
  if (!url.startsWith("file:") || /[?&]metadata=/.test(url)) return url;
  return `${url}${url.includes("?") ? "&" : "?"}metadata=skip`;
}

/** @throws Failure for a production stack whose state only this machine would have */
export function refuseLaptopState(stack: string, state: StateLocation): void {
  if (!state.onThisMachine) return;
  throw new Failure(
    `stack ${stack} is production: expected PULUMI_BACKEND_URL to name a state that outlives this machine ` +
      `(s3://…, azblob://…, gs://… or https://api.pulumi.com), got ${state.shown} from ${state.from}`,
    EXIT.configuration,
  );
}

/**
 * What Pulumi decrypts the stack's secrets with. State of this machine needs nothing: a passphrase is made once and
 * kept beside it. @throws Failure when nobody has one
 */
export async function passphraseEnvironment(
  state: StateLocation,
  stackFile: { readonly encryptionsalt?: string; readonly secretsprovider?: string },
): Promise<Record<string, string>> {
  const given = ["PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE"].some(
    (key) => process.env[key] !== undefined,
  );
  const managed =
    state.url.startsWith("https:") || (stackFile.secretsprovider ?? "passphrase") !== "passphrase";
  if (given || managed) return {};
  const file = join(projectHome(), "passphrase");
  if (!existsSync(file)) {
    if (!state.onThisMachine || stackFile.encryptionsalt !== undefined) {
      throw new Failure(
        "PULUMI_CONFIG_PASSPHRASE: expected the passphrase of this stack's secrets, got nothing",
        EXIT.configuration,
      );
    }
    await keepPassphrase(file);
  }
  return { PULUMI_CONFIG_PASSPHRASE_FILE: file };
}

/** Whole or not at all, and the first one stays: another command may begin at the same time. */
async function keepPassphrase(file: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const own = `${file}.${randomUUID()}`;
  await writeFile(own, `${randomBytes(32).toString("base64url")}\n`, { mode: 0o600 });
  try {
    await link(own, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    await rm(own);
  }
}
