import type { BusinessData } from "../aurora/business-data.ts";
import { nameIn } from "../aurora/shown.ts";
import type { QuietConversation } from "../jobs/aurora-opportunities/signals.ts";

const HOUR_MS = 3_600_000;
/** The customer wrote within this long, and has said nothing for that long; in ms. */
const WROTE_WITHIN_MS = 14 * 24 * HOUR_MS;
const QUIET_FOR_MS = 24 * HOUR_MS;
/** Conversations that are looked at, and entries of each. */
const CHATS = 200;
const SAID = 12;

/**
 * Conversations of one organization in which the last word is ours and nobody has said anything for a day. Not those that a
 * person has, nor those of contacts who want no such messages. One command.
 * @param now ms of store time
 */
export async function readQuiet(data: BusinessData, now: number): Promise<QuietConversation[]> {
  const chats = await data.wroteBetween(now - WROTE_WITHIN_MS, now - QUIET_FOR_MS, CHATS, SAID);
  return chats.flatMap((found) => {
    const { chat, number, said, wroteAt, handedAt, silentUntil = 0 } = found;
    const last = said.at(-1);
    const open =
      found.state === "rest" &&
      !found.optedOut &&
      handedAt === undefined &&
      silentUntil <= now &&
      wroteAt !== undefined &&
      last !== undefined &&
      last.role !== "customer" &&
      last.at <= now - QUIET_FOR_MS;
    if (!open) return [];
    return [{ chat, number, said, wrote: wroteAt, name: nameIn(found) }];
  });
}
