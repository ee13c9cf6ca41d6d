import parsePhoneNumber from "libphonenumber-js/max";
import { DateTime } from "luxon";
import type { OrganizationSettings } from "../sessions/organization.ts";
import type { Said } from "../conversation/types.ts";
import type { CustomerChat } from "./business-data.ts";

/** Characters of one message that Aurora reads. */
const TEXT_LENGTH = 300;

/** A chat in the words of the people whose customers write there. */
export interface ShownChat {
  readonly chat: string;
  readonly name?: string | undefined;
  readonly number?: string | undefined;
  readonly lastWrote?: string | undefined;
  readonly state: string;
  readonly unanswered?: number | undefined;
  readonly optedOut?: true | undefined;
}

export function shownChat(chat: CustomerChat, settings: OrganizationSettings, now: number): ShownChat {
  return {
    chat: chat.chat,
    name: nameIn(chat),
    number: shownNumber(chat),
    lastWrote: shownTime(chat.wroteAt, settings),
    state: shownState(chat, settings, now),
    ...(chat.unanswered > 0 ? { unanswered: chat.unanswered } : {}),
    ...(chat.optedOut ? { optedOut: true } : {}),
  };
}

/** The name that the customer shows, as far as it was seen. */
export function nameIn({ said }: CustomerChat): string | undefined {
  return said.findLast(({ role, name }) => role === "customer" && name !== undefined)?.name;
}

/** As one writes it down: +55 11 98765 4321. */
export function shownNumber({ number, chat }: CustomerChat): string | undefined {
  const digits = number ?? /^(\d+)@s\.whatsapp\.net$/.exec(chat)?.[1];
  if (digits === undefined) return undefined;
  return parsePhoneNumber(`+${digits}`)?.formatInternational() ?? `+${digits}`;
}

/** @param at ms since the epoch */
export function shownTime(at: number | undefined, { timeZone }: OrganizationSettings): string | undefined {
  return at === undefined
    ? undefined
    : DateTime.fromMillis(at, { zone: timeZone }).toFormat("yyyy-MM-dd HH:mm");
}

export function shownSaid({ role, at, text }: Said, settings: OrganizationSettings) {
  const cut = text.length > TEXT_LENGTH ? `${text.slice(0, TEXT_LENGTH).toWellFormed()}…` : text;
  return { from: role === "assistant" ? "Cliente AI" : role, at: shownTime(at, settings), text: cut };
}

/** Whether the chat waits for a person: also once the AI may answer there again. */
export function waitsForPerson({ handedAt }: CustomerChat): boolean {
  return handedAt !== undefined;
}

function shownState(chat: CustomerChat, settings: OrganizationSettings, now: number): string {
  if (waitsForPerson(chat)) return `waits for one of the team since ${shownTime(chat.handedAt, settings)}`;
  if ((chat.silentUntil ?? 0) > now) return "one of the team writes there";
  switch (chat.state) {
    case "failed":
      return "could not be answered";
    case "waiting":
    case "thinking":
      return "waits for an answer";
    case "sending":
      return "is being answered";
    case "rest":
      return "answered";
  }
}
