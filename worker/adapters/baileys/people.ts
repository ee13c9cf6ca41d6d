import { isHostedLidUser, isHostedPnUser, isLidUser, isPnUser } from "@whiskeysockets/baileys";

/** One person, not a group, a channel or the like. */
export function isPerson(jid: string): boolean {
  return [isPnUser(jid), isLidUser(jid), isHostedPnUser(jid), isHostedLidUser(jid)].some(Boolean);
}
