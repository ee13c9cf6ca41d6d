import { deflateSync } from "node:zlib";
import { jidDecode, proto, type BinaryNode } from "@whiskeysockets/baileys";
import type { Companion } from "./companion.ts";
import type { Connection } from "./connection.ts";
import { Contact } from "./contact.ts";
import type { Directory } from "./directory.ts";
import { bytes, child, children, element, nowSeconds, SERVER } from "./node.ts";
import type { Phone } from "./phone.ts";
import { answer } from "./queries.ts";
import type { CipherType } from "./ratchet.ts";

/** With this error the client asks for the message again; it stays in the store. */
const RETRY_FOLLOWS = "500";

/** What the server does with a client that has, or wants, an account. */
export class Exchange {
  readonly #directory: Directory;
  readonly #history: boolean;
  readonly #greeted = new WeakSet<Companion>();

  constructor(directory: Directory, history: boolean) {
    this.#directory = directory;
    this.#history = history;
  }

  login(connection: Connection, noiseKey: Buffer, payload: proto.ClientPayload): void {
    const phone = this.#directory.phones.find(({ number }) => number === String(payload.username));
    const companion = phone?.companion;
    if (!phone || !companion || companion.device !== payload.device || !companion.noiseKey.equals(noiseKey)) {
      if (phone) phone.refusedLogins++;
      connection.end(element("failure", { reason: "401", location: "cco" }));
      return;
    }
    connection.phone = phone;
    phone.sockets.attach(connection);
    phone.announce();
    const [lid] = phone.lid.split("@");
    connection.send(element("success", { t: nowSeconds(), lid: `${lid}:${companion.device}@lid` }));
  }

  stanza(connection: Connection, phone: Phone, node: BinaryNode): void {
    const { companion } = phone;
    if (!companion) return;
    if (node.tag === "iq") this.#query(connection, phone, companion, node);
    else if (node.tag === "message") this.#message(phone, companion, node);
    else if (node.tag === "receipt") this.#receipt(connection, phone, companion, node);
    else if (node.tag === "ack") this.#ack(phone, companion, node);
    else if (node.tag === "chatstate") this.#chatState(phone, node);
  }

  #chatState(phone: Phone, state: BinaryNode): void {
    const contact = this.#directory.find(state.attrs["to"]);
    if (contact instanceof Contact)
      contact.typing.push({ on: child(state, "composing") !== undefined, phone });
    phone.announce();
  }

  #query(connection: Connection, phone: Phone, companion: Companion, query: BinaryNode): void {
    const { id, xmlns, type } = query.attrs;
    if (type === "result" || type === "error") return;
    if (child(query, "remove-companion-device")) return phone.logOut();
    connection.send(
      element("iq", { from: SERVER, type: "result", id }, answer(query, companion, this.#directory)),
    );
    if (xmlns === "passive" && child(query, "active") && !connection.active) {
      this.#activate(connection, phone, companion);
    }
  }

  #activate(connection: Connection, phone: Phone, companion: Companion): void {
    const stored = companion.mailbox.pending();
    for (const [index, node] of stored.entries()) {
      connection.send({ ...node, attrs: { ...node.attrs, offline: index.toString() } });
    }
    connection.active = true;
    connection.send(
      element("ib", { from: SERVER }, [element("offline", { count: stored.length.toString() })]),
    );
    if (this.#history && !this.#greeted.has(companion)) {
      phone.shareHistory(deflateSync(proto.HistorySync.encode({ syncType: 0, progress: 100 }).finish()));
    }
    this.#greeted.add(companion);
    phone.announce();
  }

  #message(phone: Phone, companion: Companion, message: BinaryNode): void {
    const { id = "", to = "" } = message.attrs;
    const accepted = phone.answers.answer(message);
    phone.announce();
    if (!accepted) return;
    const copies = children(child(message, "participants"), "to").flatMap((copy) =>
      children(copy, "enc").map((enc) => ({ jid: copy.attrs["jid"], enc })),
    );
    for (const enc of children(message, "enc")) copies.push({ jid: to, enc });
    for (const { jid, enc } of copies) {
      const account = this.#directory.find(jid);
      if (!account || (jidDecode(jid)?.device ?? 0) !== 0) continue;
      account.receive({
        id,
        phone,
        device: companion.device,
        to,
        type: enc.attrs["type"] as CipherType,
        ciphertext: bytes(enc),
      });
    }
  }

  #receipt(connection: Connection, phone: Phone, companion: Companion, receipt: BinaryNode): void {
    const { id = "", to, type = "delivery", recipient } = receipt.attrs;
    connection.send(
      element("ack", { class: "receipt", id, from: to, type: receipt.attrs["type"], t: nowSeconds() }),
    );
    const items = children(child(receipt, "list"), "item").flatMap((item) => item.attrs["id"] ?? []);
    const chat = this.#directory.chat(recipient ?? to);
    const author = this.#directory.find(receipt.attrs["participant"] ?? to);
    for (const each of [id, ...items]) {
      phone.receipts.push({ id: each, type });
      if (author instanceof Contact) author.receipts.push({ id: each, type, phone });
      if (type !== "retry") companion.mailbox.settle("message", each, chat, undefined);
    }
    if (type === "retry") author?.retry(phone, receipt);
    phone.announce();
  }

  #ack(phone: Phone, companion: Companion, ack: BinaryNode): void {
    const { class: tag = "", id = "", to, type, error } = ack.attrs;
    if (error === RETRY_FOLLOWS) return;
    if (error !== undefined) phone.nacks.push({ id, error });
    companion.mailbox.settle(tag, id, this.#directory.chat(ack.attrs["recipient"] ?? to), type);
    phone.announce();
  }
}
