import { parsePhoneNumberFromString } from "libphonenumber-js";
import type { Outcome } from "../../notices/notices.ts";
import type { OrganizationSettings } from "../../sessions/organization.ts";
import { eachDay, helpOfAi, type DailyPorts } from "../daily.ts";
import { OPPORTUNITIES_JOB } from "./job.ts";
import { factsOf, RANKING_INSTRUCTIONS, readRanking } from "./ranking.ts";
import { warmthOf, type QuietConversation } from "./signals.ts";

const TOLD = 10;
/** The warmest by rule, from which the AI chooses. */
const CHOSEN_FROM = 30;
const TOLD_FOR_MS = 9 * 3_600_000;
const BY_RULE = "_A IA não pôde ajudar hoje: a ordem e os motivos são por regra._";

/** One that is worth writing to again. */
interface Opportunity {
  readonly chat: string;
  readonly name?: string | undefined;
  readonly number?: string | undefined;
  readonly wrote: number;
  readonly reason: string;
}

/** What is stored of a day. */
export interface Opportunities {
  readonly day: string;
  /** Who chose and gave the reasons. */
  readonly by: "ai" | "rule";
  readonly list: readonly Opportunity[];
}

export interface OpportunityPorts extends DailyPorts {
  /** Store time in ms. */
  now(): Promise<number>;
  /** Of this organization and of no other. */
  quiet(organization: string, now: number): Promise<readonly QuietConversation[]>;
  /** Seals what is kept of them: where, what, and for how long (ms). */
  keep(
    organization: string,
    settings: OrganizationSettings,
    opportunities: Opportunities,
  ): NonNullable<Outcome["keep"]>;
}

/** @throws Error where the store is away, somebody was erased meanwhile, or the job is none of ours */
export async function handleOpportunities(
  data: unknown,
  ports: OpportunityPorts,
  stop: AbortSignal,
): Promise<void> {
  await eachDay(OPPORTUNITIES_JOB, data, ports, async ({ organization, day, erasures }, settings, to) => {
    const now = await ports.now();
    const team = new Set(settings.team.map(({ number }) => number));
    const warm = (await ports.quiet(organization, now))
      .filter(({ number }) => number === undefined || !team.has(number))
      .flatMap((conversation) => {
        const warmth = warmthOf(conversation, now);
        return warmth === undefined ? [] : [{ conversation, ...warmth }];
      })
      .toSorted((one, other) => other.score - one.score)
      .slice(0, CHOSEN_FROM);
    const facts = factsOf(warm.map(({ conversation }) => conversation));
    const ranked =
      warm.length === 0
        ? undefined
        : await helpOfAi(
            { organization, settings, instructions: RANKING_INSTRUCTIONS, facts, purpose: "opportunities" },
            (answer) => readRanking(answer, warm.length, TOLD),
            "opportunities by rule, without the AI",
            ports,
            stop,
          );
    const chosen = ranked ?? warm.slice(0, TOLD).map(({ reason }, index) => ({ index, reason }));
    const list = chosen.map(({ index, reason }): Opportunity => {
      const { chat, name, number, wrote } = warm[index]!.conversation;
      return { chat, name, number, wrote, reason };
    });
    const by = ranked === undefined ? "rule" : "ai";
    const text = textOf(list, by);
    const concluded = await ports.conclude(organization, {
      job: OPPORTUNITIES_JOB,
      day,
      erasures,
      // Nothing to tell is not told.
      notices:
        list.length === 0
          ? []
          : to.map(({ number }) => ({
              to: { number },
              id: `opportunities-${day}`,
              text,
              forMs: TOLD_FOR_MS,
            })),
      keep: ports.keep(organization, settings, { day, by, list }),
    });
    ports.log.info("opportunities", { organization, day, concluded, found: list.length, by });
  });
}

function textOf(list: readonly Opportunity[], by: Opportunities["by"]): string {
  const lines = list.map(
    ({ name, number, reason }, index) => `${index + 1}. ${whoIs(name, number)}: ${reason}`,
  );
  return [
    `*Conversas para retomar* (${list.length})`,
    lines.join("\n"),
    ...(by === "rule" ? [BY_RULE] : []),
  ].join("\n\n");
}

function whoIs(name: string | undefined, number: string | undefined): string {
  const shown =
    number === undefined
      ? undefined
      : (parsePhoneNumberFromString(`+${number}`)?.formatInternational() ?? `+${number}`);
  return [name?.replaceAll(/[*_~`\p{C}]/gu, ""), shown].filter(Boolean).join(", ") || "Cliente sem nome";
}
