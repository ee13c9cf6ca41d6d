import type { Redis } from "ioredis";
import type { Keys } from "../adapters/redis/keys.ts";
import type { Conversation } from "../conversation/types.ts";
import { formsOf } from "../privacy/person.ts";
import type { Contact } from "./calls.ts";

/** The chat of a contact; undefined for a number that never wrote. */
export async function chatOf(
  { redis, keys }: { readonly redis: Redis; readonly keys: Keys },
  organization: string,
  contact: Contact,
): Promise<string | undefined> {
  if ("chat" in contact) return contact.chat;
  const found = await redis.hmget(`${keys.prefix}:numbers:${organization}`, ...formsOf(contact.number));
  return found.find((chat) => chat !== null) ?? undefined;
}

/** What is known of a contact, without texts; times in ms of store time. */
export interface ContactState {
  readonly chat: string;
  readonly number: string | undefined;
  /** They wrote for the first time, and last; we did last. */
  readonly first: number | undefined;
  readonly wrote: number | undefined;
  readonly told: number | undefined;
  readonly tags: readonly string[];
  /** Since when a person is to look at the chat. */
  readonly handedOver: number | undefined;
  readonly optedOut: boolean;
}

/** Undefined for somebody of whom nothing is known. */
export async function readContact(
  { redis, keys }: { readonly redis: Redis; readonly keys: Keys },
  { organization, chat }: Conversation,
): Promise<ContactState | undefined> {
  const key = (family: string): string => `${keys.prefix}:${family}:${organization}`;
  const replies = await redis
    .multi()
    .hgetall(`${key("contact")}:${chat}`)
    .smembers(`${key("tags")}:${chat}`)
    .zscore(key("handed"), chat)
    .sismember(key("optouts"), chat)
    .exec();
  const [contact, tags, handed, optedOut] = (replies ?? []).map(([error, value]) => {
    if (error) throw error;
    return value;
  }) as [Record<string, string>, string[], string | null, number];
  const known = Object.keys(contact).length > 0 || tags.length > 0 || optedOut === 1;
  if (!known) return undefined;
  const time = (field: string): number | undefined =>
    contact[field] === undefined ? undefined : Number(contact[field]);
  return {
    chat,
    number: contact["number"],
    first: time("first"),
    wrote: time("wrote"),
    told: time("told"),
    tags: tags.toSorted(),
    handedOver: handed === null ? undefined : Number(handed),
    optedOut: optedOut === 1,
  };
}
