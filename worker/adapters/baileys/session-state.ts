import {
  BufferJSON,
  initAuthCreds,
  proto,
  type AuthenticationCreds,
  type SignalDataTypeMap,
} from "@whiskeysockets/baileys";
import type { Redis } from "ioredis";
import type { InboundItem, Received } from "../../conversation/inbound.ts";
import { fenceLua, inboundLua } from "../../conversation/scripts.ts";
import { fenceOf, LeaseLost, type Lease } from "../../sessions/lease.ts";
import type { Keys } from "../redis/keys.ts";
import { Script } from "../redis/script.ts";
import type { Sealing } from "../redis/sealing.ts";

const lua = (name: string): URL => new URL(`${name}.lua`, import.meta.url);
const loadScript = new Script("load session", [fenceLua, lua("load")]);
const stepScript = new Script("session step", [fenceLua, ...inboundLua, lua("step")]);
const wipeScript = new Script("wipe session", [fenceLua, lua("wipe")]);

/** `type:id` → its value as JSON, or null where it is deleted. */
export type Changes = Map<string, string | null>;

interface Step {
  readonly changes: Changes;
  readonly inbound: readonly InboundItem[];
  resolve(received: Received[]): void;
  reject(error: Error): void;
}

export interface SessionStateOptions {
  readonly redis: Redis;
  readonly keys: Keys;
  readonly sealing: Sealing;
  readonly lease: Lease;
  readonly organization: string;
  /** The first write that failed or was refused; after it every call fails. Must close the socket at once. */
  readonly onFailure: (error: Error) => void;
}

/**
 * The credentials and Signal keys of one WhatsApp session, as the owner of its shard sees them: a complete
 * cache, read once under the lease and written through. The owner is the only writer, so the cache cannot be
 * stale; a refused or failed write ends this object, because memory and store would differ from there on.
 */
export class SessionState {
  readonly creds: AuthenticationCreds;
  readonly #options: SessionStateOptions;
  /** Values stay serialised: libsignal changes records in place, also when decryption fails. */
  readonly #values: Map<string, string>;
  #queue: Step[] = [];
  #credentialsChanged = false;
  #writing: Promise<void> | undefined;
  #failure: Error | undefined;

  private constructor(options: SessionStateOptions, creds: AuthenticationCreds, values: Map<string, string>) {
    this.#options = options;
    this.creds = creds;
    this.#values = values;
  }

  /**
   * @throws LeaseLost if the shard is not ours
   * @throws Unsealable if the configured encryption keys do not open what is stored; nothing is changed then
   */
  static async load(options: SessionStateOptions): Promise<SessionState> {
    const { redis, keys, sealing, lease, organization } = options;
    const reply = await loadScript.run(redis, sessionKeys(keys, organization), fenceOf(lease));
    if (reply === "refused") throw new LeaseLost(lease, loadScript.name);
    const [credentials, fields] = reply as [string | null, string[]];
    const creds =
      credentials === null
        ? initAuthCreds()
        : (JSON.parse(
            sealing.openText(keys.credentials(organization), credentials),
            BufferJSON.reviver,
          ) as AuthenticationCreds);
    const values = new Map<string, string>();
    for (let index = 0; index + 1 < fields.length; index += 2) {
      const field = fields[index]!;
      values.set(field, sealing.openText(placeOf(keys, organization, field), fields[index + 1]!));
    }
    return new SessionState(options, creds, values);
  }

  /** Whether a phone has been linked. */
  get paired(): boolean {
    return this.creds.me !== undefined && this.creds.account !== undefined;
  }

  /** A number that asked for a pairing code which nobody typed: with it Baileys would log in, and be logged out. */
  forgetHalfLinked(): void {
    if (!this.paired) delete this.creds.me;
  }

  read<T extends keyof SignalDataTypeMap>(
    type: T,
    id: string,
    changes?: Changes,
  ): SignalDataTypeMap[T] | undefined {
    this.#assertUsable();
    const field = `${type}:${id}`;
    const changed = changes?.get(field);
    const json = changed === undefined ? this.#values.get(field) : (changed ?? undefined);
    if (json === undefined) return undefined;
    const value: unknown = JSON.parse(json, BufferJSON.reviver);
    // Baileys reads this one as a protobuf object.
    return (
      type === "app-state-sync-key" ? proto.Message.AppStateSyncKeyData.fromObject(value as object) : value
    ) as SignalDataTypeMap[T];
  }

  /** `type:id` of all that is kept → its JSON. */
  entries(): Iterable<[field: string, json: string]> {
    this.#assertUsable();
    return this.#values.entries();
  }

  /** A value that is not one of Baileys' own types. */
  readPlain<T>(field: string): T | undefined {
    this.#assertUsable();
    const json = this.#values.get(field);
    return json === undefined ? undefined : (JSON.parse(json) as T);
  }

  /** Applies the changes to the cache now; resolves when they are stored, together with what was decrypted. */
  write(changes: Changes, inbound: readonly InboundItem[] = []): Promise<Received[]> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    if (changes.size === 0 && inbound.length === 0) return Promise.resolve([]);
    for (const [field, value] of changes) {
      if (value === null) this.#values.delete(field);
      else this.#values.set(field, value);
    }
    return new Promise((resolve, reject) => {
      this.#queue.push({ changes, inbound, resolve, reject });
      this.#flush();
    });
  }

  /** Stores the credentials with the next write, or alone if there is none. */
  credentialsChanged(): void {
    this.#credentialsChanged = true;
    this.#flush();
  }

  /** Resolves when all that was written is stored. @throws the failure that ended this state */
  async settled(): Promise<void> {
    await this.#writing;
    this.#assertUsable();
  }

  /**
   * Nothing is written from here on: the connection is gone, and the next one loads what is stored. What is on its way
   * to Redis arrives there before that load, on the same connection.
   */
  end(): void {
    this.#failure ??= new Error(`the WhatsApp connection of ${this.#options.organization} is closed`);
    const lost = this.#queue.splice(0);
    for (const step of lost) step.reject(this.#failure);
  }

  /** Forgets the session, after WhatsApp said that it is logged out. @throws LeaseLost */
  async wipe(): Promise<void> {
    const { redis, keys, lease, organization } = this.#options;
    const reply = await wipeScript.run(redis, sessionKeys(keys, organization), fenceOf(lease));
    this.#failure ??= new Error(`the WhatsApp session of ${organization} was wiped`);
    if (reply === "refused") throw new LeaseLost(lease, wipeScript.name);
  }

  #flush(): void {
    if (this.#failure !== undefined) return;
    this.#writing ??= this.#drain();
  }

  /** One write at a time; each takes all that is queued with it. */
  async #drain(): Promise<void> {
    // Lets what the same tick still queues join the first write.
    await Promise.resolve();
    while (this.#failure === undefined && (this.#queue.length > 0 || this.#credentialsChanged)) {
      const steps = this.#queue;
      const withCredentials = this.#credentialsChanged;
      this.#queue = [];
      this.#credentialsChanged = false;
      try {
        const received = await this.#store(steps, withCredentials);
        for (const step of steps) step.resolve(received.splice(0, step.inbound.length));
      } catch (error) {
        this.#fail(error instanceof Error ? error : new Error(String(error)), steps);
      }
    }
    // In the same breath as the last look at the queue: what is queued later has to start the next drain.
    this.#writing = undefined;
  }

  async #store(steps: readonly Step[], withCredentials: boolean): Promise<Received[]> {
    const { redis, keys, sealing, lease, organization } = this.#options;
    const merged: Changes = new Map(steps.flatMap((step) => [...step.changes]));
    const credentials = keys.credentials(organization);
    const payload = {
      credentials: withCredentials
        ? sealing.seal(credentials, JSON.stringify(this.creds, BufferJSON.replacer))
        : undefined,
      keys: [...merged].map(([field, value]) => [
        field,
        value === null ? false : sealing.seal(placeOf(keys, organization, field), value),
      ]),
      inbound: steps.flatMap((step) => step.inbound),
    };
    const reply = await stepScript.run(redis, sessionKeys(keys, organization), [
      ...fenceOf(lease),
      keys.prefix,
      JSON.stringify(payload),
    ]);
    if (reply === "refused") throw new LeaseLost(lease, stepScript.name);
    return reply as Received[];
  }

  #fail(error: Error, steps: readonly Step[]): void {
    this.#failure = error;
    const lost = [...steps, ...this.#queue];
    this.#queue = [];
    // The socket goes first: with it open, Baileys would ask the sender to repeat a message that was decrypted.
    this.#options.onFailure(error);
    for (const step of lost) step.reject(error);
  }

  #assertUsable(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }
}

function sessionKeys(
  keys: Keys,
  organization: string,
): [leases: string, credentials: string, signalKeys: string] {
  return [keys.leases, keys.credentials(organization), keys.signalKeys(organization)];
}

/** What a Signal key is sealed for. */
export function placeOf(keys: Keys, organization: string, field: string): string {
  return `${keys.signalKeys(organization)} ${field}`;
}
