import type { FleetPlan, ProcessPlan } from "../../host.ts";
import type { StackPlan } from "../../plan.ts";
import type { Figure } from "../decision/target-facts.ts";
import { known, mapped, unknown, type Estimate, type Known, type Range } from "../estimate.ts";
import type { Usage } from "../usage.ts";
import { adviceOn, type Advice } from "./advice.ts";
import { answerTime, type AnswerTime } from "./ai-of-usage.ts";
import { WORKER_TRIPS, type CapacityInput } from "./input.ts";
import { brazilRtt, storeRtt, type FactsOfDay } from "./latency.ts";
import { USUAL_PATTERN, type Pattern } from "./pattern.ts";
import { processorOf } from "./processor.ts";
import type { CapacityResult } from "./result.ts";
import { saturationOf, type Bottleneck } from "./saturation.ts";
import { simulate } from "./simulate.ts";
import { settingsOf } from "./settings.ts";

export interface CapacityParts extends FactsOfDay {
  readonly usage: Usage;
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
  /** Processes that the busiest hour would take, if numbers were spread over them. */
  readonly neededProcesses: Estimate;
  /** What is assumed, each in a sentence. */
  readonly assumptions: readonly string[];
  /** What is not in the reply times, in a sentence. */
  readonly leftOut: string;
}

/** Of one fleet. Times are in ms, from a message's arrival at the process to its answer's departure. */
export interface FleetCapacity {
  readonly fleet: string;
  /** That may hold sessions, at the least and at the most: one of them does, and the others wait to take over. */
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
  readonly burst: {
    readonly messages: number;
    readonly waiting: Estimate;
    readonly goneAfterSeconds: Estimate;
  };
  readonly advice?: Advice;
}

/** So many messages are simulated at each end: a day, or less of a busy one. */
const MESSAGES = 6_000;
const HOUR_MS = 3_600_000;
const DAYS_OF_MONTH = 365 / 12;
/** For a burst: enough before it to be in full swing, and after it to be over. */
const BEFORE_BURST_MS = 60_000;
const AROUND_BURST_MS = 600_000;

const ONE_ANSWERS =
  "One process answers at a time, whatever the number of them: it holds all numbers, and the others wait to take over.";
const LEFT_OUT =
  "Not in it: the ways between customers, WhatsApp and the process, whose servers' places are not published, and the " +
  "pauses that an operator may want between the messages of a number.";

/** Simulates every fleet of a plan that has work. */
export function capacityOfPlan(plan: StackPlan, parts: CapacityParts): TargetCapacity {
  const { usage, pattern = USUAL_PATTERN } = parts;
  const ai = answerTime(usage, parts);
  const fleets = plan.fleets
    .filter(({ share }) => share > 0)
    .map((fleet) => capacityOfFleet(fleet, plan, { ...parts, pattern, ai }));
  return {
    brazilMs: brazilRtt(plan, parts),
    fleets,
    saturation: anyOf(fleets.map(({ saturation }) => saturation)),
    neededProcesses: anyOf(fleets.map(({ neededProcesses }) => neededProcesses)),
    assumptions: [ONE_ANSWERS, ...(ai === undefined ? [] : [ai.assumption]), ...pattern.assumptions],
    leftOut: LEFT_OUT,
  };
}

type FleetParts = CapacityParts & { readonly pattern: Pattern; readonly ai: AnswerTime | undefined };

function capacityOfFleet(fleet: FleetPlan, plan: StackPlan, parts: FleetParts): FleetCapacity {
  const { usage, pattern, ai } = parts;
  const holding = fleet.processes.filter(({ role }) => role !== "web");
  const processes = {
    low: holding.reduce((total, { copies }) => total + copies.least, 0),
    high: holding.reduce((total, { copies }) => total + copies.most, 0),
  };
  const settings = settingsOf(holding[0]);
  const rtt = storeRtt(fleet, plan.store, parts);
  const messages: Estimate =
    usage.messages === undefined ? unknown("messages a month") : { kind: "known", ...usage.messages };
  // Whatever its share: the first process there takes every shard that is free (worker/sessions/heartbeat.lua).
  const perSecond = mapped(messages, (count) => count / (DAYS_OF_MONTH * 24 * 3_600));
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
  if (typeof ends === "string" || ai === undefined)
    return {
      ...common,
      ...unknownFleet(pattern, [typeof ends === "string" ? ends : "how long the AI takes"]),
    };
  const saturations = { best: saturationOf(ends.best), worst: saturationOf(ends.worst) };
  const saturation = between(saturations.worst.perSecond, saturations.best.perSecond);
  if (perSecond.kind === "unknown" || busiest.kind === "unknown") {
    const because = perSecond.kind === "unknown" ? perSecond.because : [];
    return { ...common, ...unknownFleet(pattern, because), saturation, bottleneck: saturations.worst.by };
  }
  const run = (end: CapacityInput, rate: number) => simulateDay(end, rate, pattern);
  const [best, worst] = [run(ends.best, perSecond.low), run(ends.worst, perSecond.high)];
  const atPeak = { ...ends.worst, arrivals: { ...ends.worst.arrivals, perSecond: busiest.high } };
  return {
    ...common,
    saturation,
    neededProcesses: between(
      Math.ceil(busiest.low / saturations.best.perSecond),
      Math.ceil(busiest.high / saturations.worst.perSecond),
    ),
    bottleneck: saturations.worst.by,
    ...measured(best, worst),
    utilisation: between(usedAt(ends.best, busiest.low), usedAt(ends.worst, busiest.high)),
    burst: burstOf([ends.best, busiest.low], [ends.worst, busiest.high], pattern),
    advice: adviceOn(atPeak, ai),
  };
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
): { readonly best: CapacityInput; readonly worst: CapacityInput } | string {
  const { usage, catalogue, day, ai, seed = 1 } = parts;
  if (process === undefined || processes.low === 0) return "no process that holds sessions";
  if (rtt.kind === "unknown") return rtt.because.join(", ");
  if (ai === undefined) return "how long the AI takes";
  const cpuMs = usage.measured[CPU_FACT] ?? catalogue.entry(CPU_FACT, day)?.value;
  const processor = processorOf(process, fleet, parts);
  const sessions = usage.sessions ?? { low: USUAL_SESSIONS, high: USUAL_SESSIONS };
  const end = (place: "low" | "high"): CapacityInput => ({
    ...settings,
    arrivals: { perSecond: 0, durationMs: 24 * HOUR_MS, sessions: Math.max(1, Math.round(sessions[place])) },
    processes: ANSWERING,
    ai: place === "low" ? ai.best : ai.worst,
    storeRttMs: rtt[place],
    trips: WORKER_TRIPS,
    whatsappRttMs: 0,
    // More than it is known to have, it has not.
    ...(cpuMs == null || processor.kind === "unknown"
      ? {}
      : {
          processor: {
            msPerMessage: cpuMs[place],
            share: place === "low" ? processor.high : processor.low,
          },
        }),
    seed,
  });
  return { best: end("low"), worst: end("high") };
}

/** Processes that answer at a time. */
const ANSWERING = 1;
const CPU_FACT = "oxy/message/cpu-ms";
/** Numbers, where they are not said. */
const USUAL_SESSIONS = 50;

/** A day by its curve; of a busy day so much of its busiest hours as is affordable. */
function simulateDay(input: CapacityInput, perSecond: number, { curve, followUps }: Pattern): CapacityResult {
  const { arrivals } = input;
  const day = { ...arrivals, perSecond, curve, followUps, durationMs: 24 * HOUR_MS };
  if (perSecond * 24 * 3_600 <= MESSAGES) return simulate({ ...input, arrivals: day });
  const peak = perSecond * Math.max(...curve.map((weight) => (weight * curve.length) / totalOf(curve)));
  const durationMs = (MESSAGES / peak) * 1_000;
  return simulate({
    ...input,
    arrivals: { ...arrivals, perSecond: peak, followUps, durationMs, warmUpMs: durationMs / 6 },
  });
}

function burstOf(
  [best, few]: readonly [CapacityInput, number],
  [worst, many]: readonly [CapacityInput, number],
  { burst }: Pattern,
): FleetCapacity["burst"] {
  const run = (
    input: CapacityInput,
    perSecond: number,
  ): CapacityResult["backlog"]["bursts"][number] | undefined =>
    simulate({
      ...input,
      arrivals: {
        ...input.arrivals,
        perSecond: Math.min(perSecond, MESSAGES / (AROUND_BURST_MS / 1_000)),
        durationMs: AROUND_BURST_MS,
        bursts: [{ atMs: BEFORE_BURST_MS, ...burst }],
      },
    }).backlog.bursts[0];
  const [low, high] = [run(best, few), run(worst, many)];
  const gone = high?.goneAfterSeconds;
  return {
    messages: burst.messages,
    waiting: between(low?.most ?? 0, high?.most ?? 0),
    goneAfterSeconds:
      gone === undefined ? unknown("it is never gone") : between(low?.goneAfterSeconds ?? 0, gone),
  };
}

function measured(
  best: CapacityResult,
  worst: CapacityResult,
): Pick<FleetCapacity, "reply" | "parts" | "lateShare"> {
  const { times: low, lateShare: fewLate = 0 } = best;
  const { times: high, lateShare: manyLate = 0 } = worst;
  if (low === undefined || high === undefined) return nobody("nobody writes");
  return {
    reply: {
      p50: between(low.reply.p50, high.reply.p50),
      p95: between(low.reply.p95, high.reply.p95),
      p99: between(low.reply.p99, high.reply.p99),
    },
    parts: {
      waiting: between(low.waiting.mean, high.waiting.mean),
      ai: between(low.ai.mean, high.ai.mean),
      store: between(low.storeMs, high.storeMs),
    },
    lateShare: between(fewLate, manyLate),
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

function nobody(because: string | readonly string[]): Pick<FleetCapacity, "reply" | "parts" | "lateShare"> {
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

function peakOf({ curve }: Pattern): number {
  return (Math.max(...curve) * curve.length) / totalOf(curve);
}

function totalOf(curve: readonly number[]): number {
  return curve.reduce((total, weight) => total + weight, 0);
}

/** Any of the fleets may be the one that answers. */
function anyOf([first, ...others]: readonly Estimate[]): Estimate {
  if (first === undefined) return unknown("no fleet has work");
  return others.reduce((all, each) => {
    if (all.kind === "known" && each.kind === "known")
      return known(Math.min(all.low, each.low), Math.max(all.high, each.high));
    return unknown([all, each].flatMap((one) => (one.kind === "unknown" ? one.because : [])));
  }, first);
}

/** Chance may have put what should be the worse end a little below the better one. */
function between(one: number, other: number): Known {
  return known(Math.min(one, other), Math.max(one, other));
}
