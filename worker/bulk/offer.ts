import type { Sealing } from "../adapters/redis/sealing.ts";
import { Unsealable } from "../adapters/redis/sealing.ts";
import { messageId } from "../conversation/message-id.ts";
import { PRIORITY } from "../conversation/record.ts";
import { sealBody } from "../conversation/sealed.ts";
import type { OrganizationSettings } from "../sessions/organization.ts";
import { openPart, type WaitingPart } from "./lanes.ts";
import { openingOf, type SendingWindow } from "./opening.ts";
import { gapMs } from "./pace.ts";

/** The part whose turn it is, as `lua/step.lua` offers it. */
export interface Offered {
  readonly lane: string;
  readonly part: WaitingPart;
  /** JSON of the campaign's {@link SendingWindow}. */
  readonly window?: string;
  /** Of the campaign, where it is slower than the number. */
  readonly perMinute?: number;
}

/** What is to become of it; `lua/step.lua` has the meanings. */
export type Take = { readonly lane: string; readonly ref: string } & (
  | {
      readonly verdict: "send";
      readonly chat: string;
      readonly id: string;
      readonly turn: string;
      readonly part: number;
      readonly priority: number;
      readonly role: string;
      readonly body: string;
      readonly laneGapMs: number;
    }
  | { readonly verdict: "fail"; readonly reason: string; readonly paced: boolean }
  | { readonly verdict: "again"; readonly reason: string }
  | { readonly verdict: "closed"; readonly until: number }
  | { readonly verdict: "over" }
);

/** What it is decided with. */
export interface Deciding {
  readonly organization: string;
  readonly settings: OrganizationSettings;
  readonly sealing: Sealing;
  /** Ms of store time. */
  readonly now: number;
  random(): number;
  /** The chat of a number; undefined when nobody on WhatsApp has it. @throws Error when it cannot be asked */
  resolve(number: string): Promise<string | undefined>;
  /** Why a part could not be made ready. */
  failed(error: unknown): void;
}

/** A window that is said to be closed stays so for a while, whatever the clocks say. */
const CLOSED_MS = 1_000;

/** Makes a part ready to be sent, or says why it is not to be. Never rejects. */
export async function decide(offered: Offered, deciding: Deciding): Promise<Take> {
  const { lane, part } = offered;
  const { organization, settings, sealing, now } = deciding;
  const named = { lane, ref: part.ref };
  if (offered.window !== undefined) {
    const opening = openingOf(JSON.parse(offered.window) as SendingWindow, settings.timeZone, now);
    if (opening.kind === "over") return { ...named, verdict: "over" };
    if (opening.kind === "closed")
      return { ...named, verdict: "closed", until: Math.max(opening.until, now + CLOSED_MS) };
  }
  try {
    const text = openPart(sealing, organization, part);
    const chat = part.chat ?? (await deciding.resolve(part.number ?? ""));
    if (chat === undefined) return { ...named, verdict: "fail", reason: "not on WhatsApp", paced: true };
    const conversation = { organization, chat };
    const turn = `${part.source} ${part.run}`;
    return {
      ...named,
      verdict: "send",
      chat,
      id: messageId(conversation, turn, part.part),
      turn,
      part: part.part,
      priority: PRIORITY[part.source],
      role: part.source,
      body: sealBody(sealing, conversation, { text }),
      laneGapMs:
        offered.perMinute === undefined
          ? 0
          : gapMs({ perMinute: offered.perMinute, jitter: settings.pacing.jitter }, deciding.random()),
    };
  } catch (error) {
    deciding.failed(error);
    const reason = error instanceof Unsealable ? "text cannot be opened" : "number cannot be looked up";
    return { ...named, verdict: "again", reason };
  }
}
