import { randomUUID } from "node:crypto";
import { BufferJSON, type AuthenticationCreds } from "@whiskeysockets/baileys";
import type { Redis } from "ioredis";
import { fenceLua } from "../../conversation/scripts.ts";
import { fenceOf, LeaseLost, type Lease } from "../../sessions/lease.ts";
import { UnusableSession, type SessionValues } from "../../sessions/whatsapp.ts";
import type { Keys } from "../redis/keys.ts";
import { Script } from "../redis/script.ts";
import type { Sealing } from "../redis/sealing.ts";
import { placeOf } from "./session-state.ts";

const adoptScript = new Script("adopt session", [fenceLua, new URL("adopt.lua", import.meta.url)]);

/** How long what lies ready is kept when nobody takes it, in s. */
const READY_SECONDS = 900;
/** Values in one command: a request to a store may hold some MB. */
const AT_ONCE = 200;
const CREDENTIALS = "creds";

export interface AdoptionOptions {
  readonly redis: Redis;
  readonly keys: Keys;
  readonly sealing: Sealing;
  readonly organization: string;
  readonly lease: Lease;
}

/**
 * Takes over a session that another Baileys has kept, in one step: until then what was there stays, and the owner of the
 * shard alone may take it.
 * @throws UnusableSession when it is none of a linked phone; LeaseLost
 */
export async function adopt(options: AdoptionOptions, values: SessionValues): Promise<void> {
  const { redis, keys, sealing, organization, lease } = options;
  const credentials = values.get(CREDENTIALS);
  requireLinked(credentials);
  const signalKeys = keys.signalKeys(organization);
  const ready = `${signalKeys}:ready:${randomUUID()}`;
  const fields = [...values].filter(([field]) => field !== CREDENTIALS);
  for (let from = 0; from < fields.length; from += AT_ONCE) {
    const sealed = fields
      .slice(from, from + AT_ONCE)
      .flatMap(([field, value]) => [field, sealing.seal(placeOf(keys, organization, field), value)]);
    await redis.hset(ready, ...sealed);
    await redis.expire(ready, READY_SECONDS);
  }
  const place = keys.credentials(organization);
  const reply = await adoptScript.run(
    redis,
    [keys.leases, place, signalKeys, ready],
    [...fenceOf(lease), sealing.seal(place, credentials)],
  );
  if (reply === "refused") throw new LeaseLost(lease, adoptScript.name);
}

function requireLinked(json: string | undefined): asserts json is string {
  if (json === undefined) throw new UnusableSession("expected a session with creds.json, got one without");
  const creds = parsed(json);
  if (creds?.me?.id === undefined || creds.account === undefined)
    throw new UnusableSession("expected the session of a linked phone, got one that was never linked");
  const keyPairs = [creds.noiseKey, creds.signedIdentityKey, creds.signedPreKey?.keyPair];
  if (!keyPairs.every((pair) => isKey(pair?.private) && isKey(pair?.public)))
    throw new UnusableSession("expected a session with its keys, got one without");
}

function parsed(json: string): Partial<AuthenticationCreds> | undefined {
  try {
    return JSON.parse(json, BufferJSON.reviver) as Partial<AuthenticationCreds> | undefined;
  } catch {
    throw new UnusableSession("expected credentials in JSON, got something else");
  }
}

function isKey(value: unknown): boolean {
  return value instanceof Uint8Array && value.length >= 32;
}
