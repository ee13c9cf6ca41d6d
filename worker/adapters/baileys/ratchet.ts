import {
  BufferJSON,
  type SignalDataSet,
  type SignalDataTypeMap,
  type SignalKeyStore,
} from "@whiskeysockets/baileys";
import { Mutex } from "async-mutex";
import { SessionChoice } from "./session-choice.ts";
import type { InboundItem, Received } from "../../conversation/inbound.ts";
import type { Changes, SessionState } from "./session-state.ts";

/** What moves when a message is encrypted or decrypted. Everything else in the key store is look-up data. */
const RATCHET_TYPES: ReadonlySet<string> = new Set(["session", "pre-key", "identity-key", "sender-key"]);

type StoredType = keyof SignalDataTypeMap;

/**
 * Devices are asked for only when a message is sent. Without a list Baileys would not move the session of somebody who
 * only wrote to the LID that it has just learned, and could not read the next message.
 */
function standardOf(type: StoredType): string[] | undefined {
  return type === "device-list" ? ["0"] : undefined;
}

/** The step being taken: what it changed so far, and what it decrypted. */
export class Step {
  readonly changes: Changes = new Map();
  readonly inbound: InboundItem[] = [];
  readonly choice: SessionChoice | undefined;

  constructor(choice?: SessionChoice) {
    this.choice = choice;
  }
}

/**
 * One lock per phone. Whatever moves a ratchet runs alone as a step, and returns only when the step is stored.
 * The next step may start as soon as this one is queued for writing: it builds on the cache, and writes keep order.
 * A step that throws leaves no trace.
 */
export class Ratchet {
  readonly #state: SessionState;
  readonly #lock = new Mutex();
  /**
   * Not an AsyncLocalStorage: libsignal's own queue runs jobs in the context of whichever caller came first.
   * Under the lock there is at most one.
   */
  #step: Step | undefined;

  constructor(state: SessionState) {
    this.#state = state;
  }

  /** @throws what `work` throws, or why the step could not be stored */
  async step<T>(
    work: (step: Step) => Promise<T>,
    choice?: SessionChoice,
  ): Promise<{ result: T; received: Received[] }> {
    const { result, stored } = await this.#lock.runExclusive(async () => {
      const step = new Step(choice);
      this.#step = step;
      try {
        const made = await work(step);
        return { result: made, stored: this.#state.write(step.changes, step.inbound) };
      } finally {
        this.#step = undefined;
      }
    });
    return { result, received: await stored };
  }

  /** Reads that must not see a half-changed record. */
  async look<T>(work: () => Promise<T>): Promise<T> {
    return await this.#lock.runExclusive(work);
  }

  /** The key store for Baileys' Signal repository, whose calls are steps. */
  readonly repositoryKeys = {
    get: async <T extends StoredType>(type: T, ids: string[]) => {
      const found: { [id: string]: SignalDataTypeMap[T] } = {};
      for (const id of ids) {
        const value = this.#state.read(type, id, this.#step?.changes) ?? standardOf(type);
        if (value === undefined) continue;
        found[id] =
          type === "session" && this.#step?.choice !== undefined
            ? (this.#step.choice.narrow(value) as SignalDataTypeMap[T])
            : (value as SignalDataTypeMap[T]);
      }
      return found;
    },
    set: async (data: SignalDataSet) => {
      const step = this.#step;
      const direct: Changes = new Map();
      for (const [field, value] of entriesOf(data)) {
        // LID mappings are kept outside steps: they are true whether or not the step succeeds.
        const target =
          step !== undefined && RATCHET_TYPES.has(field.split(":", 1)[0]!) ? step.changes : direct;
        const whole =
          field.startsWith("session:") && value !== null ? (step?.choice?.widen(value) ?? value) : value;
        target.set(field, whole === null ? null : JSON.stringify(whole, BufferJSON.replacer));
      }
      if (direct.size > 0) await this.#state.write(direct);
    },
    isInTransaction: () => this.#step !== undefined,
    transaction: async <T>(work: () => Promise<T>) => await work(),
  };

  /** The key store for the rest of Baileys. */
  readonly socketKeys: SignalKeyStore = {
    get: async (type, ids) => {
      const found: { [id: string]: SignalDataTypeMap[typeof type] } = {};
      for (const id of ids) {
        const value = this.#state.read(type, id);
        if (value !== undefined) found[id] = value;
      }
      return found;
    },
    set: async (data) => {
      await this.step(async ({ changes }) => {
        for (const [field, value] of entriesOf(data)) {
          changes.set(field, value === null ? null : JSON.stringify(value, BufferJSON.replacer));
        }
      });
    },
  };
}

function* entriesOf(data: SignalDataSet): Generator<[field: string, value: unknown]> {
  for (const [type, values] of Object.entries(data)) {
    for (const [id, value] of Object.entries(values ?? {})) yield [`${type}:${id}`, value ?? null];
  }
}
