import type { Conversation } from "./types.ts";

/** The keys of one conversation, as `lua/record.lua` builds them. */
export interface ConversationKeys {
  /** Hash: the state. */
  readonly state: string;
  /** List: messages that are not answered. */
  readonly inbound: string;
  /** List: parts that are not acked, in the order in which they are sent. */
  readonly outbound: string;
  /** List: what was said, the last entries. */
  readonly history: string;
  /** List: parts the server refused, the last ones. */
  readonly failed: string;
}

export function conversationKeys(prefix: string, { organization, chat }: Conversation): ConversationKeys {
  const state = `${prefix}:conversation:${organization}:${chat}`;
  return {
    state,
    inbound: `${state}:in`,
    outbound: `${state}:out`,
    history: `${state}:history`,
    failed: `${state}:failed`,
  };
}

/** String: sealed plaintext of a received message. */
export function inboxKey(
  prefix: string,
  { organization, chat }: Conversation,
  sender: string,
  id: string,
): string {
  return `${prefix}:inbox:${organization}:${chat}:${sender}:${id}`;
}

/** String: chat and sealed text of a sent part. */
export function sentKey(prefix: string, organization: string, id: string): string {
  return `${prefix}:sent:${organization}:${id}`;
}

/** String: `state ms`, how far a sent part has come at the other side. */
export function receiptKey(prefix: string, organization: string, id: string): string {
  return `${prefix}:receipt:${organization}:${id}`;
}

/** Sorted set: `organization chat` by the ms of store time when to look again. */
export function dueKey(prefix: string, shard: number): string {
  return `${prefix}:due:${shard}`;
}

/** A conversation as member of the sorted set; organization ids hold no space. */
export function dueMember({ organization, chat }: Conversation): string {
  return `${organization} ${chat}`;
}

export function conversationOf(member: string): Conversation {
  const space = member.indexOf(" ");
  return { organization: member.slice(0, space), chat: member.slice(space + 1) };
}

/** What an organization's number has to send to many, as a member of `due` in a chat's place. */
export const BULK = "bulk";
/** What an organization's number has to tell its own people, likewise. */
export const NOTICES = "notices";
const RUN = "run:";

/** A run of an automation as a member of `due`. */
export function runMember(run: string): string {
  return RUN + run;
}

/** The run that a member of `due` names, if it names one. */
export function runOf(member: string): string | undefined {
  return member.startsWith(RUN) ? member.slice(RUN.length) : undefined;
}

/** `due` has more than conversations. */
export function isConversation({ chat }: Conversation): boolean {
  return chat !== BULK && chat !== NOTICES && !chat.startsWith(RUN);
}
