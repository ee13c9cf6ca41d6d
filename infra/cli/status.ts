import { Command } from "commander";
import type { ProcessStatus } from "../host.ts";
import { hostNamed } from "../hosts.ts";
import { introduce } from "./deploying.ts";
import { EXIT } from "./failure.ts";
import { deployedOf } from "./outputs.ts";
import { reportFor } from "./report.ts";
import { withStack, type StackOptions } from "./stack-options.ts";

/** A fleet's process, as status shows it. */
interface Row {
  readonly fleet: string;
  readonly host: string;
  readonly process: ProcessStatus;
}

export function statusCommand(): Command {
  const command = new Command("status")
    .description("What runs of a stack now, asked of its hosts.")
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
  const { plan, image } = await deployedOf(open.stack);
  const rows = await Promise.all(
    plan.fleets.map(async (fleet): Promise<Row[]> => {
      const { operations } = await hostNamed(fleet.host).operations();
      const processes = await operations.status(fleet, open.name);
      return processes.map((process) => ({ fleet: fleet.name, host: fleet.host, process }));
    }),
  );
  const processes = rows.flat();
  report.result({ kind: "result", stack: open.name, image, processes }, processes.map(lineOf).join("\n"));
  if (processes.some(({ process: { condition } }) => condition !== "running")) process.exitCode = EXIT.error;
}

function lineOf({ fleet, host, process: shown }: Row): string {
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
