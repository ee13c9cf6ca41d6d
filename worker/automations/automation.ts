import { CronExpressionParser } from "cron-parser";
import { z } from "zod";
import { TIME_OF_DAY } from "../sessions/organization.ts";
import { wordsOf } from "./words.ts";

/** Chosen by who makes it; part of keys and of jobs. */
export const automationId = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, "expected 1 to 64 letters, digits, '-' or '_'");

/** What a contact is marked with. It stands in the store in clear, and is no place for what is known of a person. */
export const tagName = z
  .string()
  .trim()
  .toLowerCase()
  .normalize("NFC")
  .regex(/^[\p{L}\p{N}_-]{1,40}$/u, "expected 1 to 40 letters, digits, '-' or '_'");

/** `{{nome}}` and `{{texto}}` are replaced: who wrote, and what they wrote. */
const messageText = z
  .string()
  .max(4_096)
  .refine((text) => text.trim() !== "", "expected a text, got nothing to read")
  .refine((text) => text.isWellFormed(), "expected valid Unicode, got half of a surrogate pair");

/** A word, or several that follow each other. Accents, case and punctuation do not count. */
const keyword = z
  .string()
  .max(60)
  .refine((text) => wordsOf(text).length > 0, "expected a word, got none");

const cron = z
  .string()
  .max(100)
  .refine(isCron, "expected five fields as in `0 9 * * 1-5`: minute, hour, day, month, weekday");

/** Ninety days: longer than that, nobody remembers what they wait for. */
const WAIT_MINUTES_MAX = 90 * 24 * 60;

/** The automation answers the message, and the AI does not. Should its run fail, the chat is listed for people. */
const instead = z.boolean().default(false);

const trigger = z.discriminatedUnion("on", [
  /** A customer's text has any, or all, of these words. */
  z.strictObject({
    on: z.literal("keyword"),
    words: z.array(keyword).min(1).max(50),
    match: z.enum(["any", "all"]).default("any"),
    instead,
  }),
  /** Somebody writes for the first time. */
  z.strictObject({ on: z.literal("first-message"), instead }),
  /** A tag is put on a contact that has not got it. */
  z.strictObject({ on: z.literal("tag"), tag: tagName }),
  /** So long after our last message (but for those of automations) nothing came back. */
  z.strictObject({ on: z.literal("no-reply"), hours: z.number().min(0.0001).max(2_160) }),
  /** At these times of the organization's time zone, for each contact that has the tag. */
  z.strictObject({ on: z.literal("schedule"), cron, audience: z.strictObject({ tag: tagName }) }),
]);

const timeOfDay = z.string().regex(TIME_OF_DAY, "expected a time as 08:00");

const step = z.discriminatedUnion("do", [
  z.strictObject({ do: z.literal("send"), text: messageText }),
  z
    .strictObject({
      do: z.literal("wait"),
      minutes: z.number().min(0).max(WAIT_MINUTES_MAX).optional(),
      /** Until it is that late next, in the organization's time zone. */
      until: timeOfDay.optional(),
    })
    .refine(hasOneMore, "expected either minutes or until"),
  z.strictObject({ do: z.literal("tag"), tag: tagName }),
  z.strictObject({ do: z.literal("untag"), tag: tagName }),
  /** The customer reads `text`, or the organization's message for it; the AI keeps out. */
  z.strictObject({ do: z.literal("hand-over"), text: messageText.optional() }),
  /** Cliente AI writes a message as it is told here. */
  z.strictObject({ do: z.literal("ask"), instruction: z.string().trim().min(1).max(4_000) }),
  z.strictObject({
    do: z.literal("webhook"),
    url: z
      .url({ protocol: /^https?$/ })
      .max(2_000)
      .refine(hasNoCredentials, "expected a URL without a user and a password"),
    /** Signs each call, so that who is called knows who calls. */
    secret: z.string().min(16).max(200),
  }),
  /** Nothing more happens if the contact wrote since the run began, or has the tag, or has it not. */
  z
    .strictObject({
      do: z.literal("stop-if"),
      replied: z.literal(true).optional(),
      tag: tagName.optional(),
      withoutTag: tagName.optional(),
    })
    .refine(hasOneMore, "expected one of replied, tag and withoutTag"),
]);

/** What an organization has done by itself: when this happens, do that. */
export const automation = z.strictObject({
  id: automationId,
  name: z.string().trim().min(1).max(120),
  enabled: z.boolean().default(true),
  trigger,
  steps: z.array(step).min(1).max(50),
  /** What becomes of a run that has something to send in a chat that a person has taken over. */
  whilePersonHasChat: z.enum(["stop", "wait"]).default("stop"),
  limits: z
    .strictObject({
      /** Runs for one contact in one day of the organization's. */
      perContactPerDay: z.int().min(1).max(100).default(5),
    })
    .prefault({}),
});

export type Automation = z.output<typeof automation>;
/** As it is given; what has a default may be left out. */
export type AutomationInput = z.input<typeof automation>;
export type Step = Automation["steps"][number];

function isCron(expression: string): boolean {
  // The library takes seconds too, with which an organization could have its contacts written to every second.
  if (expression.trim().split(/\s+/).length !== 5) return false;
  try {
    CronExpressionParser.parse(expression);
    return true;
  } catch {
    return false;
  }
}

/** Beside what is to be done. */
function hasOneMore(given: object): boolean {
  return Object.values(given).filter((value) => value !== undefined).length === 2;
}

function hasNoCredentials(url: string): boolean {
  const { username, password } = new URL(url);
  return username === "" && password === "";
}
