import type { Contact } from "../contract/calls.ts";

/** Everything that one contact is known as. */
export interface Person {
  /** Chats that are or might be theirs. */
  readonly chats: readonly string[];
  /** Phone numbers and LIDs, digits. */
  readonly users: readonly string[];
  /** Finds any of them in a text. */
  readonly named: RegExp;
}

/** Shorter runs of digits are too often something else; such a user is found where it names a chat. */
const TELLING_DIGITS = 7;

export function personOf(known: Iterable<string>): Person {
  const users = [...new Set(known)];
  const patterns = users.map((user) =>
    user.length >= TELLING_DIGITS ? `${user}(?!\\d)` : `${user}@(?:lid|s\\.whatsapp\\.net)`,
  );
  return {
    users,
    chats: users.flatMap((user) => [`${user}@lid`, `${user}@s.whatsapp.net`]),
    named: new RegExp(`(?<!\\d)(?:${patterns.join("|")})`),
  };
}

/** The digits that a contact is called by. */
export function userOf(contact: Contact): string {
  return "chat" in contact ? contact.chat.slice(0, contact.chat.indexOf("@")) : contact.number;
}

/** Brazilian mobile numbers are written with and without their ninth digit: both forms. */
export function formsOf(user: string): string[] {
  const [, area, rest] = /^55([1-9]\d)9?([6-9]\d{7})$/.exec(user) ?? [];
  return area === undefined || rest === undefined ? [user] : [`55${area}${rest}`, `55${area}9${rest}`];
}
