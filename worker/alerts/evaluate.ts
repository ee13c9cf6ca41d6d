import type { Measure, Rule } from "./rule.ts";

/** A value of a measure. */
export interface Sample {
  /** The organization that it is of; "" of the deployment. */
  readonly subject: string;
  readonly value: number;
  /** A word more for people: a queue, a reason. */
  readonly detail?: string;
}

/** What was seen at one moment. A measure that is missing is not known, and one without samples is 0 of everybody. */
export type Samples = ReadonlyMap<Measure, readonly Sample[]>;

/** How one rule stands with one subject; times in ms. */
interface Standing {
  /** Bad without a break since then, and not fired yet. */
  readonly badSince?: number;
  /** Fired, for what is bad since then. */
  readonly firingSince?: number;
  /** People were told that it fired. */
  readonly told?: boolean;
  /** It fired, and has been good without a break since then. */
  readonly goodSince?: number;
}

/** What is known from the evaluations before: `rule subject` → how it stands. Nothing of those that are well. */
export type AlertState = Readonly<Record<string, Standing>>;

/** Something to tell people: that a rule fires, or does not any more. */
export interface AlertEvent {
  /** The same for the same event, whoever makes it: letters, digits, '_', '.' and '-'. */
  readonly id: string;
  readonly kind: "fired" | "resolved";
  readonly rule: string;
  readonly organization?: string;
  /** In ms of store time. */
  readonly at: number;
  /** Since when it is, or was, bad. */
  readonly since: number;
  readonly value?: number;
  readonly detail?: string;
}

export interface Moment {
  /** In ms of store time. */
  readonly at: number;
  readonly samples: Samples;
  /** The evaluation before was too long ago to say what was in between. */
  readonly gap: boolean;
  /** People asked not to be told of this rule now. */
  silenced(rule: string, organization: string | undefined): boolean;
}

/**
 * What follows from what is seen now and what was known: pure, so that histories can be replayed. Of one rule and
 * subject, a `fired` is followed by a `resolved` before the next `fired`. What fires while it is silenced is told when
 * the silence ends, if it is bad still, and never resolved if it was not told.
 */
export function evaluate(
  rules: readonly Rule[],
  state: AlertState,
  moment: Moment,
): { readonly state: AlertState; readonly events: readonly AlertEvent[] } {
  const next: Record<string, Standing> = {};
  const events: AlertEvent[] = [];
  const known = new Set(rules.map(({ id }) => id));
  for (const rule of rules) {
    const samples = moment.samples.get(rule.measure);
    for (const subject of subjectsOf(rule, samples, state)) {
      const key = keyOf(rule.id, subject);
      const sample =
        samples === undefined
          ? undefined
          : (samples.find((one) => one.subject === subject) ?? { subject, value: 0 });
      const judged = judge(rule, subject, state[key] ?? {}, sample, moment);
      if (Object.keys(judged.standing).length > 0) next[key] = judged.standing;
      events.push(...judged.events);
    }
  }
  // A rule that was taken away while it fired leaves nobody waiting for its end.
  for (const [key, { told, firingSince }] of Object.entries(state)) {
    const [rule = "", subject = ""] = key.split(" ");
    if (told === true && firingSince !== undefined && !known.has(rule))
      events.push(eventOf("resolved", rule, subject, moment.at, firingSince));
  }
  return { state: next, events };
}

function keyOf(rule: string, subject: string): string {
  return `${rule} ${subject}`;
}

function judge(
  rule: Rule,
  subject: string,
  before: Standing,
  sample: Sample | undefined,
  { at, gap, silenced }: Moment,
): { readonly standing: Standing; readonly events: readonly AlertEvent[] } {
  const { firingSince, told = false } = before;
  const bad = sample !== undefined && sample.value >= rule.from;
  const good = sample !== undefined && sample.value < rule.until;

  if (firingSince === undefined) {
    if (!bad) return { standing: {}, events: [] };
    const badSince = gap ? at : (before.badSince ?? at);
    if (at - badSince < rule.forSeconds * 1000) return { standing: { badSince }, events: [] };
    return tell({ firingSince: badSince });
  }

  if (!good) return tell({ firingSince, ...(told ? { told } : {}) });
  const goodSince = gap ? at : (before.goodSince ?? at);
  if (at - goodSince < rule.clearSeconds * 1000) return { standing: { ...before, goodSince }, events: [] };
  return {
    standing: {},
    events: told ? [eventOf("resolved", rule.id, subject, at, firingSince, sample)] : [],
  };

  function tell(standing: {
    readonly firingSince: number;
    readonly told?: boolean;
  }): ReturnType<typeof judge> {
    // Not on the strength of what was seen before: only what is bad now is worth a call at night.
    if (standing.told === true || !bad || silenced(rule.id, subject === "" ? undefined : subject))
      return { standing, events: [] };
    const event = eventOf("fired", rule.id, subject, at, standing.firingSince, sample);
    return { standing: { ...standing, told: true }, events: [event] };
  }
}

function subjectsOf(
  rule: Rule,
  samples: readonly Sample[] | undefined,
  state: AlertState,
): ReadonlySet<string> {
  if (rule.of === "deployment") return new Set([""]);
  const before = Object.keys(state).flatMap((key) => {
    const [id, subject = ""] = key.split(" ");
    return id === rule.id ? [subject] : [];
  });
  return new Set([...(samples ?? []).map(({ subject }) => subject), ...before]);
}

function eventOf(
  kind: AlertEvent["kind"],
  rule: string,
  subject: string,
  at: number,
  since: number,
  sample?: Sample,
): AlertEvent {
  return {
    id: [rule, ...(subject === "" ? [] : [subject]), since, kind].join("."),
    kind,
    rule,
    ...(subject === "" ? {} : { organization: subject }),
    at,
    since,
    ...(sample === undefined ? {} : { value: sample.value }),
    ...(sample?.detail === undefined ? {} : { detail: sample.detail }),
  };
}
