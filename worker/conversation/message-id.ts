import { createHash } from "node:crypto";
import type { Conversation } from "./types.ts";

const PREFIX = "3EB0";
const HEX_DIGITS = 18;

/**
 * The WhatsApp id of a part, as long as those of Baileys (22 characters). It follows from what the part is,
 * so that a part sent twice is one message.
 * @param turn number of a turn, or the id of the campaign or automation the part belongs to
 */
export function messageId({ organization, chat }: Conversation, turn: number | string, part: number): string {
  const digest = createHash("sha256").update([organization, chat, turn, part].join("\0")).digest("hex");
  return PREFIX + digest.slice(0, HEX_DIGITS).toUpperCase();
}

/** Whether it may be the id of a part: Baileys' own look the same, those of phones do not. */
export function isOurs(id: string): boolean {
  return id.length === PREFIX.length + HEX_DIGITS && id.startsWith(PREFIX);
}
