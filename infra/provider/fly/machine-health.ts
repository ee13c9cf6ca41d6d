import type { FlyMachine } from "./machine-api.ts";

/** Runs of a machine that ended before it was ready; one may be bad luck. */
const MOST_EXITS = 2;

/** States on the way to a running machine. */
const STARTING = new Set(["created", "creating", "starting", "restarting", "updating", "replacing"]);

export type Health =
  | { readonly is: "ready" }
  /** On its way, with what is still to come. */
  | { readonly is: "starting" | "checking"; readonly why: string }
  /** It does not come about by itself. */
  | { readonly is: "ended"; readonly why: string };

/** Whether a machine takes work, by its state, its checks and how its runs ended. */
export function healthOf(machine: FlyMachine): Health {
  const { state, checks, host_status: server } = machine;
  if (server === "unreachable") return { is: "ended", why: "its server cannot be reached" };
  const exits = exitsOf(machine);
  if (exits.length >= MOST_EXITS) return { is: "ended", why: `it ended with ${exits[0]}, again and again` };
  if (STARTING.has(state)) return { is: "starting", why: `it is ${state}` };
  if (state !== "started") return { is: "ended", why: `it is ${state}` };
  const failing = (checks ?? []).find(({ status }) => status !== "passing");
  if (failing !== undefined) {
    const said = failing.output?.replaceAll(/\s+/g, " ").trim() || failing.status;
    return { is: "checking", why: `its health check says ${said.slice(0, MOST_WORDS)}` };
  }
  return (checks ?? []).length > 0
    ? { is: "ready" }
    : { is: "checking", why: "its health was not checked yet" };
}

const MOST_WORDS = 200;

/** How its runs ended that nobody asked to end, the last first. */
function exitsOf({ events }: FlyMachine): string[] {
  return (events ?? []).flatMap(({ type, request }) => {
    const exit = type === "exit" ? request?.exit_event : undefined;
    if (exit === undefined || exit === null || exit.requested_stop === true) return [];
    return [exit.oom_killed === true ? "no memory left" : `code ${exit.exit_code ?? 0}`];
  });
}
