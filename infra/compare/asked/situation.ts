import { nearest, quoted } from "../../stack-config/problems.ts";
import type { Situation } from "../decision/situation.ts";
import { OptionRefused } from "../option-refused.ts";
import { parseQuantity } from "./quantity.ts";

const ANSWERS: Readonly<Record<string, boolean>> = { yes: true, no: false };

/** What each name takes, and where it goes. */
const NUMBERS = {
  clients: ["clientsAtOnce", 1e6],
  revenue: ["monthlyRevenue", 1e9],
  latency: ["wantedLatencyMs", 1e4],
} as const satisfies Record<string, readonly [keyof Situation, number]>;
const QUESTIONS = {
  devops: "hasDevops",
  compliance: "needsCompliance",
  aws: "clientAsksForAws",
  complaints: "clientsComplainOfLatency",
} as const satisfies Record<string, keyof Situation>;
const NAMES = [...Object.keys(NUMBERS), ...Object.keys(QUESTIONS)];

/**
 * Reads `clients=40,revenue=8k,devops=no`; what is not said is unknown.
 * @throws OptionRefused
 */
export function parseSituation(text: string): Situation {
  return Object.fromEntries(text.split(",").map(partIn));
}

function partIn(text: string): readonly [keyof Situation, Situation[keyof Situation]] {
  const [name = "", value = ""] = text.trim().split("=");
  if (name in NUMBERS) {
    const [field, most] = NUMBERS[name as keyof typeof NUMBERS];
    return [field, parseQuantity(`--situation ${name}`, value, most)];
  }
  if (name in QUESTIONS) {
    const answer = ANSWERS[value];
    if (answer === undefined)
      throw new OptionRefused(`--situation ${name}: expected yes or no, got ${quoted(value)}`);
    return [QUESTIONS[name as keyof typeof QUESTIONS], answer];
  }
  const hint = nearest(name, NAMES);
  throw new OptionRefused(
    `--situation: expected ${NAMES.join(", ")} with =value, got ${quoted(text)}${hint === undefined ? "" : `; ${hint}`}`,
  );
}
