import { nearest, quoted } from "../../stack-config/problems.ts";
import { CRITERION_IDS, type CriterionId } from "./criterion-ids.ts";

/** How much each criterion counts, beside the others. */
export type Weights = Readonly<Record<CriterionId, number>>;

/** The weights cannot be used as they were given; the message says which and what was expected. */
export class WeightsRefused extends Error {
  override readonly name = "WeightsRefused";
}

/** The analysis gave none: each counts as much as any other. */
export const EQUAL_WEIGHTS: Weights = Object.fromEntries(CRITERION_IDS.map((id) => [id, 1])) as Weights;

const MOST = 1_000;

/**
 * Reads `cost=3,latency=0`; what is not said counts 1.
 * @throws WeightsRefused
 */
export function parseWeights(text: string): Weights {
  const given = new Map<CriterionId, number>();
  for (const part of text.split(",")) {
    const [name = "", value, ...rest] = part.split("=").map((each) => each.trim());
    if (!isCriterion(name)) {
      const hint = nearest(name, CRITERION_IDS);
      throw refused(
        `a criterion (${CRITERION_IDS.join(", ")})`,
        `${quoted(name)}${hint === undefined ? "" : `; ${hint}`}`,
      );
    }
    if (given.has(name)) throw refused(`${name} once`, `${quoted(part)} too`);
    given.set(name, rest.length === 0 ? weightOf(name, value ?? "") : refuse(name, part));
  }
  const weights: Weights = { ...EQUAL_WEIGHTS, ...Object.fromEntries(given) };
  if (Object.values(weights).every((weight) => weight === 0))
    throw refused("a criterion that counts", "0 for all of them");
  return weights;
}

function weightOf(name: string, text: string): number {
  const weight = Number(text);
  return text !== "" && weight >= 0 && weight <= MOST ? weight : refuse(name, text);
}

function refuse(name: string, text: string): never {
  throw refused(`a number from 0 to ${MOST} for ${name}`, quoted(text));
}

function isCriterion(name: string): name is CriterionId {
  return (CRITERION_IDS as readonly string[]).includes(name);
}

function refused(expected: string, got: string): WeightsRefused {
  return new WeightsRefused(`--weights: expected ${expected}, got ${got}`);
}
