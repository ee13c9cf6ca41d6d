import type { OutputMap } from "@pulumi/pulumi/automation/index.js";
import { until } from "../api/until.ts";
import { type ControlState, RequestFailed } from "../control/channel.ts";
import { type Gap, type Reconnection, reconnectionOf } from "../control/reconnection.ts";
import { placeOf } from "../plan.ts";
import { stateOf } from "./control.ts";
import { deployedIn, type Deployed } from "./outputs.ts";
import type { Report } from "./report.ts";
import type { OpenStack } from "./stack.ts";

/** Beyond the time that a process has to hand over: until a number is connected again, in s. */
const RECONNECT_SECONDS = 60;

/** Which numbers are connected before a deployment. Undefined where there is nothing to compare with. */
export async function connectedBefore(
  { name }: Pick<OpenStack, "name">,
  outputs: OutputMap,
  report: Report,
): Promise<ControlState | undefined> {
  if (outputs["plan"] === undefined) return undefined;
  const state = await stateOf(deployedIn(name, outputs), name);
  if (!(state instanceof Error)) {
    const isAnyOpen = Object.values(state.sessions).some((session) => session.state === "open");
    return isAnyOpen ? state : undefined;
  }
  report.say(`  how long numbers will be without a connection is not measured: ${state.message}`);
  return undefined;
}

/**
 * Waits until what was connected before a deployment is connected again, within bounds.
 * @returns why it is not known, where nobody says
 */
export async function awaitReconnection(
  before: ControlState,
  deployed: Deployed,
  stack: string,
  report: Report,
): Promise<Reconnection | RequestFailed> {
  const { fleets } = deployed.plan;
  const expected = fleets.map((fleet) => ({
    name: fleet.name,
    place: placeOf(fleet),
    image: fleet.image,
  }));
  const graceSeconds = Math.max(...fleets.map((fleet) => fleet.graceSeconds));
  const began = performance.now();
  let last: Reconnection | RequestFailed | undefined;
  let said = false;
  await until(graceSeconds + RECONNECT_SECONDS, new AbortController().signal, async () => {
    const state = await stateOf(deployed, stack);
    last = state instanceof Error ? state : reconnectionOf(before, state, expected);
    if (last instanceof Error) return undefined;
    const mayBeUnderWay = last.isUnderWay && performance.now() - began < graceSeconds * 1_000;
    if (last.away.length === 0 && !mayBeUnderWay) return true;
    if (!said && last.away.length > 0) {
      report.say(`  waiting until they are connected again: ${namesOf(last.away)}`);
      said = true;
    }
    return undefined;
  });
  return last ?? new RequestFailed("nobody was asked");
}

/** For people, a line each. */
export function reconnectionLines(reconnection: Reconnection | RequestFailed): string[] {
  if (reconnection instanceof Error)
    return [`  whether the numbers are connected again is not known: ${reconnection.message}`];
  const { gaps, away } = reconnection;
  const unknown = gaps.filter(({ ms }) => ms === undefined);
  const longest = gaps.find(({ ms }) => ms !== undefined);
  return [
    ...(longest === undefined ? [] : [`  longest time without a connection: ${gapInWords(longest)}`]),
    ...(unknown.length === 0
      ? []
      : [`  how long they were without a connection is not known: ${namesOf(unknown)}`]),
    ...away.map(({ organization, why }) => `  ! ${organization} is not connected again: ${why}`),
  ];
}

function gapInWords({ organization, ms = 0, atMost }: Gap): string {
  const seconds = `${(ms / 1000).toFixed(2)} s (${organization})`;
  return atMost === true ? `at most ${seconds}, since its process was last heard of` : seconds;
}

/** For programs. */
export function reconnectionFields(reconnection: Reconnection | RequestFailed): object {
  if (reconnection instanceof Error) return { gapUnknown: reconnection.message };
  const { gaps, away } = reconnection;
  return {
    ...(gaps[0] === undefined ? {} : { gap: gaps[0] }),
    ...(away.length === 0 ? {} : { away }),
  };
}

const MOST_NAMES = 5;

function namesOf(all: readonly { readonly organization: string }[]): string {
  const names = all.slice(0, MOST_NAMES).map(({ organization }) => organization);
  return `${names.join(", ")}${all.length > MOST_NAMES ? ` and ${all.length - MOST_NAMES} more` : ""}`;
}
