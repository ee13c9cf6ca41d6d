import { getBinaryNodeChild, getBinaryNodeChildren, type BinaryNode } from "@whiskeysockets/baileys";
import type { Receipt, ReceiptState } from "../../sessions/whatsapp.ts";
import { isPerson } from "./people.ts";
import { timeOf } from "./stanza-time.ts";

/** Without a type the message was delivered; every other type concerns our own devices, or asks for the message again. */
const STATES: ReadonlyMap<string | undefined, ReceiptState> = new Map([
  [undefined, "delivered"],
  ["inactive", "delivered"],
  ["read", "read"],
  ["played", "played"],
]);

/** What a contact's phone says about our messages; undefined for what is none of it. */
export function receiptOf({ attrs, content }: BinaryNode): Receipt | undefined {
  const state = STATES.get(attrs["type"]);
  // `recipient` names the chat where it comes from another device of our own number.
  if (state === undefined || attrs["recipient"] !== undefined || !isPerson(attrs["from"] ?? ""))
    return undefined;
  const list = Array.isArray(content)
    ? getBinaryNodeChild({ tag: "", attrs: {}, content }, "list")
    : undefined;
  const items = getBinaryNodeChildren(list, "item").map((item) => item.attrs["id"]);
  const ids = [attrs["id"], ...items].filter((id) => id !== undefined && id !== "");
  return { ids: ids as string[], state, at: timeOf(attrs["t"]) };
}
