import type { BinaryNode, WASocket } from "@whiskeysockets/baileys";

const EVENT = "CB:message";

type Listener = (message: BinaryNode) => unknown;

/**
 * Makes Baileys handle one message after the other, as they came. It begins with each at once and puts them in a row
 * only after it has learned the sender's other address, so a new contact's first messages are overtaken by the next
 * ones, and what came offline, in a row of its own, by what comes live.
 */
export function handleInOrder(ws: WASocket["ws"], failed: (error: unknown) => void): void {
  const listeners = ws.listeners(EVENT) as Listener[];
  ws.removeAllListeners(EVENT);
  let row: Promise<unknown> = Promise.resolve();
  for (const listener of listeners) {
    ws.on(EVENT, (message: BinaryNode) => {
      row = row.then(() => (ws.isOpen ? listener(live(message)) : undefined)).catch(failed);
    });
  }
}

/** Else it only joins Baileys' row of offline stanzas. The content stays the same object: the inbox knows it by that. */
function live(message: BinaryNode): BinaryNode {
  const { offline: _, ...attrs } = message.attrs;
  return { ...message, attrs };
}
