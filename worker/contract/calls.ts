import { z } from "zod";
import { automation, automationId, tagName } from "../automations/automation.ts";
import { campaignDefinition, campaignId } from "../campaigns/definition.ts";
import { organizationId, phoneNumber } from "../sessions/organization.ts";

/** Chosen by who calls, so that a call that is repeated is the same call. */
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

/** Rows that come with the call; a longer audience is uploaded as a file. */
const ROWS_MAX = 10_000;

const campaignCreate = z.strictObject({
  organization: organizationId,
  /** The same id twice is one campaign. */
  id: campaignId,
  ...campaignDefinition.shape,
  /** By the names of its columns, one of which has the phone number: `telefone`, `phone` or the like. */
  audience: z
    .array(z.record(z.string().max(60), z.union([z.string().max(1_000), z.number(), z.null()])))
    .max(ROWS_MAX),
});

const campaignControl = z.strictObject({ organization: organizationId, id: campaignId });

const automationPut = z.strictObject({ organization: organizationId, ...automation.shape });
const automationRemove = z.strictObject({ organization: organizationId, id: automationId });
const automationStart = z.strictObject({
  organization: organizationId,
  /** The automation. */
  id: automationId,
  contact: contactSchema,
  /** Why: the same cause twice starts it once. */
  cause: callerId,
});

const contactTag = z.strictObject({
  organization: organizationId,
  contact: contactSchema,
  tag: tagName,
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
  "campaign.create": defined(
    "Creates a campaign; it is sent in its window, at the number's pace.",
    campaignCreate,
  ),
  "campaign.pause": defined("Nothing more of a campaign is released from now on.", campaignControl),
  "campaign.resume": defined("Goes on with a campaign that was paused.", campaignControl),
  "campaign.cancel": defined("Ends a campaign; whom it was not released to is forgotten.", campaignControl),
  "automation.put": defined("Adds an automation, or changes the one with this id.", automationPut),
  "automation.remove": defined("Removes an automation; its runs end.", automationRemove),
  "automation.start": defined(
    "Starts an automation for a contact, whatever its trigger is.",
    automationStart,
  ),
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
