import type { Sealing } from "../adapters/redis/sealing.ts";
import { messageId } from "./message-id.ts";
import type { Conversation } from "./types.ts";

/** A text with the name of who wrote it, where that is known. */
export interface Body {
  readonly text: string;
  readonly name?: string;
}

export function sealBody(sealing: Sealing, conversation: Conversation, body: Body): string {
  return sealing.seal(bodyPlace(conversation), JSON.stringify(body));
}

/** @throws Unsealable */
export function openBody(sealing: Sealing, conversation: Conversation, sealed: string): Body {
  return JSON.parse(sealing.openText(bodyPlace(conversation), sealed)) as Body;
}

/** A text that no AI wrote, as the first part of a turn of its own: under the same name it is the same message. */
export function sealFixed(
  sealing: Sealing,
  conversation: Conversation,
  name: string,
  text: string,
): { id: string; turn: string; body: string } {
  const turn = `notice ${name}`;
  return { id: messageId(conversation, turn, 0), turn, body: sealBody(sealing, conversation, { text }) };
}

/** Seals the decrypted bytes of a received message. */
export function sealInbox(
  sealing: Sealing,
  conversation: Conversation,
  sender: string,
  id: string,
  plain: Uint8Array,
): string {
  return sealing.seal(inboxPlace(conversation, sender, id), plain);
}

/** @throws Unsealable */
export function openInbox(
  sealing: Sealing,
  conversation: Conversation,
  sender: string,
  id: string,
  sealed: string,
): Buffer {
  return sealing.open(inboxPlace(conversation, sender, id), sealed);
}

function bodyPlace({ organization, chat }: Conversation): string {
  return `conversation:${organization}:${chat}`;
}

function inboxPlace({ organization, chat }: Conversation, sender: string, id: string): string {
  return `inbox:${organization}:${chat}:${sender}:${id}`;
}
