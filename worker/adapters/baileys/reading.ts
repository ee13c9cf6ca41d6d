import { proto } from "@whiskeysockets/baileys";
import type { MessageKind } from "../../sessions/message-kinds.ts";
import { CONTENT_FIELDS, type FieldMeaning } from "./content-fields.ts";
import { DESCRIPTIONS, type Described } from "./descriptions.ts";
import { cleanText } from "./words.ts";

const FIELDS = Object.keys(CONTENT_FIELDS) as (keyof proto.IMessage)[];
/** Wrappers in wrappers; WhatsApp has two at most. */
const WRAPPERS_MAX = 8;
const LONGEST_QUOTE = 300;
/** Types of stanzas by which people send what they write or show. */
const SENT_BY_PEOPLE: ReadonlySet<string | undefined> = new Set(["text", "media", "poll", "event", "pay"]);

/** A decrypted message, by what it is. */
export type Reading =
  | {
      readonly is: "message";
      readonly kind: MessageKind;
      /** What the sender wrote; may be empty. */
      readonly words: string;
      /** All that is to be read: what it is, what it quotes, and the words; never empty. */
      readonly text: string;
    }
  | { readonly is: "edit"; readonly of: string; readonly words: string; readonly text: string }
  | { readonly is: "revoke"; readonly of: string }
  /** Nothing that a person said. */
  | { readonly is: "signal" };

const SIGNAL: Reading = { is: "signal" };

/** @param stanzaType WhatsApp's own word for what is in it, which says whether a person sent what is not known here */
export function readMessage(message: proto.IMessage, stanzaType: string | undefined): Reading {
  const found = contentOf(message);
  if (found === undefined) return SENT_BY_PEOPLE.has(stanzaType) ? unreadable() : SIGNAL;
  const { field, meaning, content } = found;
  if (meaning === "change") return changeOf(content.protocolMessage);
  if (meaning === "signal") return SIGNAL;
  return read(field, meaning, content) ?? SIGNAL;
}

interface Content {
  readonly field: keyof proto.IMessage;
  readonly meaning: Exclude<FieldMeaning, "wrapper" | "part">;
  readonly content: proto.IMessage;
}

/** The field that says what it is, within however many wrappers. */
function contentOf(message: proto.IMessage): Content | undefined {
  let content: proto.IMessage | null | undefined = message;
  for (let depth = 0; depth <= WRAPPERS_MAX && content; depth++) {
    const field = FIELDS.find((name) => CONTENT_FIELDS[name] !== "part" && isThere(content?.[name]));
    if (field === undefined) return undefined;
    const meaning = CONTENT_FIELDS[field];
    if (meaning !== "wrapper" && meaning !== "part") return { field, meaning, content };
    content = (content[field] as proto.Message.IFutureProofMessage | undefined)?.message;
  }
  return undefined;
}

function read(
  field: keyof proto.IMessage,
  meaning: Exclude<FieldMeaning, "wrapper" | "part" | "change" | "signal">,
  content: proto.IMessage,
): Reading | undefined {
  const { note, words = "" } = described(field, content);
  const text = [
    quoteOf(content[field]),
    note === undefined ? undefined : `[${note}]`,
    words === "" ? undefined : words,
  ].filter((part) => part !== undefined);
  // Nothing but a quote: an empty text that quotes is an empty text.
  if (note === undefined && words === "") return silent(meaning);
  return { is: "message", kind: kindOf(meaning, words), words, text: text.join("\n") };
}

/** What holds no words may still be of a kind that an organization wants to hear of. */
function silent(meaning: FieldMeaning): Reading | undefined {
  if (meaning === "sticker") return { is: "message", kind: meaning, words: "", text: "[figurinha]" };
  if (meaning === "reaction") return { is: "message", kind: meaning, words: "", text: "[reação]" };
  if (meaning === "vote") return { is: "message", kind: meaning, words: "", text: "[voto]" };
  if (meaning === "automatic")
    return { is: "message", kind: meaning, words: "", text: "[mensagem automática]" };
  return undefined;
}

function described(field: keyof proto.IMessage, content: proto.IMessage): Described {
  const describe = DESCRIPTIONS[field] as ((value: unknown) => Described) | undefined;
  return describe?.(content[field]) ?? {};
}

function kindOf(
  meaning: Exclude<FieldMeaning, "wrapper" | "part" | "change" | "signal">,
  words: string,
): MessageKind {
  if (meaning === "words") return "text";
  if (words === "") return meaning;
  if (meaning === "image") return "captionedImage";
  if (meaning === "video") return "captionedVideo";
  if (meaning === "document") return "captionedDocument";
  return meaning;
}

function changeOf(change: proto.Message.IProtocolMessage | null | undefined): Reading {
  const of = change?.key?.id;
  if (!of) return SIGNAL;
  const { Type } = proto.Message.ProtocolMessage;
  // The protocol's default, so an absent type is a deletion, too: it names a message, which nothing else without type does.
  if ((change.type ?? Type.REVOKE) === Type.REVOKE) return { is: "revoke", of };
  if (change.type !== Type.MESSAGE_EDIT || !change.editedMessage) return SIGNAL;
  const edited = readMessage(change.editedMessage, undefined);
  if (edited.is !== "message") return SIGNAL;
  return { is: "edit", of, words: edited.words, text: edited.text };
}

function quoteOf(content: unknown): string | undefined {
  if (typeof content !== "object" || content === null || !("contextInfo" in content)) return undefined;
  const quoted = (content.contextInfo as proto.IContextInfo | null | undefined)?.quotedMessage;
  if (!quoted) return undefined;
  const found = contentOf(quoted);
  const { note, words } = found === undefined ? {} : described(found.field, found.content);
  const text = cleanText([note && `[${note}]`, words].filter(Boolean).join(" "), LONGEST_QUOTE);
  return text === "" ? undefined : `[em resposta a: ${text}]`;
}

function unreadable(): Reading {
  return { is: "message", kind: "unreadable", words: "", text: "[mensagem que não pode ser lida]" };
}

function isThere(value: unknown): boolean {
  return value !== null && value !== undefined;
}
