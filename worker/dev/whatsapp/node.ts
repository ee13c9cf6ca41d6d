import { inflateSync } from "node:zlib";
import type { BinaryNode } from "@whiskeysockets/baileys";
import * as constants from "@whiskeysockets/baileys/lib/WABinary/constants.js";
import { decodeDecompressedBinaryNode } from "@whiskeysockets/baileys/lib/WABinary/decode.js";

export const SERVER = "@s.whatsapp.net";

type Attributes = Record<string, string | undefined>;

/** A stanza or one of its parts; absent attributes are left out, because an `undefined` one corrupts the frame. */
export function element(
  tag: string,
  attributes: Attributes = {},
  content?: BinaryNode["content"],
): BinaryNode {
  const attrs: Record<string, string> = {};
  for (const [name, value] of Object.entries(attributes)) if (value !== undefined) attrs[name] = value;
  return content === undefined ? { tag, attrs } : { tag, attrs, content };
}

export function children(node: BinaryNode | undefined, tag?: string): BinaryNode[] {
  if (!node || !Array.isArray(node.content)) return [];
  return tag === undefined ? node.content : node.content.filter((part) => part.tag === tag);
}

export function child(node: BinaryNode | undefined, tag: string): BinaryNode | undefined {
  return children(node, tag)[0];
}

/** The content as bytes; strings come as tokens or as bytes depending on how they were packed. */
export function bytes(node: BinaryNode | undefined): Buffer {
  const content = node?.content;
  if (typeof content === "string") return Buffer.from(content);
  if (content instanceof Uint8Array) return Buffer.from(content);
  throw new Error(`<${node?.tag ?? "nothing"}> holds no bytes`);
}

export function integer(node: BinaryNode | undefined): number {
  return bytes(node).readUIntBE(0, bytes(node).length);
}

export function bigEndian(value: number, length: number): Buffer {
  const out = Buffer.alloc(length);
  out.writeUIntBE(value, 0, length);
  return out;
}

/** Baileys' own decoder is asynchronous, and stanzas must be handled in the order in which they came. */
export function decodeFrame(frame: Buffer): BinaryNode {
  const compressed = (frame.readUInt8() & 2) !== 0;
  const plain = compressed ? inflateSync(frame.subarray(1)) : frame.subarray(1);
  return decodeDecompressedBinaryNode(plain, constants);
}

export function nowSeconds(): string {
  return Math.floor(Date.now() / 1000).toString();
}
