import type { Command } from "commander";

/** The options of every command that works on a stack. */
export interface StackOptions {
  readonly stack: string;
  readonly cwd?: string;
  readonly json?: boolean;
  readonly offline?: boolean;
}

/** What `--offline` does, in every command's help. */
export const OFFLINE = "rehearse it: on emulated hosts (npm run emulators), with a state of its own";

/** Adds them. */
export function withStack(command: Command): Command {
  return command
    .requiredOption("-s, --stack <name>", "the environment: a file stacks/Pulumi.<name>.yaml")
    .option("-C, --cwd <folder>", "the folder of Pulumi.yaml (default: this project's)")
    .option("--offline", OFFLINE)
    .option("--json", "print each step as a line of JSON");
}

/** The options of the commands that change something. */
export function withConfirmation(command: Command): Command {
  return withStack(command).option("-y, --yes", "go ahead without asking");
}
