import { z } from "zod";
import { readYaml } from "../yaml-file.ts";
import { field } from "../stack-config/field.ts";
import { stringify } from "yaml";
import type { Range } from "./estimate.ts";
import { USUAL_TOKENS, type Usage } from "./usage.ts";

/** Of the file's form: another one is refused, because its numbers may mean something else. */
const USAGE_VERSION = 1;

/** A volume beyond it is a slip of the finger: WhatsApp as a whole carries about 3 × 10¹² messages a month. */
const MOST = 1e10;

const AMOUNT = "a number from 0 on, or two of them as [low, high]";

function range(about: string, most = MOST) {
  const number = z.number().min(0).max(most);
  const pair = z.tuple([number, number]).refine(([low, high]) => low <= high);
  return field(
    z
      .union([number, pair])
      .transform((value): Range =>
        typeof value === "number" ? { low: value, high: value } : { low: value[0], high: value[1] },
      ),
    { about, expected: most === MOST ? AMOUNT : `${AMOUNT}, each at most ${most}` },
  );
}

function text(about: string, expected: string) {
  return field(z.string().min(1).max(200), { about, expected });
}

const usageFile = z.strictObject({
  version: field(z.literal(USAGE_VERSION), {
    about: "Of this file's form.",
    expected: `version ${USAGE_VERSION}, which is what this oxy reads`,
  }),
  messages: range("Messages that customers send in a month.").optional(),
  sessions: range("WhatsApp numbers that are connected.", 1e6).optional(),
  profile: field(z.enum(["economy", "standard", "fast-failover"]).default("standard"), {
    about: "What idle commands are traded against.",
    expected: "economy, standard or fast-failover",
  }),
  ai: z
    .strictObject({
      model: text("As its provider names it.", "the name of an AI model"),
      input_tokens: range("Of a message, history and instructions included.", 1e7).optional(),
      output_tokens: range("Of an answer.", 1e7).optional(),
      cached_share: range("Of the input tokens, read from the provider's cache.", 1).optional(),
    })
    .optional(),
  hourly_rate: range("What an hour of whoever looks after it costs, in USD.", 1e5).optional(),
  upkeep_hours: z.record(z.string(), range("Hours a month, by host.", 744)).default({}),
  accounts: z.record(z.string(), text("A plan that an account is on.", "the name of a plan")).default({}),
  measured: z.record(z.string(), range("By the id of what was measured.", 1e12)).default({}),
  from: text("What it was measured on, and when.", "a text").optional(),
});

/**
 * Reads a usage file.
 * @param name as it is shown
 * @throws InvalidFile with file and line of every problem
 */
export function readUsage(name: string, content: string): Usage {
  const { value } = readYaml(name, content, usageFile);
  const { messages, sessions, profile, ai, accounts, measured } = value;
  return {
    profile,
    accounts,
    measured,
    upkeepHours: value.upkeep_hours,
    ...(messages === undefined ? {} : { messages }),
    ...(sessions === undefined ? {} : { sessions }),
    ...(value.hourly_rate === undefined ? {} : { hourlyRate: value.hourly_rate }),
    ...(ai === undefined
      ? {}
      : {
          ai: {
            model: ai.model,
            inputTokens: ai.input_tokens ?? USUAL_TOKENS.inputTokens,
            outputTokens: ai.output_tokens ?? USUAL_TOKENS.outputTokens,
            cachedShare: ai.cached_share ?? USUAL_TOKENS.cachedShare,
          },
        }),
  };
}

/** A usage file that reads as `usage`. @param from what it was measured on, and when */
export function usageText(usage: Usage, from: string): string {
  const { messages, sessions, profile, ai, hourlyRate, upkeepHours, accounts, measured } = usage;
  return stringify({
    version: USAGE_VERSION,
    from,
    messages: written(messages),
    sessions: written(sessions),
    profile,
    ai: ai && {
      model: ai.model,
      input_tokens: written(ai.inputTokens),
      output_tokens: written(ai.outputTokens),
      cached_share: written(ai.cachedShare),
    },
    hourly_rate: written(hourlyRate),
    upkeep_hours: writtenAll(upkeepHours),
    accounts,
    measured: writtenAll(measured),
  });
}

function written(value: Range | undefined): number | readonly number[] | undefined {
  if (value === undefined) return undefined;
  return value.low === value.high ? value.low : [value.low, value.high];
}

function writtenAll(values: Readonly<Record<string, Range>>) {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, written(value)]));
}
