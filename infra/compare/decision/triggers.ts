import { known, type Estimate, type Range } from "../estimate.ts";
import type { Situation } from "./situation.ts";

/** What the triggers of the phases are evaluated from: inputs, or what was measured. */
export interface TriggerInputs {
  readonly situation: Situation;
  /** A month. */
  readonly messages: Estimate;
  /** Of where one is, USD a month. */
  readonly hosting: Estimate;
  /** Processes that the messages need; from the capacity. */
  readonly workers: Estimate;
}

/** A condition under which the analysis would move, as data. */
export interface Trigger {
  readonly id: string;
  /** To where the analysis would move then. */
  readonly phase: "fly" | "aws" | "any";
  /** As the analysis has it. */
  readonly quote: string;
  readonly threshold: Threshold;
  /** What today's numbers say about the condition itself, if it is no good one. */
  readonly remark?: string;
}

type Threshold =
  /** Met by more than so many, or with `orEqual` by so many. */
  | {
      readonly kind: "above";
      readonly limit: number;
      readonly orEqual: boolean;
      readonly unit: string;
      readonly of: (inputs: TriggerInputs) => Estimate;
    }
  /** Met by less than so many. */
  | {
      readonly kind: "below";
      readonly limit: number;
      readonly unit: string;
      readonly of: (inputs: TriggerInputs) => Estimate;
    }
  | {
      readonly kind: "so";
      readonly of: (situation: Situation) => boolean | undefined;
      readonly input: string;
    };

export interface TriggerResult {
  readonly id: string;
  readonly phase: Trigger["phase"];
  readonly quote: string;
  readonly outcome: "met" | "not met" | "unknown";
  /** What it was evaluated from, where it is a number. */
  readonly value?: Estimate;
  readonly limit?: number;
  readonly unit?: string;
  /** Value divided by limit, where both are known: 0.2 is a fifth of the way. */
  readonly ratio?: Range;
  /** Why it is unknown. */
  readonly because?: readonly string[];
  readonly remark?: string;
}

/** In the order of the analysis: its second phase, its third, and when to move in any case. */
export const TRIGGERS: readonly Trigger[] = [
  {
    id: "messages-500k",
    phase: "fly",
    quote: "Volume > 500K mensagens/mês",
    threshold: above(500_000, "messages a month", ({ messages }) => messages),
    remark:
      "a volume is no reason to move by itself: 500,000 a month are 0.2 a second on average, which one process answers",
  },
  {
    id: "latency-50ms",
    phase: "fly",
    quote: "Clientes no Brasil demandando latência <50ms",
    threshold: {
      kind: "below",
      limit: 50,
      unit: "ms",
      of: ({ situation: { wantedLatencyMs } }) => given(wantedLatencyMs, "the latency that clients ask for"),
    },
    remark:
      "an answer waits seconds for the AI; moving the worker alone makes each trip to a store left behind longer",
  },
  {
    id: "cost-50",
    phase: "fly",
    quote: "Custo Render > $50/mês",
    threshold: above(50, "USD a month", ({ hosting }) => hosting),
  },
  {
    id: "clients-50",
    phase: "aws",
    quote: "50+ clientes ativos simultâneos",
    threshold: above(
      50,
      "clients",
      ({ situation: { clientsAtOnce } }) => given(clientsAtOnce, "clients that are active at once"),
      true,
    ),
  },
  {
    id: "messages-10m",
    phase: "aws",
    quote: "10M+ mensagens/mês",
    threshold: above(10_000_000, "messages a month", ({ messages }) => messages, true),
    remark: "10,000,000 a month are 4 a second on average, and several times that at its busiest",
  },
  {
    id: "mrr-10k",
    phase: "aws",
    quote: "Receita > $10K/mês (MRR)",
    threshold: above(10_000, "USD a month", ({ situation: { monthlyRevenue } }) =>
      given(monthlyRevenue, "revenue a month"),
    ),
  },
  {
    id: "devops-hired",
    phase: "aws",
    quote: "Time DevOps contratado",
    threshold: { kind: "so", input: "whether somebody was hired for it", of: ({ hasDevops }) => hasDevops },
  },
  {
    id: "compliance",
    phase: "aws",
    quote: "Necessidade de compliance (HIPAA, SOC2)",
    threshold: {
      kind: "so",
      input: "whether compliance is asked for",
      of: ({ needsCompliance }) => needsCompliance,
    },
  },
  {
    id: "latency-complaints",
    phase: "any",
    quote: "Performance: Latência Brasil vira problema (clientes reclamam)",
    threshold: {
      kind: "so",
      input: "whether clients complain of latency",
      of: ({ clientsComplainOfLatency }) => clientsComplainOfLatency,
    },
  },
  {
    id: "workers-cost-50",
    phase: "any",
    quote: "Custo: Workers começam a custar >$50/mês",
    threshold: above(50, "USD a month", ({ hosting }) => hosting),
  },
  {
    id: "workers-5",
    phase: "any",
    quote: "Escala: Mais de 5 workers necessários simultaneamente",
    threshold: above(5, "processes", ({ workers }) => workers),
    remark: "Render runs up to 100 instances of any paid type: more than 5 workers are no reason to leave it",
  },
  {
    id: "client-asks-aws",
    phase: "any",
    quote: "Compliance: Cliente enterprise exige AWS/Azure",
    threshold: {
      kind: "so",
      input: "whether a client asks for AWS",
      of: ({ clientAsksForAws }) => clientAsksForAws,
    },
  },
];

/** Each trigger: met, not met or unknown, and by how far. */
export function evaluateTriggers(
  inputs: TriggerInputs,
  triggers: readonly Trigger[] = TRIGGERS,
): readonly TriggerResult[] {
  return triggers.map((trigger) => {
    const { id, phase, quote, threshold, remark } = trigger;
    return {
      id,
      phase,
      quote,
      ...(threshold.kind === "so" ? answered(threshold, inputs.situation) : measured(threshold, inputs)),
      ...(remark === undefined ? {} : { remark }),
    };
  });
}

type Outcome = Omit<TriggerResult, "id" | "phase" | "quote" | "remark">;

function answered({ of, input }: Extract<Threshold, { kind: "so" }>, situation: Situation): Outcome {
  const answer = of(situation);
  if (answer === undefined) return { outcome: "unknown", because: [`${input} was not said`] };
  return { outcome: answer ? "met" : "not met" };
}

function measured(threshold: Exclude<Threshold, { kind: "so" }>, inputs: TriggerInputs): Outcome {
  const { limit, unit } = threshold;
  const value = threshold.of(inputs);
  const about = { value, limit, unit };
  const isMet = (at: number): boolean => {
    if (threshold.kind === "below") return at < limit;
    return threshold.orEqual ? at >= limit : at > limit;
  };
  if (value.kind === "unknown") {
    // It is at least so much, whatever the rest is.
    if (threshold.kind === "above" && isMet(value.atLeast)) return { outcome: "met", ...about };
    if (threshold.kind === "below" && value.atLeast >= limit) return { outcome: "not met", ...about };
    return { outcome: "unknown", because: value.because, ...about };
  }
  const ratio = { low: value.low / limit, high: value.high / limit };
  const ends = [isMet(value.low), isMet(value.high)];
  if (ends[0] !== ends[1])
    return {
      outcome: "unknown",
      because: [`between ${value.low} and ${value.high} ${unit}`],
      ratio,
      ...about,
    };
  return { outcome: ends[0] === true ? "met" : "not met", ratio, ...about };
}

function above(
  limit: number,
  unit: string,
  of: (inputs: TriggerInputs) => Estimate,
  orEqual = false,
): Threshold {
  return { kind: "above", limit, orEqual, unit, of };
}

function given(range: Range | undefined, what: string): Estimate {
  return range === undefined
    ? { kind: "unknown", atLeast: 0, because: [what] }
    : known(range.low, range.high);
}
