import { randomUUID } from "node:crypto";
import makeWASocket, {
  DisconnectReason,
  encodeWAMessage,
  proto,
  type BinaryNode,
  type WASocket,
} from "@whiskeysockets/baileys";
import type { ConversationRecord } from "../../conversation/record.ts";
import { errorFields, type Logger } from "../../runtime/logging.ts";
import type { Connection, ConnectionContext, ConnectionEvents, Ending } from "../../sessions/whatsapp.ts";
import type { Sealing } from "../redis/sealing.ts";
import { Addresses } from "./addresses.ts";
import { Calls, type MissedCall } from "./calls.ts";
import { confirmCrowd } from "./crowds.ts";
import { BackPressure, type Pausable } from "./back-pressure.ts";
import { deviceCache } from "./device-cache.ts";
import { handleInOrder, takeOver } from "./in-order.ts";
import { Inbox } from "./inbox.ts";
import { isPerson } from "./people.ts";
import { quietLogger } from "./quiet-logger.ts";
import { Ratchet } from "./ratchet.ts";
import { receiptOf } from "./receipt.ts";
import { Resolver } from "./resolver.ts";
import type { SessionState } from "./session-state.ts";
import { signalRepository } from "./signal-repository.ts";
import { Withheld } from "./withheld.ts";

/** How long an orderly close waits for the other side before the socket is cut. */
const CLOSE_MS = 1_000;
/** How long WhatsApp is given to take note that this device is unlinked. */
const LOG_OUT_MS = 5_000;
const KEEP_ALIVE_MS = 20_000;

export interface BaileysConnectionOptions extends ConnectionContext {
  readonly state: SessionState;
  readonly record: ConversationRecord;
  readonly sealing: Sealing;
  readonly log: Logger;
  readonly url: string;
}

/** One socket of unmodified Baileys, made safe by the session state, the ratchet and the inbox around it. */
export class BaileysConnection implements Connection {
  readonly id = randomUUID();
  readonly #socket: WASocket;
  readonly #state: SessionState;
  readonly #events: ConnectionEvents;
  readonly #resolver: Resolver;
  readonly #withheld: Withheld;
  /** A code is asked for once for each connection; the codes to be scanned go on. */
  #codeAsked = false;
  #open = false;
  /** Set before the socket is closed, because the close event itself does not know why. */
  #ending: Ending | undefined;
  readonly #ended = Promise.withResolvers<void>();

  constructor(options: BaileysConnectionOptions) {
    const { organization, state, record, events, log, url, number } = options;
    this.#state = state;
    this.#events = events;
    const ratchet = new Ratchet(state);
    const addresses = new Addresses(state);
    const inbox = new Inbox({
      ...options,
      addresses,
      creds: state.creds,
      read: (chat, ids) => void this.read(chat, ids).catch(() => {}),
    });
    const failed = (error: unknown): void => {
      log.warn("message not handled", { organization, ...errorFields(error) });
    };
    const withheld = new Withheld(async (stanza, message) => {
      const place = await inbox.placeOf(stanza, this.#socket.signalRepository.lidMapping);
      if (place === undefined) return;
      const { item } = inbox.decrypted(stanza, place, encodeWAMessage(message));
      inbox.report(stanza, place, await state.write(new Map(), [item]));
    }, failed);
    this.#withheld = withheld;
    this.#socket = makeWASocket({
      auth: { creds: state.creds, keys: ratchet.socketKeys },
      logger: quietLogger(log, organization),
      waWebSocketUrl: url,
      makeSignalRepository: signalRepository(state, ratchet, inbox, (plain) => withheld.resent(plain)),
      userDevicesCache: deviceCache(state),
      // A contact that could not decrypt asks again; the sent log knows the text.
      getMessage: async ({ id }) => {
        const text = id ? await record.sentText(organization, id) : undefined;
        return text === undefined ? undefined : proto.Message.fromObject({ extendedTextMessage: { text } });
      },
      // Counted twice per retry (messages-recv.js): 5 would give up at the third.
      maxMsgRetryCount: 20,
      // A refused write must not be tried again for 27 s on a socket that is not ours any more.
      transactionOpts: { maxCommitRetries: 1, delayBetweenTriesMs: 1 },
      keepAliveIntervalMs: KEEP_ALIVE_MS,
      syncFullHistory: false,
      emitOwnEvents: false,
      // Else the phone stops to notify its owner.
      markOnlineOnConnect: false,
    });
    // Baileys takes the frame apart in later listeners of the same emit, so this one comes first.
    this.#socket.ws.on("frame", (frame: unknown) => {
      inbox.watch(frame);
    });
    handleInOrder(
      this.#socket.ws,
      new BackPressure(() => this.#client),
      async (message) => {
        const isCrowd = await confirmCrowd(this.#socket, message);
        if (isCrowd) events.leftAlone(message.attrs["from"]?.split("@")[1] ?? "unknown");
        else await withheld.noted(message);
        return isCrowd;
      },
      failed,
    );
    const calls = new Calls();
    const handleCall = takeOver(this.#socket.ws, "CB:call");
    this.#socket.ws.on("CB:call", (stanza: BinaryNode) => {
      // As with messages: stored before it is confirmed.
      this.#noteCall(calls.missed(stanza), stanza, inbox, addresses)
        .then(() => handleCall(stanza))
        .catch(failed);
    });
    this.#socket.ws.on("CB:ack,class:message", ({ attrs }: { attrs: Record<string, string> }) => {
      const id = attrs["id"] ?? "";
      const error = attrs["error"];
      events.ack(error === undefined ? { kind: "acked", id } : { kind: "refused", id, code: Number(error) });
    });
    this.#resolver = new Resolver(this.#socket, addresses);
    this.#socket.ws.on("CB:receipt", (stanza: BinaryNode) => {
      const receipt = receiptOf(stanza);
      if (receipt !== undefined) events.receipt(receipt);
    });
    this.#socket.ev.on("creds.update", () => {
      state.credentialsChanged();
    });
    this.#socket.ev.on("connection.update", (update) => {
      if (update.qr !== undefined) {
        if (number === undefined) events.qr(update.qr);
        else void this.#askForCode(number);
      }
      if (update.isNewLogin === true) this.#whenStored(() => events.paired(this.#account()));
      if (update.connection === "open") {
        this.#open = true;
        this.#whenStored(() => events.open(this.#account()));
      }
      if (update.connection === "close") void this.#end(endingOf(update.lastDisconnect?.error, state.paired));
    });
  }

  get open(): boolean {
    return this.#open;
  }

  async send(chat: string, id: string, text: string): Promise<void> {
    if (!this.#open) throw new Error(`not connected: message ${id} was not written`);
    // A preview would be fetched from the network by this process.
    await this.#socket.sendMessage(chat, { text, linkPreview: null }, { messageId: id });
  }

  async resolve(number: string): Promise<string | undefined> {
    if (!this.#open) throw new Error("not connected: WhatsApp cannot be asked who has a number");
    return await this.#resolver.resolve(number);
  }

  async typing(chat: string, on: boolean): Promise<void> {
    if (this.#open) await this.#socket.sendPresenceUpdate(on ? "composing" : "paused", chat);
  }

  async read(chat: string, messages: readonly string[]): Promise<void> {
    if (this.#open)
      await this.#socket.readMessages(messages.map((id) => ({ remoteJid: chat, id, fromMe: false })));
  }

  async logOut(): Promise<void> {
    this.#ending ??= { kind: "closed" };
    this.#open = false;
    const cut = setTimeout(() => this.#cut(), LOG_OUT_MS);
    // Written, and then the socket is closed: what is closed already cannot say it.
    await this.#socket.logout().catch(() => {});
    await this.#ended.promise;
    clearTimeout(cut);
  }

  async close(): Promise<void> {
    this.#ending ??= { kind: "closed" };
    await this.#state.settled().catch(() => {});
    this.#open = false;
    const cut = setTimeout(() => this.#cut(), CLOSE_MS);
    await this.#socket.end(undefined);
    clearTimeout(cut);
    await this.#ended.promise;
  }

  terminate(): void {
    this.#ending ??= { kind: "closed" };
    this.#open = false;
    this.#state.end();
    this.#cut();
    void this.#socket.end(undefined);
  }

  /** The store refused or failed: nothing more may leave this socket. */
  fail(error: Error): void {
    this.#ending ??= { kind: "store", error };
    this.terminate();
  }

  async #noteCall(
    call: MissedCall | undefined,
    stanza: BinaryNode,
    inbox: Inbox,
    addresses: Addresses,
  ): Promise<void> {
    if (call === undefined || !isPerson(call.from)) return;
    const { lidMapping } = this.#socket.signalRepository;
    const place = await addresses.place(call.from, call.callerPn, lidMapping);
    if (place === undefined) return;
    const received = await this.#state.write(new Map(), [inbox.missedCall(call, place)]);
    inbox.report(stanza, place, received);
  }

  async #askForCode(number: string): Promise<void> {
    if (this.#codeAsked) return;
    this.#codeAsked = true;
    try {
      this.#events.code(await this.#socket.requestPairingCode(number));
    } catch {
      // The socket went meanwhile; the next one asks again.
    }
  }

  async #end(ending: Ending): Promise<void> {
    this.#open = false;
    this.#withheld.end();
    // The next connection loads what this one stored.
    await this.#state.settled().catch(() => {});
    this.#state.end();
    this.#events.ended(this.#ending ?? ending);
    this.#ended.resolve();
  }

  #account(): string {
    const me = this.#state.creds.me;
    return me?.lid ?? me?.id ?? "";
  }

  #whenStored(then: () => void): void {
    this.#state.settled().then(then, () => {});
  }

  #cut(): void {
    this.#client?.terminate();
  }

  /** The WebSocket below Baileys' client, while there is one. */
  get #client(): (Pausable & { terminate(): void }) | null | undefined {
    const client: { socket?: (Pausable & { terminate(): void }) | null } = this.#socket.ws as object;
    return client.socket;
  }
}

function endingOf(error: Error | undefined, paired: boolean): Ending {
  const code = (error as { output?: { statusCode?: number } } | undefined)?.output?.statusCode;
  switch (code) {
    case DisconnectReason.restartRequired:
      return { kind: "restart" };
    case DisconnectReason.connectionReplaced:
      return { kind: "replaced" };
    case DisconnectReason.loggedOut:
      return { kind: "logged-out" };
    case DisconnectReason.forbidden:
    case DisconnectReason.multideviceMismatch:
      return { kind: "rejected", code };
    case DisconnectReason.timedOut:
      return paired ? { kind: "dropped", code } : { kind: "not-scanned" };
    default:
      return { kind: "dropped", code };
  }
}
