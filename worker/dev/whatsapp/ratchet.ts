import { ProtocolAddress, SessionBuilder, SessionCipher, SessionRecord, type SignalStorage } from "libsignal";
import { PreKeyWhisperMessage, WhisperMessage } from "libsignal/src/protobufs.js";
import type { Bundle, KeyRing } from "./keys.ts";

export type CipherType = "pkmsg" | "msg";

/** The parts of libsignal's objects that its type declarations leave out. */
interface Session {
  indexInfo: { closed: number; used: number; baseKey: Buffer };
  getChain(key: Buffer): unknown;
}
interface RecordInternals {
  sessions: Record<string, Session>;
}
interface CipherInternals {
  doDecryptWhisperMessage(ciphertext: Buffer, session: Session): Promise<Buffer>;
}

/** libsignal keeps one more, and prints what it throws away. */
const SESSIONS_MAX = 39;

/**
 * The double ratchets of one device, by address. The records stay serialised and only a step that
 * succeeded replaces them, because libsignal changes a record in place even when it then fails.
 */
export class Ratchet {
  readonly keys: KeyRing;
  readonly #owner: string;
  readonly #records = new Map<string, Uint8Array>();

  constructor(owner: string, keys: KeyRing) {
    this.#owner = owner;
    this.keys = keys;
  }

  hasSession(address: string): boolean {
    const record = this.#load(address);
    return record !== undefined && sessionsOf(record).some(isOpen);
  }

  forget(address: string): void {
    this.#records.delete(address);
  }

  async begin(address: string, bundle: Bundle): Promise<void> {
    const step = this.#step(address, (record) => closeAll(record));
    // The declaration demands a one-time key, the implementation does not.
    await new SessionBuilder(step.storage, step.address).initOutgoing(bundle as Required<Bundle>);
    step.commit();
  }

  async encrypt(address: string, plain: Uint8Array): Promise<{ type: CipherType; ciphertext: Buffer }> {
    const step = this.#step(address);
    const { type, body } = await new SessionCipher(step.storage, step.address).encrypt(Buffer.from(plain));
    step.commit();
    return { type: type === 3 ? "pkmsg" : "msg", ciphertext: body as unknown as Buffer };
  }

  async decrypt(address: string, type: CipherType, ciphertext: Uint8Array): Promise<Buffer> {
    const data = Buffer.from(ciphertext);
    return type === "pkmsg"
      ? await this.#decryptFirst(address, data)
      : await this.#decryptNext(address, data);
  }

  async #decryptFirst(address: string, data: Buffer): Promise<Buffer> {
    const baseKey = Buffer.from(PreKeyWhisperMessage.decode(data.subarray(1)).baseKey).toString("base64");
    const step = this.#step(address, (record) => {
      if (!internals(record).sessions[baseKey]) closeAll(record);
    });
    const plain = await new SessionCipher(step.storage, step.address).decryptPreKeyWhisperMessage(data);
    step.commit();
    return plain;
  }

  /** libsignal steps every session that it tries and then saves them all, so each one is tried on a copy of its own. */
  async #decryptNext(address: string, data: Buffer): Promise<Buffer> {
    let failure: unknown;
    for (const key of this.#candidates(address, data)) {
      const step = this.#step(address);
      const record = await step.storage.loadSession("");
      const session = record && internals(record).sessions[key];
      if (!session) continue;
      try {
        const cipher = new SessionCipher(step.storage, step.address) as unknown as CipherInternals;
        const plain = await cipher.doDecryptWhisperMessage(data, session);
        session.indexInfo.used = Date.now();
        this.#records.set(address, record.serialize());
        return plain;
      } catch (error) {
        failure ??= error;
      }
    }
    throw failure ?? new Error("no session");
  }

  /** First the session that has a chain for the message's key, then the open one, then the last used. */
  #candidates(address: string, data: Buffer): string[] {
    const record = this.#load(address);
    if (!record) return [];
    const ephemeral = Buffer.from(WhisperMessage.decode(data.subarray(1, -8)).ephemeralKey);
    const rank = (session: Session) => (session.getChain(ephemeral) ? 2 : isOpen(session) ? 1 : 0);
    return Object.entries(internals(record).sessions)
      .toSorted(([, a], [, b]) => rank(b) - rank(a) || b.indexInfo.used - a.indexInfo.used)
      .map(([key]) => key);
  }

  #load(address: string): SessionRecord | undefined {
    const stored = this.#records.get(address);
    return stored && SessionRecord.deserialize(stored);
  }

  #step(address: string, prepare: (record: SessionRecord) => void = () => {}) {
    let stored: Uint8Array | undefined;
    const usedPreKeys: number[] = [];
    const { keys } = this;
    const storage: SignalStorage = {
      loadSession: async () => {
        const record = this.#load(address);
        if (!record) return undefined;
        prepare(record);
        dropOldest(record);
        return record;
      },
      storeSession: async (_id, record) => {
        stored = record.serialize();
      },
      isTrustedIdentity: () => true,
      loadPreKey: async (id) => keys.preKeys.get(Number(id)),
      removePreKey: (id) => void usedPreKeys.push(id),
      loadSignedPreKey: () => keys.signedPreKey.pair,
      getOurRegistrationId: () => keys.registrationId,
      getOurIdentity: () => keys.identity,
    };
    const commit = () => {
      if (stored) this.#records.set(address, stored);
      for (const id of usedPreKeys) keys.preKeys.delete(id);
    };
    // libsignal queues by address for the whole process, the client under test included.
    return { storage, commit, address: new ProtocolAddress(`${this.#owner}~${address}`, 0) };
  }
}

function internals(record: SessionRecord): RecordInternals {
  return record as unknown as RecordInternals;
}

function sessionsOf(record: SessionRecord): Session[] {
  return Object.values(internals(record).sessions);
}

function isOpen(session: Session): boolean {
  return session.indexInfo.closed === -1;
}

/** Closed here rather than by libsignal, which prints every session that it closes. */
function closeAll(record: SessionRecord): void {
  for (const session of sessionsOf(record)) if (isOpen(session)) session.indexInfo.closed = Date.now();
}

function dropOldest(record: SessionRecord): void {
  const { sessions } = internals(record);
  const excess = Object.keys(sessions).length - SESSIONS_MAX;
  if (excess <= 0) return;
  const closed = Object.entries(sessions)
    .filter(([, session]) => !isOpen(session))
    .toSorted(([, a], [, b]) => a.indexInfo.closed - b.indexInfo.closed);
  for (const [key] of closed.slice(0, excess)) delete sessions[key];
}
