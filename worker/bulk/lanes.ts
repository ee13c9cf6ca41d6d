import type { Redis } from "ioredis";
import type { Keys } from "../adapters/redis/keys.ts";
import type { Sealing } from "../adapters/redis/sealing.ts";
import { shardOf } from "../sessions/shards.ts";
import { scripts } from "./scripts.ts";

/** Somebody on WhatsApp: by the chat where it is known, else by the phone number (digits with the country's code). */
export type Recipient = { readonly chat: string } | { readonly number: string };

/** A message that waits until its organization's number may send it. */
export interface LanePart {
  readonly organization: string;
  readonly to: Recipient;
  /** `campaign` parts go before `automation` parts. */
  readonly source: "campaign" | "automation";
  /** Identifies what it is part of, and with `part` and the recipient the message: the same again is not queued twice. */
  readonly run: string;
  readonly part: number;
  readonly text: string;
  /** Ms of store time from which on it is not to be sent; undefined for one that waits for as long as it takes. */
  readonly until?: number;
}

/** A part as it stands in a lane; `lua/step.lua` reads it. */
export interface WaitingPart {
  /** Names it within its lane. */
  readonly ref: string;
  readonly source: LanePart["source"];
  readonly run: string;
  readonly part: number;
  readonly chat?: string;
  readonly number?: string;
  readonly until?: number;
  /** Sealed text. */
  readonly body: string;
}

export interface LanesOptions {
  readonly redis: Redis;
  readonly keys: Keys;
  readonly sealing: Sealing;
}

/**
 * What organizations have to send to many, until it is its turn: nothing of it stands in the way of replies. Their numbers
 * release it one by one, at their pace, within their hours, and not to people who want none.
 */
export class Lanes {
  readonly #options: LanesOptions;

  constructor(options: LanesOptions) {
    this.#options = options;
  }

  /**
   * Queues parts, in this order; any process may. One that was queued within a week is "repeated".
   * @returns what became of each
   */
  async push(parts: readonly LanePart[]): Promise<("queued" | "repeated")[]> {
    const { redis, keys, sealing } = this.#options;
    const outcomes = new Map<LanePart, "queued" | "repeated">();
    for (const [lane, together] of Map.groupBy(
      parts,
      ({ organization, source }) => `${organization} ${source}`,
    )) {
      const [organization = "", source = ""] = lane.split(" ");
      const waiting = together.map((part) => {
        const ref = `${part.run} ${part.part} ${"chat" in part.to ? part.to.chat : part.to.number}`;
        return { ref, encoded: encodePart(sealing, part, ref) };
      });
      const item = JSON.stringify({ organization, lane: source, parts: waiting });
      const found = (await scripts.push.run(redis, [], [shardOf(organization), keys.prefix, item])) as (
        | "queued"
        | "repeated"
      )[];
      together.forEach((part, index) => outcomes.set(part, found[index] ?? "repeated"));
    }
    return parts.map((part) => outcomes.get(part) ?? "repeated");
  }
}

/** A part as JSON for its lane, with its text sealed. */
export function encodePart(sealing: Sealing, part: LanePart, ref: string): string {
  const { organization, to, source, run, text, until } = part;
  const waiting: WaitingPart = {
    ref,
    source,
    run,
    part: part.part,
    ...to,
    ...(until === undefined ? {} : { until }),
    body: sealing.seal(place(organization), text),
  };
  return JSON.stringify(waiting);
}

/** @throws Unsealable */
export function openPart(sealing: Sealing, organization: string, part: WaitingPart): string {
  return sealing.openText(place(organization), part.body);
}

function place(organization: string): string {
  return `lane:${organization}`;
}
