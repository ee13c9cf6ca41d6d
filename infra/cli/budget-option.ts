import type { Command } from "commander";

/** Adds the option. */
export function withBudgetOption(command: Command): Command {
  return command.option("--over-budget", "also where it costs more than the stack's budget, or nobody knows");
}
