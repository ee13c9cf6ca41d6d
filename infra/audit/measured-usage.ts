import { UNKNOWN_USAGE, type Usage } from "../compare/usage.ts";
import type { Range } from "../compare/estimate.ts";
import type { DeploymentUsage } from "./deployment-usage.ts";
import type { Rates } from "./rates.ts";

/** Of fewer hours nobody knows what a day is like: nights are not in them. */
export const WHOLE_DAY_HOURS = 24;
/** Fewer say too little of what one of them takes. */
const MESSAGES_MIN = 20;

/** What was seen of a deployment. */
export interface Observation {
  readonly rates: Rates;
  readonly deployment: DeploymentUsage;
  /** Messages that came while it was watched; undefined when that is not known. */
  readonly messages: number | undefined;
  /** That are there, by what they say; 0 when that is not known. */
  readonly processes: number;
  /** Connected; undefined when that is not known. */
  readonly sessions: number | undefined;
}

/**
 * What a comparison can be made for, of what was seen. What was not seen is left out, and unknown: the catalogue's own
 * measurements stand then, and tokens and models are nowhere kept.
 */
export function measuredUsage({ rates, deployment, messages, processes, sessions }: Observation): Usage {
  const volume = volumeOf(deployment);
  return {
    ...UNKNOWN_USAGE,
    ...(volume === undefined ? {} : { messages: volume }),
    ...(sessions === undefined ? {} : { sessions: exactly(sessions) }),
    measured: {
      ...(rates.rest === undefined || processes === 0 ? {} : idleOf(rates.rest, processes)),
      ...(rates.rest === undefined || messages === undefined || messages < MESSAGES_MIN
        ? {}
        : messageOf(rates, rates.rest, messages)),
    },
  };
}

/**
 * From what one count makes probable to what the other does: messages received have some among them that nobody answers,
 * and one may be answered together with others, in several parts, or by a person.
 */
function volumeOf({ received, sent }: DeploymentUsage): Range | undefined {
  const months = [received, sent].flatMap((tally) =>
    tally === undefined || tally.hours < WHOLE_DAY_HOURS ? [] : [tally.month],
  );
  if (months.length === 0) return undefined;
  return {
    low: Math.floor(Math.min(...months.map(({ low }) => low))),
    high: Math.ceil(Math.max(...months.map(({ high }) => high))),
  };
}

type Rest = NonNullable<Rates["rest"]>;

function idleOf({ perMinute: { client, all } }: Rest, processes: number): Record<string, Range> {
  return {
    "oxy/idle/commands-minute/standard/client": exactly(client.counted / processes),
    "oxy/idle/commands-minute/standard/inside": exactly((all - client.counted) / processes),
  };
}

function messageOf({ seen, seconds }: Rates, { perMinute }: Rest, messages: number): Record<string, Range> {
  const beyondRest = (count: number, rest: number): number =>
    Math.max(0, count - (rest * seconds) / 60) / messages;
  const client = beyondRest(seen.client.counted, perMinute.client.counted);
  const all = beyondRest(seen.all, perMinute.all);
  return {
    "oxy/message/commands/client": exactly(client),
    "oxy/message/commands/inside": exactly(Math.max(0, all - client)),
  };
}

/** A measurement; no more of its digits than it is good for. */
function exactly(value: number): Range {
  const rounded = Number(value.toPrecision(4));
  return { low: rounded, high: rounded };
}
