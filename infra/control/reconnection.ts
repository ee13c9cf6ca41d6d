import type { ControlState, SessionState } from "./channel.ts";

/** Where the processes of a fleet are to be, and with which image. */
export interface ExpectedFleet {
  readonly name: string;
  readonly place: string;
  readonly image: string;
}

/** How long a number was without a connection when it changed hands. */
export interface Gap {
  readonly organization: string;
  /** Missing where the process before was killed, and nobody knows when it was heard of last. */
  readonly ms?: number;
  /** It was not longer than that: the process before was killed, and this is since it was last heard of. */
  readonly atMost?: true;
}

/** What became of the numbers that were connected. */
export interface Reconnection {
  /** Of those that changed hands, the longest first; what is not known comes before. */
  readonly gaps: readonly Gap[];
  /** Not connected, or over a process that is not as deployed. */
  readonly away: readonly { readonly organization: string; readonly why: string }[];
  /** Some are connected over a process of before, though others of its fleet have come: it may be on its way out. */
  readonly isUnderWay: boolean;
}

/** Compares what was connected before a deployment with what is now. */
export function reconnectionOf(
  before: ControlState,
  now: ControlState,
  fleets: readonly ExpectedFleet[],
): Reconnection {
  const connected = Object.entries(before.sessions).filter(([, { state }]) => state === "open");
  const away = connected.flatMap(([organization]) => {
    const why = reasonOf(now.sessions[organization], now, fleets);
    return why === undefined ? [] : [{ organization, why }];
  });
  const gaps = connected
    .flatMap(([organization, earlier]) => {
      const session = now.sessions[organization];
      const isTaken = session?.state === "open" && session.process !== earlier.process;
      return isTaken ? [gapOf(organization, session)] : [];
    })
    .toSorted((one, other) => (other.ms ?? Infinity) - (one.ms ?? Infinity));
  const isUnderWay = connected.some(([organization]) =>
    isSucceeded(now.sessions[organization]?.process, before, now),
  );
  return { gaps, away, isUnderWay };
}

function gapOf(organization: string, { gapMs, gapFrom }: SessionState): Gap {
  if (gapMs === undefined) return { organization };
  return { organization, ms: gapMs, ...(gapFrom === "heartbeat" ? { atMost: true } : {}) };
}

/** @returns undefined when it is connected over a process that is as deployed */
function reasonOf(
  session: SessionState | undefined,
  now: ControlState,
  fleets: readonly ExpectedFleet[],
): string | undefined {
  if (session === undefined) return "nothing is known of it any more";
  if (session.state === "ended") return `ended${session.reason === undefined ? "" : `: ${session.reason}`}`;
  const owner = now.processes.find(({ id }) => id === session.process);
  if (owner === undefined) return "its process is gone";
  const { fleet, place, image } = owner;
  const isAsDeployed = fleets.some((one) => one.name === fleet && one.place === place && one.image === image);
  return isAsDeployed
    ? undefined
    : `still over a process of fleet ${fleet} at ${place || "an unknown place"}`;
}

/** Whether a process was there before, and others of its fleet have come since. */
function isSucceeded(process: string | undefined, before: ControlState, now: ControlState): boolean {
  const earlier = new Set(before.processes.map(({ id }) => id));
  const owner = now.processes.find(({ id }) => id === process);
  if (owner === undefined || !earlier.has(owner.id)) return false;
  return now.processes.some(({ id, fleet }) => fleet === owner.fleet && !earlier.has(id));
}
