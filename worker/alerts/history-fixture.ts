import { evaluate, type AlertEvent, type AlertState, type Sample } from "./evaluate.ts";
import type { Measure, Rule } from "./rule.ts";
import { RULES } from "./rules.ts";

export const MINUTE_MS = 60_000;
/** When the first look of a history is, in ms. */
export const START = Date.UTC(2026, 10, 22, 12);

/** One look: the value of each measure that is known; of organizations by their ids. */
export type LookedAt = Partial<Record<Measure, number | Readonly<Record<string, number>>>>;

export interface ReplayOptions {
  readonly rules?: readonly Rule[];
  /** Minute → what is silenced then: `rule` or `rule organization`. */
  silenced?(minute: number): readonly string[];
  /** Minutes at which nobody looked. */
  readonly missed?: readonly number[];
}

/** What was told in a history of one look a minute: `minute kind rule [organization]`. */
export function replay(history: readonly LookedAt[], options: ReplayOptions = {}): string[] {
  return eventsOf(history, options).map(({ kind, rule, organization, at }) =>
    [(at - START) / MINUTE_MS, kind, rule, ...(organization === undefined ? [] : [organization])].join(" "),
  );
}

export function eventsOf(
  history: readonly LookedAt[],
  { rules = RULES, silenced = () => [], missed = [] }: ReplayOptions = {},
): AlertEvent[] {
  const events: AlertEvent[] = [];
  let state: AlertState = {};
  let before = 0;
  for (const [minute, seen] of history.entries()) {
    if (missed.includes(minute)) continue;
    const at = START + minute * MINUTE_MS;
    const told = evaluate(rules, state, {
      at,
      samples: new Map(Object.entries(seen).map(([measure, value]) => [measure as Measure, samples(value)])),
      gap: at - before > 3 * MINUTE_MS,
      silenced: (rule, organization) =>
        [rule, `${rule} ${organization}`].some((name) => silenced(minute).includes(name)),
    });
    events.push(...told.events);
    // As the store keeps it: through JSON.
    state = JSON.parse(JSON.stringify(told.state)) as AlertState;
    before = at;
  }
  return events;
}

/** One look a minute at one measure. */
export function minutes(measure: Measure, values: readonly (number | undefined)[]): LookedAt[] {
  return values.map((value) => (value === undefined ? {} : { [measure]: value }));
}

function samples(value: number | Readonly<Record<string, number>>): Sample[] {
  if (typeof value === "number") return [{ subject: "", value }];
  return Object.entries(value).map(([subject, each]) => ({ subject, value: each }));
}
