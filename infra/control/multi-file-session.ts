import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

/** A WhatsApp session as Baileys' useMultiFileAuthState keeps it. */
export interface MultiFileSession {
  /** As WhatsApp names the account: its number, or its LID. */
  readonly account: string;
  /** `creds`, and `type:id` of each Signal key → its JSON, as it is in the file. */
  readonly values: ReadonlyMap<string, string>;
  /** Files that are of no session. */
  readonly ignored: readonly string[];
}

/** The folder holds no session that could be taken over; the message says what and where, and nothing of its content. */
export class InvalidSession extends Error {
  override readonly name = "InvalidSession";
}

/** The types of `SignalDataTypeMap` (Baileys 7.0.0-rc14), a longer one before one that it begins with. */
const TYPES = [
  "pre-key",
  "session",
  "sender-key-memory",
  "sender-key",
  "app-state-sync-key",
  "app-state-sync-version",
  "lid-mapping",
  "device-list",
  "tctoken",
  "identity-key",
] as const;

const CREDENTIALS = "creds.json";
const KEY_BYTES = 32;

/** How `BufferJSON` writes bytes. */
const bytes = z.object({
  type: z.literal("Buffer"),
  data: z.base64().transform((data) => Buffer.from(data, "base64")),
});
const keyPair = z.object({
  private: bytes.refine(({ data }) => data.length === KEY_BYTES),
  public: bytes.refine(({ data }) => data.length >= KEY_BYTES),
});
const credentials = z.object({
  noiseKey: keyPair,
  signedIdentityKey: keyPair,
  signedPreKey: z.object({ keyPair, signature: bytes, keyId: z.int() }),
  registrationId: z.int(),
  advSecretKey: z.string().min(1),
  nextPreKeyId: z.int(),
  firstUnuploadedPreKeyId: z.int(),
});
const linked = z.object({
  me: z.object({ id: z.string().min(1), lid: z.string().optional() }),
  account: z.looseObject({}),
});

/** @throws InvalidSession */
export async function readMultiFileSession(folder: string): Promise<MultiFileSession> {
  const names = (await namesIn(folder)).toSorted();
  if (!names.includes(CREDENTIALS))
    throw new InvalidSession(
      `${folder}: expected ${CREDENTIALS} in it, as useMultiFileAuthState writes it, got none`,
    );
  const values = new Map<string, string>();
  const ignored: string[] = [];
  let account = "";
  for (const name of names) {
    const field = name === CREDENTIALS ? "creds" : fieldOf(name);
    if (field === undefined) {
      ignored.push(name);
      continue;
    }
    const path = join(folder, name);
    const text = await readFile(path, "utf8");
    const value = parsed(path, text);
    if (name === CREDENTIALS) account = accountOf(path, value);
    values.set(field, text);
  }
  return { account, values, ignored };
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
  } catch (error) {
    throw new InvalidSession(
      `${folder}: expected a folder that useMultiFileAuthState wrote, got ${(error as NodeJS.ErrnoException).code}`,
    );
  }
}

/**
 * Undoes what useMultiFileAuthState does to a name: `type-id.json`, with "/" as "__" and ":" as "-". Both stand only in
 * ids of one type each: base64, and `group::sender::device`.
 */
function fieldOf(name: string): string | undefined {
  const type = TYPES.find((one) => name.startsWith(`${one}-`));
  if (type === undefined || !name.endsWith(".json")) return undefined;
  const id = name.slice(type.length + 1, -".json".length);
  if (id === "") return undefined;
  if (type === "app-state-sync-key") return `${type}:${id.replaceAll("__", "/")}`;
  if (type === "sender-key") return `${type}:${id.replace(/^(.+)--(.+)--(\d+)$/, "$1::$2::$3")}`;
  return `${type}:${id}`;
}

function parsed(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new InvalidSession(
      `${path}: expected JSON, got ${text === "" ? "an empty file" : "something else"}: was its process stopped while it wrote?`,
    );
  }
}

function accountOf(path: string, value: unknown): string {
  const whole = credentials.safeParse(value);
  if (!whole.success) {
    const where = [...new Set(whole.error.issues.map((issue) => issue.path.join(".")))].join(", ");
    throw new InvalidSession(
      `${path}: expected credentials of Baileys, got ${where === "" ? "something else" : `something else in ${where}`}`,
    );
  }
  const phone = linked.safeParse(value);
  if (!phone.success)
    throw new InvalidSession(
      `${path}: expected the session of a linked phone, got one that was never linked`,
    );
  const { lid, id } = phone.data.me;
  return lid ?? id;
}
