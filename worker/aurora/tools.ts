import { DateTime } from "luxon";
import { z } from "zod";
import { policyOf } from "../conversation/policy.ts";
import type { DayCounts } from "../conversation/day-counts.ts";
import type { OrganizationSettings } from "../sessions/organization.ts";
import type { BusinessData, CustomerChat } from "./business-data.ts";
import { nameIn, shownChat, shownNumber, shownSaid, shownTime, waitsForPerson } from "./shown.ts";

/** Chats that a list shows at most, and that are looked through for something. */
const LISTED_MAX = 20;
const SEARCHED = 300;
const READ_MAX = 30;
const DAY_MS = 24 * 3_600_000;
/** Refusals older than this are nobody's work any more. */
const REFUSED_MS = 7 * DAY_MS;

/** Whose tools they are: one organization, for one answer. */
export interface ToolContext {
  readonly data: BusinessData;
  readonly settings: OrganizationSettings;
  readonly now: number;
}

interface Tool {
  readonly about: string;
  readonly parameters: z.ZodType;
  /** @returns what can be written as JSON, bounded in size */
  run(args: unknown, context: ToolContext): Promise<object>;
}

function tool<S extends z.ZodType>(
  about: string,
  parameters: S,
  run: (args: z.output<S>, context: ToolContext) => Promise<object>,
): Tool {
  return { about, parameters, run: (args, context) => run(args as z.output<S>, context) };
}

/** What Aurora may look up. None takes an organization, and none changes anything. */
export const tools: Readonly<Record<string, Tool>> = {
  list_conversations: tool(
    "The customers who wrote last: name, number, when, and whether they were answered.",
    z.strictObject({ limit: z.int().min(1).max(LISTED_MAX).default(10) }),
    async ({ limit }, { data, settings, now }) => {
      const chats = await data.chats(limit, 4);
      return { conversations: chats.slice(0, limit).map((chat) => withLast(chat, settings, now)) };
    },
  ),
  read_conversation: tool(
    "The last messages of one conversation; `chat` as another tool gave it.",
    z.strictObject({
      chat: z.string().min(1).max(100),
      limit: z.int().min(1).max(READ_MAX).default(15),
    }),
    async ({ chat, limit }, { data, settings, now }) => {
      const found = await data.chat(chat, limit);
      if (found === undefined) return { error: "there is no such conversation" };
      const said = found.said.slice(-limit).map((entry) => shownSaid(entry, settings));
      return { ...shownChat(found, settings, now), said };
    },
  ),
  pending_work: tool(
    "What waits for the team: customers without an answer, conversations left to a person, messages that could not be delivered.",
    z.strictObject({}),
    async (_args, { data, settings, now }) => {
      const chats = await data.chats(SEARCHED, 4);
      const listed = (which: (chat: CustomerChat) => boolean) => {
        const all = chats.filter(which);
        return { count: all.length, first: all.slice(0, 10).map((chat) => shownChat(chat, settings, now)) };
      };
      return {
        lookedThrough: `the last ${chats.length} conversations`,
        waitingForAnswer: listed(({ state }) => state === "waiting" || state === "thinking"),
        couldNotBeAnswered: listed(({ state }) => state === "failed"),
        leftToTheTeam: listed(waitsForPerson),
        notDelivered: {
          ...listed(({ refused }) => (refused?.at ?? 0) > now - REFUSED_MS),
          reasons: [...new Set(chats.flatMap(({ refused }) => refused?.reason ?? []))].slice(0, 5),
        },
      };
    },
  ),
  todays_numbers: tool(
    "Counts of today so far and of the whole of yesterday: messages, new contacts, answers, campaigns, waiting times, AI tokens and cost.",
    z.strictObject({}),
    async (_args, { data, settings, now }) => {
      const today = policyOf(settings, now).day;
      const yesterday = DateTime.fromISO(today).minus({ days: 1 }).toISODate() ?? "";
      const [soFar, before] = await data.days([today, yesterday]);
      return {
        now: shownTime(now, settings),
        today: shownDay(today, soFar),
        yesterday: shownDay(yesterday, before),
        budgetUsdPerDay: settings.aiBudgetUsdPerDay ?? "none",
      };
    },
  ),
  find_contact: tool(
    "Customers whose name or phone number contains this.",
    z.strictObject({ query: z.string().trim().min(2).max(60) }),
    async ({ query }, { data, settings, now }) => {
      const chats = await data.chats(SEARCHED, 4);
      const digits = query.replaceAll(/\D/g, "");
      const name = plain(query);
      const found = chats.filter(
        (chat) =>
          plain(nameIn(chat) ?? "").includes(name) ||
          (digits.length >= 3 && (shownNumber(chat) ?? "").replaceAll(/\D/g, "").includes(digits)),
      );
      return {
        lookedThrough: `the last ${chats.length} conversations`,
        count: found.length,
        contacts: found.slice(0, 10).map((chat) => withLast(chat, settings, now)),
      };
    },
  ),
};

function withLast(chat: CustomerChat, settings: OrganizationSettings, now: number): object {
  const last = chat.said.at(-1);
  return { ...shownChat(chat, settings, now), last: last && shownSaid(last, settings) };
}

function shownDay(day: string, counts: DayCounts | undefined): object {
  if (counts === undefined) return { day, nothing: "nothing happened" };
  const { aiUsd, replyP50, replyP95, ...rest } = counts;
  return {
    ...rest,
    aiCostUsd: aiUsd ?? "not known: a price is missing",
    halfOfReplies: shownWait(replyP50),
    ninetyFivePercentOfReplies: shownWait(replyP95),
  };
}

function shownWait(ms: number | undefined): string {
  if (ms === undefined) return "no replies";
  return ms === Infinity ? "longer than an hour" : `within ${ms / 1_000} s`;
}

/** Without case and accents: nobody types those when they search. */
function plain(text: string): string {
  return text.normalize("NFD").replaceAll(/\p{M}/gu, "").toLowerCase();
}
