import { Command, InvalidArgumentError } from "commander";
import { hostNamed } from "../hosts.ts";
import { deployedOf } from "./outputs.ts";
import { withStack, type StackOptions } from "./stack-options.ts";

interface LogsOptions extends StackOptions {
  readonly follow?: boolean;
  readonly lines: number;
}

const LINES = 100;

export function logsCommand(): Command {
  const command = new Command("logs")
    .description("What the processes of a stack print.")
    .option("-f, --follow", "go on with what comes, until Ctrl-C")
    .option("-n, --lines <n>", "how many lines of each process", linesOf, LINES)
    .addHelpText(
      "after",
      "\nExamples:\n  $ npx oxy logs -s local -f\n  $ npx oxy logs -s local --json | jq .text",
    )
    .action(logs);
  return withStack(command);
}

async function logs({ follow = false, lines, ...options }: LogsOptions): Promise<void> {
  const { openStack } = await import("./stack.ts");
  const open = await openStack({ ...options, create: false }, () => {});
  const { plan } = await deployedOf(open.stack);
  const stopped = new AbortController();
  process.once("SIGINT", () => stopped.abort()).once("SIGTERM", () => stopped.abort());
  await Promise.all(
    plan.fleets.map(async (fleet) => {
      const { operations } = await hostNamed(fleet.host).operations();
      for await (const line of operations.logs(fleet, open.name, { lines, follow, signal: stopped.signal })) {
        const { process: name, text } = line;
        process.stdout.write(
          options.json === true
            ? `${JSON.stringify({ fleet: fleet.name, ...line })}\n`
            : `${fleet.name} ${name}  ${text}\n`,
        );
      }
    }),
  );
}

function linesOf(text: string): number {
  const lines = Number(text);
  if (!Number.isInteger(lines) || lines < 0) throw new InvalidArgumentError("expected a number of lines");
  return lines;
}
