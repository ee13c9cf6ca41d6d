import type { Inbound } from "../../conversation/inbound.ts";
import { MESSAGE_KINDS, type MessageKind, type MessageTreatment } from "../../sessions/message-kinds.ts";
import type { OrganizationSettings } from "../../sessions/organization.ts";
import { comparableNumber } from "../../sessions/phone-number.ts";
import type { Reading } from "./reading.ts";
import { isOneOf } from "./words.ts";

const MINUTE_MS = 60_000;
/** Ten photos are thanked for once. */
const ACKNOWLEDGED_EVERY_MS = 10 * MINUTE_MS;

/** Who sent a message, and when. */
export interface Envelope {
  readonly id: string;
  readonly sender: string;
  /** In ms. */
  readonly at: number;
  readonly name?: string | undefined;
  /** Digits, where they are known. */
  readonly number?: string | undefined;
}

/** What a message of a contact means for the conversation. */
export function meaningOf(
  reading: Reading,
  envelope: Envelope,
  settings: OrganizationSettings,
  now: number,
): Inbound {
  const other: Inbound = { kind: "other", id: envelope.id, sender: envelope.sender };
  if (reading.is === "signal") return other;
  if (reading.is === "revoke") return { ...other, kind: "revoke", of: reading.of };
  const isOld = now - envelope.at > settings.answerUpToMinutes * MINUTE_MS;
  const who = isOnTeam(envelope.number, settings) ? ("team" as const) : undefined;
  // Whatever it corrects, and however late it comes: whoever says so is to be left alone.
  if (who === undefined && isOneOf(reading.words, settings.optOutWords)) {
    const optOut = isOld ? true : settings.optOutMessage;
    return { ...envelope, kind: "customer", text: reading.text, optOut };
  }
  // Older ones are left to people, who see them on the phone.
  if (isOld) return other;
  if (reading.is === "edit") {
    const { of, text } = reading;
    return { ...envelope, kind: "edit", of, text, again: `[correção da mensagem anterior]\n${text}`, who };
  }
  const treatment = treatmentOf(reading.kind, settings);
  // Nobody of the team is left to the team.
  const forTeam = treatment === "hand-over" ? "answer" : treatment;
  return treated(reading, who === "team" ? forTeam : treatment, envelope, who, settings);
}

/** What the owner wrote to a contact, on the phone or another device of theirs. */
export function meaningOfOwners(
  reading: Reading,
  envelope: Envelope,
  settings: OrganizationSettings,
): Inbound {
  const { id, sender, at } = envelope;
  // What is no word to the customer silences nobody.
  if (reading.is !== "message" || reading.kind === "reaction" || reading.kind === "vote")
    return { kind: "other", id, sender };
  return { kind: "owner", id, sender, at, forMs: settings.silenceMinutes * MINUTE_MS, text: reading.text };
}

export function treatmentOf(
  kind: MessageKind,
  settings: Pick<OrganizationSettings, "messages">,
): MessageTreatment {
  return settings.messages[kind] ?? MESSAGE_KINDS[kind].treatment;
}

function treated(
  { kind, words, text }: Extract<Reading, { is: "message" }>,
  treatment: MessageTreatment,
  envelope: Envelope,
  who: "team" | undefined,
  settings: OrganizationSettings,
): Inbound {
  const { id, sender } = envelope;
  switch (treatment) {
    case "answer": {
      const optIn = who === undefined && isOneOf(words, settings.optInWords) ? (true as const) : undefined;
      return { ...envelope, kind: "customer", text, who, optIn };
    }
    case "acknowledge": {
      const reply = kind === "call" ? settings.callMessage : settings.acknowledgement;
      return { ...envelope, kind: "acknowledge", text, who, reply, everyMs: ACKNOWLEDGED_EVERY_MS };
    }
    case "hand-over": {
      const forMs = settings.handOverMinutes * MINUTE_MS;
      return { ...envelope, kind: "hand-over", text, reply: settings.handOverMessage, forMs };
    }
    case "ignore":
      return { kind: "other", id, sender };
  }
}

function isOnTeam(number: string | undefined, { team }: Pick<OrganizationSettings, "team">): boolean {
  if (number === undefined) return false;
  const own = comparableNumber(number);
  return team.some((member) => comparableNumber(member.number) === own);
}
