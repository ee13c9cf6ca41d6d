import { closestMatch } from "leven";

/** Who writes to the shop: somebody it does not know, or one of its own people. */
export type Speaker = "customer" | "team";

/** What can be sent besides words. */
export type Attachment = "photo" | "audio" | "document" | "sticker" | "location" | "contact";

/** What a line that was typed asks for. */
export type ChatLine =
  | { readonly kind: "write"; readonly text: string }
  | { readonly kind: "speak"; readonly as: Speaker; readonly text: string | undefined }
  | { readonly kind: "send"; readonly what: Attachment; readonly caption: string | undefined }
  /** Changes the last message. */
  | { readonly kind: "edit"; readonly text: string }
  /** Takes the last message back. */
  | { readonly kind: "revoke" }
  /** The shop's owner writes on the phone itself. */
  | { readonly kind: "owner"; readonly text: string }
  | { readonly kind: "status" | "help" | "quit" }
  | { readonly kind: "wrong"; readonly why: string };

type Reading = (rest: string) => ChatLine;

const needsText =
  (command: string, of: (text: string) => ChatLine): Reading =>
  (rest) =>
    rest === "" ? { kind: "wrong", why: `/${command}: expected a text after it, got none` } : of(rest);
const speaks =
  (as: Speaker): Reading =>
  (rest) => ({ kind: "speak", as, text: rest || undefined });
const sends =
  (what: Attachment): Reading =>
  (rest) => ({ kind: "send", what, caption: rest || undefined });
const alone =
  (kind: "revoke" | "status" | "help" | "quit"): Reading =>
  () => ({ kind });

const COMMANDS: Readonly<Record<string, Reading>> = {
  cliente: speaks("customer"),
  equipe: speaks("team"),
  dono: needsText("dono", (text) => ({ kind: "owner", text })),
  foto: sends("photo"),
  audio: sends("audio"),
  documento: sends("document"),
  figurinha: sends("sticker"),
  localizacao: sends("location"),
  contato: sends("contact"),
  editar: needsText("editar", (text) => ({ kind: "edit", text })),
  apagar: alone("revoke"),
  status: alone("status"),
  ajuda: alone("help"),
  sair: alone("quit"),
};

/** Undefined for a line without anything in it. Accents and case of a command do not matter. */
export function readLine(line: string): ChatLine | undefined {
  const text = line.trim();
  if (text === "") return undefined;
  if (text.startsWith("//")) return { kind: "write", text: text.slice(1) };
  if (!text.startsWith("/")) return { kind: "write", text };
  const [, typed = "", rest = ""] = /^\/(\S*)\s*([^]*)$/.exec(text) ?? [];
  const name = typed.normalize("NFD").replaceAll(/\p{M}/gu, "").toLowerCase();
  const reading = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (reading !== undefined) return reading(rest.trim());
  const nearest = closestMatch(name, Object.keys(COMMANDS)) ?? "ajuda";
  return {
    kind: "wrong",
    why: `/${typed}: expected a command (the nearest is /${nearest}; // writes a slash), got an unknown one`,
  };
}
