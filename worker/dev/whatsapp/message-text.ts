import { extractMessageContent, type proto } from "@whiskeysockets/baileys";

/** What a person would read, or nothing for a message without words. */
export function textOf(message: proto.IMessage): string {
  const content = extractMessageContent(message);
  return (
    content?.conversation ??
    content?.extendedTextMessage?.text ??
    content?.imageMessage?.caption ??
    content?.videoMessage?.caption ??
    content?.documentMessage?.caption ??
    content?.reactionMessage?.text ??
    ""
  );
}
