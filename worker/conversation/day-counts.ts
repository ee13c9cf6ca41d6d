import type { Redis } from "ioredis";
import { replyTime } from "./reply-times.ts";

/** What an organization's day was like; `lua/contact.lua` counts it. */
export interface DayCounts {
  /** YYYY-MM-DD in the organization's time zone. */
  readonly day: string;
  /** Messages of customers. */
  readonly received: number;
  /** People who wrote for the first time. */
  readonly newContacts: number;
  /** Turns of customers that were answered. */
  readonly answered: number;
  /** Turns that were given up. */
  readonly unanswered: number;
  /** How often a chat was left to people. */
  readonly handed: number;
  /** Parts that WhatsApp refused. */
  readonly refused: number;
  readonly optedOut: number;
  /** Messages of campaigns and of automations that the server has. */
  readonly campaign: number;
  readonly automation: number;
  readonly aiCalls: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** What the AI cost, in USD; undefined where a part of it is not known. */
  readonly aiUsd: number | undefined;
  /** What half of the replies, and 95 of 100, did not exceed, in ms; undefined without any, Infinity beyond an hour. */
  readonly replyP50: number | undefined;
  readonly replyP95: number | undefined;
}

/** Hash of one organization's day. */
export function dayKey(prefix: string, organization: string, day: string): string {
  return `${prefix}:day:${organization}:${day}`;
}

/** These days of one organization, in one round trip; undefined where nothing happened, or it was too long ago. */
export async function readDays(
  redis: Redis,
  prefix: string,
  organization: string,
  days: readonly string[],
): Promise<(DayCounts | undefined)[]> {
  const hashes = await Promise.all(days.map((day) => redis.hgetall(dayKey(prefix, organization, day))));
  return hashes.map((hash, index) => countsOfDay(days[index]!, hash));
}

export function countsOfDay(day: string, hash: Readonly<Record<string, string>>): DayCounts | undefined {
  if (Object.keys(hash).length === 0) return undefined;
  const count = (field: string): number => Number(hash[field] ?? 0);
  const priced = count("aiUnpriced") === 0 && (count("aiCalls") === 0 || hash["aiMicroUsd"] !== undefined);
  return {
    day,
    received: count("received"),
    newContacts: count("new"),
    answered: count("answered"),
    unanswered: count("unanswered"),
    handed: count("handed"),
    refused: count("refused"),
    optedOut: count("optedOut"),
    campaign: count("campaign"),
    automation: count("automation"),
    aiCalls: count("aiCalls"),
    promptTokens: count("promptTokens"),
    completionTokens: count("completionTokens"),
    aiUsd: priced ? count("aiMicroUsd") / 1_000_000 : undefined,
    replyP50: replyTime(hash, 0.5),
    replyP95: replyTime(hash, 0.95),
  };
}
