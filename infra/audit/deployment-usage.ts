import { MONTH_HOURS } from "../cost-item.ts";
import { known, type Range } from "../compare/estimate.ts";
import type { Reading } from "./connection.ts";

const MS_PER_HOUR = 3_600_000;
/** The store keeps a key for each message that was received, and for each part that was sent, for so long. */
const KEPT = {
  received: { key: "inbox", ms: 26 * MS_PER_HOUR },
  sent: { key: "sent", ms: 7 * 24 * MS_PER_HOUR },
} as const;
const ROUND = 1_000;
const KEYS_MAX = 2_000_000;
/** Keys that are asked for their age. */
const AGES_MAX = 500;
/** Of a count that comes by chance: two standard deviations of a Poisson distribution, 95%. */
const DEVIATIONS = 2;
/** A deployment younger than its keys last is known by its oldest key, which is nearly as old. */
const YOUNG = 0.9;

/** How many of something a deployment has had lately, by the keys that it keeps of them for a time. */
export interface Tally {
  readonly count: number;
  /** That they are of. */
  readonly hours: number;
  /** Extrapolated, with what chance makes of such a count; a day or a week may still be no usual one. */
  readonly month: Range;
}

/** What the store of a deployment tells of its use; the worker keeps no count of tokens. */
export interface DeploymentUsage {
  /** Messages, also those of owners who wrote on the phone, and what phones tell each other that no person reads. */
  readonly received: Tally | undefined;
  /** Parts of answers. */
  readonly sent: Tally | undefined;
  /** False where there are more keys than were counted. */
  readonly complete: boolean;
}

/** What a store keeps of something at one moment. */
interface Kept {
  readonly keys: ReadonlySet<string>;
  /** Of the oldest of those that were asked for it. */
  readonly oldestMs: number;
  readonly complete: boolean;
}

/**
 * @param namespace of the deployment: several may share a store
 * @param before what {@link receivedNow} told
 * @returns also how many messages were received since then; undefined where more are kept than were counted
 */
export async function deploymentUsage(
  reading: Reading,
  namespace: string,
  before: Kept,
): Promise<{ readonly deployment: DeploymentUsage; readonly receivedSince: number | undefined }> {
  const received = await receivedNow(reading, namespace);
  const sent = await keptOf(reading, namespace, "sent");
  return {
    deployment: {
      received: tallyOf(received, KEPT.received.ms),
      sent: tallyOf(sent, KEPT.sent.ms),
      complete: received.complete && sent.complete,
    },
    // By key: those of a day ago go meanwhile.
    receivedSince:
      before.complete && received.complete
        ? [...received.keys].filter((key) => !before.keys.has(key)).length
        : undefined,
  };
}

/** The messages that are kept now, of the last hours. */
export async function receivedNow(reading: Reading, namespace: string): Promise<Kept> {
  return await keptOf(reading, namespace, "received");
}

async function keptOf(reading: Reading, namespace: string, what: keyof typeof KEPT): Promise<Kept> {
  const { key, ms } = KEPT[what];
  const seen = new Set<string>();
  let oldestMs = 0;
  let cursor = "0";
  let looked = 0;
  do {
    const [next, keys] = await reading.scan(cursor, `{${namespace}}:${key}:*`, "string", ROUND);
    // A key may come twice.
    const fresh = keys.filter((each) => !seen.has(each));
    for (const each of fresh) seen.add(each);
    const asked = fresh.slice(0, Math.max(0, AGES_MAX - (seen.size - fresh.length)));
    const left = await Promise.all(asked.map((each) => reading.timeToLive(each)));
    for (const time of left) if (time > 0) oldestMs = Math.max(oldestMs, ms - time);
    cursor = next;
    looked += ROUND;
  } while (cursor !== "0" && looked < KEYS_MAX);
  return { keys: seen, oldestMs, complete: cursor === "0" };
}

function tallyOf({ keys, oldestMs, complete }: Kept, ms: number): Tally | undefined {
  if (keys.size === 0 || !complete) return undefined;
  return tally(keys.size, oldestMs > ms * YOUNG ? ms : oldestMs);
}

/** @param ms in which they came, more than 0 */
export function tally(count: number, ms: number): Tally {
  const hours = Math.max(ms, 1) / MS_PER_HOUR;
  const deviation = DEVIATIONS * Math.sqrt(count);
  const factor = MONTH_HOURS / hours;
  return {
    count,
    hours,
    month: known(Math.max(0, count - deviation) * factor, (count + deviation) * factor),
  };
}
