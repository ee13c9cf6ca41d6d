import type { BinaryNode, WASocket } from "@whiskeysockets/baileys";
import type { BackPressure } from "./back-pressure.ts";

type Listener = (stanza: BinaryNode) => unknown;

/**
 * Takes Baileys' listeners of an event out of it, and hands back a function that calls them.
 * @param event `CB:message` and the like
 */
export function takeOver(ws: WASocket["ws"], event: string): (stanza: BinaryNode) => Promise<void> {
  const listeners = ws.listeners(event) as Listener[];
  ws.removeAllListeners(event);
  return async (stanza) => {
    for (const listener of listeners) await listener(stanza);
  };
}

/**
 * Makes Baileys handle one message after the other, as they came. It begins with each at once and puts them in a row
 * only after it has learned the sender's other address, so a new contact's first messages are overtaken by the next
 * ones, and what came offline, in a row of its own, by what comes live.
 * @param pressure is told of each that waits, and when it does no more
 * @param aside confirms what Baileys is not to see; false for what it is
 */
export function handleInOrder(
  ws: WASocket["ws"],
  pressure: BackPressure,
  aside: (message: BinaryNode) => Promise<boolean>,
  failed: (error: unknown) => void,
): void {
  const handle = takeOver(ws, "CB:message");
  const pass = async (message: BinaryNode): Promise<void> => {
    if (ws.isOpen && !(await aside(message))) await handle(live(message));
  };
  let row: Promise<unknown> = Promise.resolve();
  ws.on("CB:message", (message: BinaryNode) => {
    pressure.waits();
    row = row
      .then(async () => pass(message))
      .catch(failed)
      .finally(() => pressure.handled());
  });
}

/** Else it only joins Baileys' row of offline stanzas. The content stays the same object: the inbox knows it by that. */
function live(message: BinaryNode): BinaryNode {
  const { offline: _, ...attrs } = message.attrs;
  return { ...message, attrs };
}
