import { DateTime } from "luxon";
import type { DayCounts } from "../../conversation/day-counts.ts";
import { eachDay, helpOfAi, type DailyPorts } from "../daily.ts";
import { DAILY_SUMMARY_JOB } from "./job.ts";
import { checkedWords, numbersOf, titleOf } from "./text.ts";

/** In the morning the day before may still be told of; later it is of no use. */
const TOLD_FOR_MS = 15 * 3_600_000;

const INSTRUCTIONS = [
  "Write the opening of a daily summary for the owners of this business, in Portuguese: two or three sentences, warm and plain.",
  "Say what stands out in the numbers and what would be worth doing tomorrow. Claim nothing that they do not show.",
  "Write no numbers, no greeting, no signature and no headline: the numbers stand right below your text.",
].join("\n");

export interface SummaryPorts extends DailyPorts {
  /** These days of the organization, in this order. */
  days(organization: string, days: readonly string[]): Promise<readonly (DayCounts | undefined)[]>;
  /** Chats that are left to people at this moment. */
  withPeople(organization: string): Promise<number>;
}

/** @throws Error where the store is away, somebody was erased meanwhile, or the job is none of ours */
export async function handleDailySummary(
  data: unknown,
  ports: SummaryPorts,
  stop: AbortSignal,
): Promise<void> {
  await eachDay(DAILY_SUMMARY_JOB, data, ports, async ({ organization, day, erasures }, settings, to) => {
    const before = (days: number): string => DateTime.fromISO(day).minus({ days }).toISODate() ?? day;
    const [today, yesterday, lastWeek] = await ports.days(organization, [day, before(1), before(7)]);
    const withPeople = await ports.withPeople(organization);
    const numbers = numbersOf({ today, yesterday, lastWeek, withPeople });
    // The numbers are told all the same.
    const words = await helpOfAi(
      { organization, settings, instructions: INSTRUCTIONS, facts: numbers, purpose: "summary" },
      (answer) => checkedWords(answer, numbers),
      "daily summary without the AI's words",
      ports,
      stop,
    );
    const text = [titleOf(settings.name, day), ...(words === undefined ? [] : [words]), numbers].join("\n\n");
    const concluded = await ports.conclude(organization, {
      job: DAILY_SUMMARY_JOB,
      day,
      erasures,
      notices: to.map(({ number }) => ({ to: { number }, id: `summary-${day}`, text, forMs: TOLD_FOR_MS })),
    });
    ports.log.info("daily summary", {
      organization,
      day,
      concluded,
      people: to.length,
      words: words !== undefined,
    });
  });
}
