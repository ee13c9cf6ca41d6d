import { Command } from "commander";
import type { ControlState, SessionState } from "../control/channel.ts";
import { firingLines } from "./alerts.ts";
import { stateOf } from "./control.ts";
import { introduce } from "./deploying.ts";
import { EXIT } from "./failure.ts";
import { deployedOf } from "./outputs.ts";
import { reportFor } from "./report.ts";
import { isRunning, processStatuses, type FleetProcess } from "./running.ts";
import { withStack, type StackOptions } from "./stack-options.ts";

export function statusCommand(): Command {
  const command = new Command("status")
    .description(
      "What runs of a stack now, asked of its hosts, and which numbers are connected, asked of its workers.",
    )
    .addHelpText(
      "after",
      "\nEnds with 1 when a process is not running.\n\nExample:\n  $ npx oxy status -s local",
    )
    .action(status);
  return withStack(command);
}

async function status(options: StackOptions): Promise<void> {
  const { openStack } = await import("./stack.ts");
  const report = reportFor(options);
  const open = await openStack({ ...options, create: false }, report.say);
  introduce(open, report);
  const deployed = await deployedOf(open.stack);
  const { plan, image } = deployed;
  const asked = stateOf(deployed, open.name);
  const processes = await processStatuses(plan, open.name);
  const state = await asked;
  const sessions =
    state instanceof Error
      ? { sessionsUnknown: state.message }
      : { sessions: state.sessions, firing: state.firing };
  const lines =
    state instanceof Error
      ? [`  which numbers are connected is not known: ${state.message}`]
      : [
          ...Object.entries(state.sessions).map(([organization, session]) =>
            sessionLine(organization, session, state),
          ),
          ...firingLines(state).map((line) => `  ${line}`),
        ];
  report.result(
    { kind: "result", stack: open.name, image, processes, ...sessions },
    [...processes.map(lineOf), ...lines].join("\n"),
  );
  if (!processes.every(isRunning)) process.exitCode = EXIT.error;
}

function lineOf({ fleet, host, process: shown }: FleetProcess): string {
  const { name, condition, since, restarts, image, urls } = shown;
  const started = since === undefined ? "" : ` since ${since}`;
  const again =
    restarts === undefined || restarts === 0
      ? ""
      : `, restarted ${restarts} time${restarts === 1 ? "" : "s"}`;
  return [
    `  ${fleet} ${name} on ${host}: ${condition}${started}${again}`,
    `    image  ${image}`,
    ...Object.entries(urls ?? {}).map(([purpose, url]) => `    ${purpose.padEnd(6)} ${url}`),
  ].join("\n");
}

function sessionLine(organization: string, session: SessionState, { processes }: ControlState): string {
  const { state, reason, process, place } = session;
  const since = `since ${new Date(session.since).toISOString()}`;
  const at = place === "" ? "" : ` at ${place}`;
  if (state === "ended")
    return `  ${organization}: not connected ${since}${reason === undefined ? "" : `, ${reason}`}`;
  return processes.some(({ id }) => id === process)
    ? `  ${organization}: connected ${since}${at}`
    : `  ${organization}: not connected, its process${at} is gone`;
}
