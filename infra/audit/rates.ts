import { clientCommands, type ClientCommands } from "./client-commands.ts";
import { countsBetween, totalOf, type CommandCounts } from "./info.ts";
import type { Sample } from "./watch.ts";

/** Looks without a job that are too few to speak of rest: BullMQ looks for stalled jobs every 30 s. */
const REST_SECONDS = 30;

/** Commands of Redis: those that clients sent, and all of them, those inside scripts included. */
export interface Commands {
  readonly client: ClientCommands;
  readonly all: number;
}

/** What was seen in the time, and what of it is rest and what is work. */
export interface Rates {
  /** By our clock, ISO 8601. */
  readonly from: string;
  readonly to: string;
  readonly seconds: number;
  readonly seen: Commands;
  readonly byName: CommandCounts;
  readonly jobs: number;
  /** To the server and from it, where it says so. */
  readonly bytesIn: number | undefined;
  readonly bytesOut: number | undefined;
  /** Of the server, where it says so. */
  readonly cpuMs: number | undefined;
  /** While no job was added, waited or ran; missing where that was not for long enough. */
  readonly rest?: { readonly seconds: number; readonly perMinute: Commands };
  /** Of a job, without what is done at rest anyway; missing without a job or without rest. */
  readonly perJob?: Commands;
}

/** @param samples at least two */
export function ratesOf(samples: readonly Sample[]): Rates {
  const [first, last] = [samples[0], samples.at(-1)];
  if (first === undefined || last === undefined || first === last)
    throw new RangeError(`expected at least two samples, got ${samples.length}`);
  const steps = samples.slice(1).map((after, index): Step => [samples[index] ?? after, after]);
  const whole: Step = [first, last];
  const quiet = steps.filter(isQuiet);
  const seconds = secondsOf([whole]);
  const seen = commandsOf([whole]);
  const jobs = last.activity.added - first.activity.added;
  const restSeconds = secondsOf(quiet);
  const rest =
    restSeconds < Math.min(REST_SECONDS, seconds)
      ? undefined
      : { seconds: restSeconds, perMinute: scaled(commandsOf(quiet), 60 / restSeconds) };
  return {
    from: new Date(first.takenAt).toISOString(),
    to: new Date(last.takenAt).toISOString(),
    seconds,
    seen,
    byName: countsBetween(first.counts, last.counts),
    jobs,
    bytesIn: growthIn([whole], ({ bytesIn }) => bytesIn),
    bytesOut: growthIn([whole], ({ bytesOut }) => bytesOut),
    cpuMs: growthIn([whole], ({ cpuMs }) => cpuMs),
    ...(rest === undefined ? {} : { rest }),
    ...(rest === undefined || jobs === 0
      ? {}
      : { perJob: scaled(difference(seen, scaled(rest.perMinute, seconds / 60)), 1 / jobs) }),
  };
}

type Step = readonly [before: Sample, after: Sample];

/** Nothing was added, nothing ran, and nothing that waits or is delayed was taken. */
function isQuiet([{ activity: before }, { activity: after }]: Step): boolean {
  return (
    before.added === after.added &&
    before.backlog === after.backlog &&
    before.active === 0 &&
    after.active === 0
  );
}

function secondsOf(steps: readonly Step[]): number {
  return steps.reduce((sum, [before, after]) => sum + (after.at - before.at) / 1_000, 0);
}

function commandsOf(steps: readonly Step[]): Commands {
  const counts: Record<string, number> = {};
  for (const [before, after] of steps)
    for (const [name, calls] of Object.entries(countsBetween(before.counts, after.counts)))
      counts[name] = (counts[name] ?? 0) + calls;
  const sockets = {
    reads: growthIn(steps, ({ reads }) => reads),
    bytes: growthIn(steps, ({ bytesIn }) => bytesIn),
    closed: growthIn(steps, ({ closed }) => closed),
  };
  return { client: clientCommands(counts, sockets), all: totalOf(counts) };
}

/** Undefined where this Redis does not say it. */
function growthIn(steps: readonly Step[], read: (sample: Sample) => number | undefined): number | undefined {
  return steps.reduce<number | undefined>((total, [before, after]) => {
    const [from, to] = [read(before), read(after)];
    return total === undefined || from === undefined || to === undefined ? undefined : total + to - from;
  }, 0);
}

/** In another time, or for one of several. */
export function scaled({ client, all }: Commands, factor: number): Commands {
  return {
    client: { ...client, counted: client.counted * factor, atMost: client.atMost * factor },
    all: all * factor,
  };
}

function difference(one: Commands, other: Commands): Commands {
  const less = (count: number, by: number): number => Math.max(0, count - by);
  return {
    client: {
      others: one.client.others || other.client.others,
      counted: less(one.client.counted, other.client.counted),
      atMost: less(one.client.atMost, other.client.counted),
    },
    all: less(one.all, other.all),
  };
}
