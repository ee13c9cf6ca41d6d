import { getBinaryNodeChild, proto, unpadRandomMax16, type BinaryNode } from "@whiskeysockets/baileys";
import { isPerson } from "./people.ts";

/** How long the phone has to send what linked devices did not get, in ms: Baileys asks it after 2 s and gives up 8 s later. */
const PHONE_MS = 12_000;
/** Of these there is nothing to be had. */
const ONLY_ON_THE_PHONE = "view_once_unavailable_fanout";
const FOR_OTHERS: ReadonlySet<string | undefined> = new Set([
  "bot_unavailable_fanout",
  "hosted_unavailable_fanout",
]);
const REMEMBERED = 1_000;

/** Hands a message without a stanza of its own to the record, under the stanza that announced it. */
type Receive = (stanza: BinaryNode, message: proto.IMessage) => Promise<void>;

/**
 * Messages that come without their content: what may be seen once, and what who came by an advertisement writes first.
 * Of the second kind Baileys asks the phone, which sends it as a message to its own devices; who gets no word of it in
 * time, or never will, is told that it cannot be read. Memory only: a process that ends meanwhile knows nothing of it.
 */
export class Withheld {
  readonly #receive: Receive;
  readonly #failed: (error: unknown) => void;
  readonly #awaited = new Map<string, { readonly stanza: BinaryNode; readonly timer: NodeJS.Timeout }>();

  constructor(receive: Receive, failed: (error: unknown) => void) {
    this.#receive = receive;
    this.#failed = failed;
  }

  /** To be called with every message before Baileys confirms it. */
  async noted(stanza: BinaryNode): Promise<void> {
    const { id, from = "" } = stanza.attrs;
    if (!id || !isPerson(from) || getBinaryNodeChild(stanza, "enc") !== undefined) return;
    const type = getBinaryNodeChild(stanza, "unavailable")?.attrs["type"];
    if (type === ONLY_ON_THE_PHONE) await this.#receive(stanza, { placeholderMessage: {} });
    else if (!FOR_OTHERS.has(type) && this.#awaited.size < REMEMBERED) this.#await(id, stanza);
  }

  /** What the phone sent again, in the decrypted bytes of one of its messages to its own devices. */
  async resent(plain: Uint8Array): Promise<void> {
    for (const info of resentIn(plain)) {
      const id = info.key?.id ?? "";
      const awaited = this.#awaited.get(id);
      clearTimeout(awaited?.timer);
      this.#awaited.delete(id);
      const stanza = awaited?.stanza ?? announcedBy(info);
      if (stanza !== undefined && info.message) await this.#receive(stanza, info.message);
    }
  }

  /** Nothing is received from here on. */
  end(): void {
    for (const { timer } of this.#awaited.values()) clearTimeout(timer);
    this.#awaited.clear();
  }

  #await(id: string, stanza: BinaryNode): void {
    const timer = setTimeout(() => {
      this.#awaited.delete(id);
      this.#receive(stanza, { placeholderMessage: {} }).catch(this.#failed);
    }, PHONE_MS);
    this.#awaited.set(id, { stanza, timer });
  }
}

function resentIn(plain: Uint8Array): proto.WebMessageInfo[] {
  try {
    const { protocolMessage } = proto.Message.decode(unpadRandomMax16(plain));
    const results = protocolMessage?.peerDataOperationRequestResponseMessage?.peerDataOperationResult ?? [];
    return results.flatMap(({ placeholderMessageResendResponse: resend }) =>
      resend?.webMessageInfoBytes ? [proto.WebMessageInfo.decode(resend.webMessageInfoBytes)] : [],
    );
  } catch {
    return [];
  }
}

/** Where another process saw the announcement: a customer's message only, since the rest is the owner's own. */
function announcedBy({ key, messageTimestamp, pushName }: proto.WebMessageInfo): BinaryNode | undefined {
  const { id, remoteJid, fromMe } = key ?? {};
  if (!id || !remoteJid || fromMe) return undefined;
  const attrs = { from: remoteJid, id, t: String(messageTimestamp), type: "text", notify: pushName ?? "" };
  return { tag: "message", attrs };
}
