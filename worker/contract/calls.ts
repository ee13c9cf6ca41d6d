import { z } from "zod";
import { organizationId, phoneNumber } from "../sessions/organization.ts";

/** Of a campaign, an automation, a message: chosen by who calls, so that a call that is repeated is the same call. */
export const callerId = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, "expected 1 to 64 letters, digits, '-' or '_'");

/** Somebody on WhatsApp by the id of their chat: `<digits>@lid`, or `<digits>@s.whatsapp.net`. */
export const chatId = z
  .string()
  .regex(
    /^\d{1,20}@(lid|s\.whatsapp\.net)$/,
    "expected a chat as 5511987654321@s.whatsapp.net or 123456789@lid",
  );

/** Somebody, by the chat or by the phone number. */
export const contactSchema = z.union(
  [z.strictObject({ chat: chatId }), z.strictObject({ number: phoneNumber })],
  {
    error: 'expected {"chat": …} or {"number": …}',
  },
);

export type Contact = z.infer<typeof contactSchema>;

/** Longer than what anybody reads in a chat; WhatsApp itself takes 65,536. */
const messageText = z
  .string()
  .max(4_096)
  .refine((text) => text.trim() !== "", "expected a text, got nothing to read")
  .refine((text) => text.isWellFormed(), "expected valid Unicode, got half of a surrogate pair");

const tag = z
  .string()
  .trim()
  .regex(/^[\p{L}\p{N}_-]{1,40}$/u, "expected 1 to 40 letters, digits, '-' or '_'");

/** A message to one person. */
const messageSend = z.strictObject({
  organization: organizationId,
  /** The same id twice is one message. */
  id: callerId,
  to: contactSchema,
  text: messageText,
  /**
   * `reply`: at once, to whoever wrote within a day. `campaign`, `automation`: at the number's pace, within its hours and
   * caps, and never to who opted out.
   */
  priority: z.enum(["reply", "campaign", "automation"]).default("automation"),
});

const contactTag = z.strictObject({
  organization: organizationId,
  contact: contactSchema,
  tag,
  /** Taken off instead. */
  remove: z.boolean().default(false),
});

const contactOptOut = z.strictObject({
  organization: organizationId,
  contact: contactSchema,
  /** Wants campaigns and automations again. */
  undo: z.boolean().default(false),
});

const contactErase = z.strictObject({ organization: organizationId, contact: contactSchema });
const organizationErase = z.strictObject({ organization: organizationId });

/** What other services may ask for. The last schema of each is its current version; those before it lead there. */
export const calls = {
  "message.send": defined("Sends a text to one person.", messageSend),
  "contact.tag": defined("Puts a tag on a contact, which may start automations.", contactTag),
  "contact.optOut": defined("A contact gets no campaigns and automations any more.", contactOptOut),
  "contact.erase": defined("Erases all that is stored of a contact.", contactErase),
  "organization.erase": defined(
    "Logs an organization out of WhatsApp and erases all that is stored of it.",
    organizationErase,
  ),
} as const;

export type Calls = typeof calls;
export type CallName = keyof Calls;
/** As it is given; what has a default may be left out. */
export type CallInput<Name extends CallName> = z.input<Calls[Name]["schema"]>;
/** As it is done. */
export type CallData<Name extends CallName> = z.output<Calls[Name]["schema"]>;

/** One kind of call. */
export interface CallKind<Schema extends z.ZodType = z.ZodType> {
  readonly about: string;
  /** The current version, counted from 1. */
  readonly version: number;
  readonly schema: Schema;
  /** Makes version n + 1 of version n: the first one belongs to version 1. */
  readonly upgrades: readonly ((older: Record<string, unknown>) => Record<string, unknown>)[];
}

function defined<Schema extends z.ZodType>(
  about: string,
  schema: Schema,
  upgrades: CallKind["upgrades"] = [],
): CallKind<Schema> {
  return { about, version: upgrades.length + 1, schema, upgrades };
}
