import { WhisperMessage } from "libsignal/src/protobufs.js";

interface StoredSession {
  readonly _chains: Readonly<Record<string, unknown>>;
  readonly indexInfo: { readonly used: number; readonly closed: number };
}

interface StoredRecord {
  readonly _sessions: Readonly<Record<string, StoredSession>>;
  readonly version: string;
}

/** A WhisperMessage is framed by a version byte in front and 8 bytes of MAC behind. */
const VERSION_BYTES = 1;
const MAC_BYTES = 8;

/**
 * Shows libsignal one session of a contact at a time. It steps the ratchet of every session that it tries
 * before it checks the MAC (session_cipher.js:250), and then stores them all; tried one by one, the failed
 * ones can be forgotten.
 */
export class SessionChoice {
  readonly #ephemeralKey: string;
  readonly #attempt: number;
  #whole: StoredRecord | undefined;
  /** How many sessions there were to choose from; known after the record was read. */
  candidates = 0;

  constructor(ciphertext: Uint8Array, attempt: number) {
    const message = WhisperMessage.decode(ciphertext.subarray(VERSION_BYTES, -MAC_BYTES));
    this.#ephemeralKey = Buffer.from(message.ephemeralKey).toString("base64");
    this.#attempt = attempt;
  }

  narrow(value: unknown): unknown {
    const record = value as StoredRecord;
    const ordered = Object.entries(record._sessions).toSorted(
      ([, a], [, b]) => this.#rank(b) - this.#rank(a),
    );
    this.#whole = record;
    this.candidates = ordered.length;
    const chosen = ordered[this.#attempt];
    return { ...record, _sessions: chosen === undefined ? {} : Object.fromEntries([chosen]) };
  }

  widen(value: unknown): unknown {
    const record = value as StoredRecord;
    return { ...record, _sessions: { ...this.#whole?._sessions, ...record._sessions } };
  }

  /** First the one that has a chain for the message's key, then the open one, then the last used. */
  #rank(session: StoredSession): number {
    const knowsKey = this.#ephemeralKey in session._chains;
    const open = session.indexInfo.closed === -1;
    return (knowsKey ? 4e15 : 0) + (open ? 2e15 : 0) + (session.indexInfo.used || 0);
  }
}
