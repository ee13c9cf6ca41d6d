import { MONTH_HOURS } from "../../cost-item.ts";
import type { FleetPlan, ProcessPlan } from "../../host.ts";
import type { StackPlan } from "../../plan.ts";
import type { Figure } from "../decision/target-facts.ts";
import { known, mapped, unknown, type Estimate, type Range } from "../estimate.ts";
import { measuredOf, type UsedFacts } from "../facts.ts";
import { adviceOn, type Advice } from "./advice.ts";
import { answerTime, type AnswerTime } from "./ai-of-usage.ts";
import { between, isOverloaded, OVERLOADED, simulateBurst, simulateDay, type BurstSeen } from "./day.ts";
import { WORKER_TRIPS, type CapacityInput } from "./input.ts";
import { brazilRtt, storeRtt } from "./latency.ts";
import { peakOf, USUAL_PATTERN, type Pattern } from "./pattern.ts";
import { processorOf } from "./processor.ts";
import { saturationOf, type Bottleneck } from "./saturation.ts";
import { settingsOf } from "./settings.ts";

export interface CapacityParts extends UsedFacts {
  readonly pattern?: Pattern;
  /** The same seed makes the same numbers. */
  readonly seed?: number;
}

/** How a target answers at that usage, at its best and at its worst. */
export interface TargetCapacity {
  /** Round trip between São Paulo and its processes, in ms. */
  readonly brazilMs: Figure;
  readonly fleets: readonly FleetCapacity[];
  /** Messages per second beyond which those that wait become ever more. */
  readonly saturation: Estimate;
  /** Processes that the busiest hour would take. */
  readonly neededProcesses: Estimate;
  /** What is assumed, each in a sentence. */
  readonly assumptions: readonly string[];
  /** What is not in the reply times, in a sentence. */
  readonly leftOut: string;
}

/** Of one fleet. Times are in ms, from a message's arrival at the process to its answer's departure. */
export interface FleetCapacity {
  readonly fleet: string;
  /** That hold sessions, at the least and at the most: the numbers are divided between them. */
  readonly processes: Range;
  readonly concurrency: number;
  readonly objectiveMs: number;
  readonly storeRttMs: Figure;
  /** Messages per second at the busiest hour. */
  readonly busiest: Estimate;
  readonly saturation: Estimate;
  readonly neededProcesses: Estimate;
  /** What is full first, at its worst. */
  readonly bottleneck?: Bottleneck;
  readonly reply: Readonly<Record<"p50" | "p95" | "p99", Estimate>>;
  /** What the mean reply consists of. */
  readonly parts: Readonly<Record<"waiting" | "ai" | "store", Estimate>>;
  /** Of the messages, answered after the objective; from 0 to 1. */
  readonly lateShare: Estimate;
  /** Of the slots, taken at the busiest hour; from 0 to 1. */
  readonly utilisation: Estimate;
  /** Of a burst at the busiest hour. */
  readonly burst: BurstSeen & { readonly messages: number };
  readonly advice?: Advice;
  /** What is assumed of it alone, each in a sentence. */
  readonly assumptions: readonly string[];
}

const MONTH_SECONDS = MONTH_HOURS * 3_600;

const ALL_ANSWER =
  "The processes of a fleet share the numbers: each number is held and answered by one of them at a time.";
const LEFT_OUT =
  "Not in it: the ways between customers, WhatsApp and the process, whose servers' places are not published, and the " +
  "pauses that an operator may want between the messages of a number.";

/** Simulates every fleet of a plan that has work. */
export function capacityOfPlan(plan: StackPlan, parts: CapacityParts): TargetCapacity {
  const { usage, pattern = USUAL_PATTERN } = parts;
  const ai = answerTime(parts);
  const fleets = plan.fleets
    .filter(({ share }) => share > 0)
    .map((fleet) => capacityOfFleet(fleet, plan, { ...parts, pattern, ai }));
  return {
    brazilMs: brazilRtt(plan, parts),
    fleets,
    saturation: anyOf(fleets.map(({ saturation }) => saturation)),
    neededProcesses: anyOf(fleets.map(({ neededProcesses }) => neededProcesses)),
    assumptions: [
      ALL_ANSWER,
      ...(usage.sessions === undefined ? [`${USUAL_SESSIONS} WhatsApp numbers are assumed.`] : []),
      ...(ai === undefined ? [] : [ai.assumption]),
      ...new Set(fleets.flatMap(({ assumptions }) => assumptions)),
      ...pattern.assumptions,
    ],
    leftOut: LEFT_OUT,
  };
}

function anyProcessor({ host }: FleetPlan): string {
  return `How much a process on ${host} may compute, or what a message takes of it, is not known: nobody is assumed to wait for it.`;
}

type FleetParts = CapacityParts & { readonly pattern: Pattern; readonly ai: AnswerTime | undefined };

function capacityOfFleet(fleet: FleetPlan, plan: StackPlan, parts: FleetParts): FleetCapacity {
  const { usage, pattern } = parts;
  const holding = fleet.processes.filter(({ role }) => role !== "web");
  const processes = {
    low: holding.reduce((total, { copies }) => total + copies.least, 0),
    high: holding.reduce((total, { copies }) => total + copies.most, 0),
  };
  const settings = settingsOf(holding[0]);
  const rtt = storeRtt(fleet, plan.store, parts);
  const messages: Estimate =
    usage.messages === undefined ? unknown("messages a month") : { kind: "known", ...usage.messages };
  // Whatever its share: this version has one fleet, which owns every shard.
  const perSecond = mapped(messages, (count) => count / MONTH_SECONDS);
  const busiest = mapped(perSecond, (rate) => rate * peakOf(pattern));
  const common = {
    fleet: fleet.name,
    processes,
    concurrency: settings.concurrency,
    objectiveMs: settings.objectiveMs,
    storeRttMs: rtt,
    busiest,
  };
  const ends = endsOf(holding[0], fleet, { processes, settings, rtt: rtt.estimate, parts });
  if (typeof ends === "string") return { ...common, ...unknownFleet(pattern, [ends]), assumptions: [] };
  const assumptions = ends.best.processor === undefined ? [anyProcessor(fleet)] : [];
  const saturations = { best: saturationOf(ends.best), worst: saturationOf(ends.worst) };
  const saturation = between(saturations.worst.perSecond, saturations.best.perSecond);
  if (perSecond.kind === "unknown" || busiest.kind === "unknown") {
    const because = perSecond.kind === "unknown" ? perSecond.because : [];
    return {
      ...common,
      ...unknownFleet(pattern, because),
      assumptions,
      saturation,
      bottleneck: saturations.worst.by,
    };
  }
  const best = seenOf(ends.best, perSecond.low, pattern);
  const worst = seenOf(ends.worst, perSecond.high, pattern);
  const atPeak = { ...ends.worst, arrivals: { ...ends.worst.arrivals, perSecond: busiest.high } };
  return {
    ...common,
    saturation,
    neededProcesses: between(
      Math.ceil(busiest.low / perProcess(ends.best)),
      Math.ceil(busiest.high / perProcess(ends.worst)),
    ),
    bottleneck: saturations.worst.by,
    ...betweenAll(best, worst),
    utilisation: between(usedAt(ends.best, busiest.low), usedAt(ends.worst, busiest.high)),
    burst: { messages: pattern.burst.messages, ...burstBetween(ends, busiest, pattern) },
    advice: adviceOn(atPeak, ends.ai),
    assumptions,
  };
}

interface Ends {
  readonly best: CapacityInput;
  readonly worst: CapacityInput;
  readonly ai: AnswerTime;
}

/** The input at the best and at the worst of what is known; a phrase where something is not. */
function endsOf(
  process: ProcessPlan | undefined,
  fleet: FleetPlan,
  {
    processes,
    settings,
    rtt,
    parts,
  }: {
    readonly processes: Range;
    readonly settings: ReturnType<typeof settingsOf>;
    readonly rtt: Estimate;
    readonly parts: FleetParts;
  },
): Ends | string {
  const { usage, ai, seed = 1 } = parts;
  if (process === undefined || processes.low === 0) return "no process that holds sessions";
  if (rtt.kind === "unknown") return rtt.because.join(", ");
  if (ai === undefined) return "how long the AI takes";
  const cpuMs = measuredOf(CPU_FACT, parts);
  const processor = processorOf(process, fleet, parts);
  const sessions = usage.sessions ?? { low: USUAL_SESSIONS, high: USUAL_SESSIONS };
  // Few numbers are the worse ones: the messages of one are stored one after the other.
  const sessionsAt = (place: "low" | "high"): number =>
    Math.max(1, Math.round(place === "low" ? sessions.high : sessions.low));
  const end = (place: "low" | "high"): CapacityInput => ({
    ...settings,
    arrivals: { perSecond: 0, durationMs: 0, sessions: sessionsAt(place) },
    processes: place === "low" ? processes.high : processes.low,
    ai: place === "low" ? ai.best : ai.worst,
    storeRttMs: rtt[place],
    trips: WORKER_TRIPS,
    whatsappRttMs: 0,
    // What is not known holds nobody up, and that is said.
    ...(cpuMs.kind === "unknown" || processor.kind === "unknown"
      ? {}
      : {
          processor: {
            msPerMessage: cpuMs[place],
            share: place === "low" ? processor.high : processor.low,
          },
        }),
    seed,
  });
  return { best: end("low"), worst: end("high"), ai };
}

/** Messages per second that one process would be full at. */
function perProcess(end: CapacityInput): number {
  return saturationOf({ ...end, processes: 1 }).perSecond;
}

const CPU_FACT = "oxy/message/cpu-ms";
/** Numbers, where they are not said. */
const USUAL_SESSIONS = 50;

type Seen = Pick<FleetCapacity, "reply" | "parts" | "lateShare">;

function seenOf(input: CapacityInput, perSecond: number, pattern: Pattern): Seen {
  const { times, lateShare } = simulateDay(input, perSecond, pattern);
  if (times === undefined || lateShare === undefined) return nobody("nobody writes");
  // What a longer time would make longer still is no figure.
  const shown = isOverloaded(input, perSecond * peakOf(pattern))
    ? (value: number): Estimate => unknown(OVERLOADED, value)
    : (value: number): Estimate => known(value);
  const { reply, waiting, ai, storeMs } = times;
  return {
    reply: { p50: shown(reply.p50), p95: shown(reply.p95), p99: shown(reply.p99) },
    parts: { waiting: shown(waiting.mean), ai: known(ai.mean), store: known(storeMs) },
    lateShare: shown(lateShare),
  };
}

function betweenAll(best: Seen, worst: Seen): Seen {
  return {
    reply: {
      p50: between(best.reply.p50, worst.reply.p50),
      p95: between(best.reply.p95, worst.reply.p95),
      p99: between(best.reply.p99, worst.reply.p99),
    },
    parts: {
      waiting: between(best.parts.waiting, worst.parts.waiting),
      ai: between(best.parts.ai, worst.parts.ai),
      store: between(best.parts.store, worst.parts.store),
    },
    lateShare: between(best.lateShare, worst.lateShare),
  };
}

function burstBetween(ends: Ends, busiest: Range, pattern: Pattern): BurstSeen {
  const best = simulateBurst(ends.best, busiest.low, pattern);
  const worst = simulateBurst(ends.worst, busiest.high, pattern);
  return {
    waiting: between(best.waiting, worst.waiting),
    goneAfterSeconds: between(best.goneAfterSeconds, worst.goneAfterSeconds),
  };
}

function unknownFleet(
  { burst }: Pattern,
  because: readonly string[],
): Pick<
  FleetCapacity,
  "saturation" | "neededProcesses" | "reply" | "parts" | "lateShare" | "utilisation" | "burst"
> {
  const nothing = unknown(because);
  return {
    ...nobody(because),
    saturation: nothing,
    neededProcesses: nothing,
    utilisation: nothing,
    burst: { messages: burst.messages, waiting: nothing, goneAfterSeconds: nothing },
  };
}

function nobody(because: string | readonly string[]): Seen {
  const nothing = unknown(because);
  return {
    reply: { p50: nothing, p95: nothing, p99: nothing },
    parts: { waiting: nothing, ai: nothing, store: nothing },
    lateShare: nothing,
  };
}

function usedAt(input: CapacityInput, perSecond: number): number {
  return Math.min(1, perSecond / saturationOf(input).perSecond);
}

/** Any of the fleets may be the one that answers. */
function anyOf([first, ...others]: readonly Estimate[]): Estimate {
  if (first === undefined) return unknown("no fleet has work");
  return others.reduce(between, first);
}
