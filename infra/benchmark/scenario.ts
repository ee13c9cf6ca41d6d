import { z } from "zod";
import { field } from "../stack-config/field.ts";
import { InvalidFile, readYaml } from "../yaml-file.ts";

/** Of the file's form. */
export const SCENARIO_VERSION = 1;

/** A message of a scenario. */
export interface RecordedMessage {
  /** When it is due, from the beginning, in ms. */
  readonly atMs: number;
  /** Who writes: the same number, the same customer. */
  readonly conversation: number;
  /** How long the AI takes for it, in ms. */
  readonly aiMs: number;
  readonly text: string;
}

/** What customers wrote once, to be written again and again. */
export interface Scenario {
  readonly about: string;
  /** How many organizations are written to, in turn by conversation. */
  readonly organizations: number;
  /** In the order in which they are due. */
  readonly messages: readonly RecordedMessage[];
}

const DAY_MS = 86_400_000;
/** More phones are not paired one after the other in a sensible time. */
export const MOST_ORGANIZATIONS = 50;
const MOST_MESSAGES = 100_000;

function milliseconds(about: string) {
  return field(z.number().min(0).max(DAY_MS), { about, expected: "ms from 0 to a day" });
}

const message = z.strictObject({
  atMs: milliseconds("When it is due, from the beginning."),
  conversation: field(z.int().min(0).max(MOST_MESSAGES), {
    about: "Who writes.",
    expected: `the number of a conversation, from 0 to ${MOST_MESSAGES}`,
  }),
  aiMs: milliseconds("How long the AI takes for it."),
  // Marks of a load look like that: an answer is known by them.
  text: field(
    z
      .string()
      .min(1)
      .max(4_096)
      .regex(/^(?!.*#\d)/s),
    {
      about: "What the customer writes.",
      expected: "a text of 1 to 4096 characters without # before a digit",
    },
  ),
});

const scenarioFile = z.strictObject({
  version: field(z.literal(SCENARIO_VERSION), {
    about: "Of this file's form.",
    expected: `version ${SCENARIO_VERSION}, which is what this oxy reads`,
  }),
  about: field(z.string().min(1), { about: "Where it comes from.", expected: "a text" }),
  organizations: field(z.int().min(1).max(MOST_ORGANIZATIONS), {
    about: "How many are written to.",
    expected: `an integer from 1 to ${MOST_ORGANIZATIONS}`,
  }),
  messages: field(z.array(message).min(1).max(MOST_MESSAGES), {
    about: "In the order in which they are due.",
    expected: `1 to ${MOST_MESSAGES} messages`,
  }),
});

/**
 * Reads a scenario.
 * @param name as it is shown
 * @throws InvalidFile with file and line of every problem
 */
export function readScenario(name: string, text: string): Scenario {
  const { value, problem } = readYaml(name, text, scenarioFile);
  const late = value.messages.findIndex(({ atMs }, index) => atMs < (value.messages[index - 1]?.atMs ?? 0));
  if (late === -1) return value;
  const { atMs } = value.messages[late]!;
  throw new InvalidFile([
    problem(
      ["messages", late, "atMs"],
      "messages in the order in which they are due",
      `${atMs} after a later one`,
    ),
  ]);
}

/** The same messages, so many times as fast; the AI is as slow as it was. @throws RangeError unless it is above 0 */
export function spedUp(scenario: Scenario, times: number): Scenario {
  if (!(times > 0)) throw new RangeError(`expected a speed above 0, got ${times}`);
  return {
    ...scenario,
    messages: scenario.messages.map((one) => ({ ...one, atMs: one.atMs / times })),
  };
}

/** From the first message due to the last, in s. */
export function durationOf({ messages }: Scenario): number {
  return ((messages.at(-1)?.atMs ?? 0) - (messages[0]?.atMs ?? 0)) / 1_000;
}

/** In a phrase. */
export function describe(scenario: Scenario): string {
  const { messages, organizations } = scenario;
  const conversations = new Set(messages.map(({ conversation }) => conversation)).size;
  const seconds = durationOf(scenario);
  const rate = seconds === 0 ? "" : `, ${(messages.length / seconds).toFixed(1)}/s`;
  return (
    `${messages.length} messages of ${conversations} conversations with ${organizations} ` +
    `organization${organizations === 1 ? "" : "s"} in ${seconds.toFixed(0)} s${rate}`
  );
}
