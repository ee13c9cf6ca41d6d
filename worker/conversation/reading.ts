import type { Redis } from "ioredis";
import type { Sealing } from "../adapters/redis/sealing.ts";
import { shardOf } from "../sessions/shards.ts";
import { conversationKeys, dueKey, dueMember, inboxKey, receiptKey, sentKey } from "./keys.ts";
import { readableBody } from "./opening.ts";
import { openBody, openInbox } from "./sealed.ts";
import type { ReceiptState } from "../sessions/whatsapp.ts";
import type { Conversation, RefusedPart, Said, State, View } from "./types.ts";

/** The conversation at one moment, without texts. */
export async function readView(redis: Redis, prefix: string, conversation: Conversation): Promise<View> {
  const keys = conversationKeys(prefix, conversation);
  const replies = await redis
    .multi()
    .hgetall(keys.state)
    .llen(keys.inbound)
    .llen(keys.outbound)
    .zscore(dueKey(prefix, shardOf(conversation.organization)), dueMember(conversation))
    .lrange(keys.failed, 0, -1)
    .exec();
  const values = (replies ?? []).map(([error, value]) => {
    if (error) throw error;
    return value;
  });
  const [state, inbound, outbound, due, refused] = values as [
    Record<string, string>,
    number,
    number,
    string | null,
    string[],
  ];
  return {
    state: (state["state"] ?? "rest") as State,
    turn: Number(state["turn"] ?? 0),
    attempts: Number(state["attempts"] ?? 0),
    inbound,
    outbound,
    silentUntil: state["silentUntil"] === undefined ? undefined : Number(state["silentUntil"]),
    due: due === null ? undefined : Number(due),
    refused: refused.map((encoded) => {
      const { id, turn, part, priority, reason, at } = JSON.parse(encoded) as RefusedPart;
      return { id, turn, part, priority, reason, at };
    }),
  };
}

/** What was said in a conversation and what is not answered, oldest first; what no key opens is said to be so. */
export async function readHistory(
  redis: Redis,
  prefix: string,
  sealing: Sealing,
  conversation: Conversation,
): Promise<Said[]> {
  const keys = conversationKeys(prefix, conversation);
  const [history = [], unanswered = []] = await Promise.all([
    redis.lrange(keys.history, 0, -1),
    redis.lrange(keys.inbound, 0, -1),
  ]);
  return [...history, ...unanswered].map((encoded) => openSaid(sealing, conversation, encoded));
}

/** An encoded entry of the history, or a message that is not answered; as {@link readHistory} has it. */
export function openSaid(sealing: Sealing, conversation: Conversation, encoded: string): Said {
  const {
    role = "customer",
    at,
    id,
    body,
  } = JSON.parse(encoded) as Partial<Said> & { at: number; body: string };
  return { role, at, ...(id === undefined ? {} : { id }), ...readableBody(sealing, conversation, body) };
}

/** Text of a part that was sent. @throws Unsealable */
export async function readSentText(
  redis: Redis,
  prefix: string,
  sealing: Sealing,
  organization: string,
  id: string,
): Promise<string | undefined> {
  const value = await redis.get(sentKey(prefix, organization, id));
  if (value === null) return undefined;
  // `source chat body`; before there were sources, `chat body`.
  const [first, last] = [value.indexOf(" "), value.lastIndexOf(" ")];
  const chat = first === last ? value.slice(0, last) : value.slice(first + 1, last);
  return openBody(sealing, { organization, chat }, value.slice(last + 1)).text;
}

/** How far a sent part has come, and since when, in ms by WhatsApp's clock. */
export interface Receipted {
  readonly state: ReceiptState;
  readonly at: number;
}

export async function readReceipt(
  redis: Redis,
  prefix: string,
  organization: string,
  id: string,
): Promise<Receipted | undefined> {
  const value = await redis.get(receiptKey(prefix, organization, id));
  if (value === null) return undefined;
  const [state, at] = value.split(" ");
  return { state: state as ReceiptState, at: Number(at) };
}

/** Plaintext of a received message. @throws Unsealable */
export async function readInboxed(
  redis: Redis,
  prefix: string,
  sealing: Sealing,
  conversation: Conversation,
  sender: string,
  id: string,
): Promise<Buffer | undefined> {
  const sealed = await redis.get(inboxKey(prefix, conversation, sender, id));
  return sealed === null ? undefined : openInbox(sealing, conversation, sender, id, sealed);
}
