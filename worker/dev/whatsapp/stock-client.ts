import {
  BufferJSON,
  initAuthCreds,
  makeWASocket,
  type AuthenticationCreds,
  type ConnectionState,
  type SignalDataTypeMap,
  type SignalKeyStore,
  type UserFacingSocketConfig,
  type WAMessage,
  type WASocket,
} from "@whiskeysockets/baileys";
import { WA_CERT_DETAILS } from "@whiskeysockets/baileys/lib/Defaults/index.js";
import type { ILogger } from "@whiskeysockets/baileys/lib/Utils/logger.js";
import { textOf } from "./message-text.ts";
import type { WhatsAppSimulator } from "./simulator.ts";
import { Watch } from "./watch.ts";

const silent: ILogger = {
  level: "silent",
  child: () => silent,
  trace: () => {},
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
};

export interface Account {
  creds: AuthenticationCreds;
  keys: SignalKeyStore;
}

/** Credentials and keys in memory, serialised as a real store would have them. */
export function newAccount(): Account {
  const values = new Map<string, string>();
  return {
    creds: initAuthCreds(),
    keys: {
      get: async <T extends keyof SignalDataTypeMap>(type: T, ids: string[]) => {
        const found: Record<string, SignalDataTypeMap[T]> = {};
        for (const id of ids) {
          const value = values.get(`${type}/${id}`);
          if (value !== undefined) found[id] = JSON.parse(value, BufferJSON.reviver) as SignalDataTypeMap[T];
        }
        return found;
      },
      set: async (data) => {
        for (const [type, entries] of Object.entries(data)) {
          for (const [id, value] of Object.entries(entries)) {
            if (value === null) values.delete(`${type}/${id}`);
            else values.set(`${type}/${id}`, JSON.stringify(value, BufferJSON.replacer));
          }
        }
      },
    },
  };
}

export interface Received {
  id: string;
  text: string;
  from: string;
  fromMe: boolean;
  type: "notify" | "append";
}

/** The unmodified library, with what it reports kept for tests. */
export class StockClient {
  readonly account: Account;
  readonly socket: WASocket;
  readonly received: Received[] = [];
  /** Status by message id, as far as the library reports it. */
  readonly status = new Map<string, number>();
  qr: string | undefined;
  open = false;
  /** The code with which the connection ended. */
  closed: number | undefined;
  readonly #watch = new Watch();

  constructor(simulator: WhatsAppSimulator, account: Account, config: Partial<UserFacingSocketConfig> = {}) {
    this.account = account;
    WA_CERT_DETAILS.PUBLIC_KEY = Buffer.from(simulator.trustRoot, "hex");
    this.socket = makeWASocket({
      auth: account,
      waWebSocketUrl: simulator.url,
      logger: silent,
      syncFullHistory: false,
      ...config,
    });
    this.socket.ev.on("connection.update", (update) => this.#update(update));
    this.socket.ev.on("messages.upsert", ({ messages, type }) => {
      for (const message of messages) this.#upsert(message, type);
    });
    this.socket.ev.on("messages.update", (updates) => {
      for (const { key, update } of updates) {
        if (key.id && typeof update.status === "number") this.status.set(key.id, update.status);
      }
      this.#watch.changed();
    });
  }

  async waitFor<T>(predicate: () => T, timeoutMs?: number): Promise<Exclude<T, false | undefined | null>> {
    return await this.#watch.waitFor(predicate, timeoutMs);
  }

  async send(to: string, text: string, messageId?: string): Promise<string> {
    const sent = await this.socket.sendMessage(to, { text }, messageId === undefined ? {} : { messageId });
    return sent?.key.id ?? "";
  }

  async stop(): Promise<void> {
    await this.socket.end(undefined);
    this.#watch.close();
  }

  #update({ qr, connection, lastDisconnect }: Partial<ConnectionState>): void {
    if (qr !== undefined) this.qr = qr;
    if (connection === "open") this.open = true;
    if (connection === "close") {
      this.open = false;
      const error = lastDisconnect?.error as { output?: { statusCode?: number } } | undefined;
      this.closed = error?.output?.statusCode ?? 0;
    }
    this.#watch.changed();
  }

  #upsert(message: WAMessage, type: "notify" | "append"): void {
    const { id, remoteJid, fromMe } = message.key;
    if (message.message && !message.message.protocolMessage) {
      const text = textOf(message.message);
      this.received.push({ id: id ?? "", text, from: remoteJid ?? "", fromMe: fromMe === true, type });
    }
    this.#watch.changed();
  }
}
