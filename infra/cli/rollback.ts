import { Command } from "commander";
import { release } from "../provider/release.ts";
import { confirm, introduce } from "./deploying.ts";
import { EXIT, Failure } from "./failure.ts";
import type { OpenStack } from "./stack.ts";
import { reportFor } from "./report.ts";
import { withConfirmation, type StackOptions } from "./stack-options.ts";
import { deploy } from "./up.ts";

interface RollbackOptions extends StackOptions {
  readonly yes?: boolean;
  readonly to?: string;
}

export function rollbackCommand(): Command {
  const command = new Command("rollback")
    .description("Deploy the image that ran before, and write it into the stack's config.")
    .option("--to <image>", "one of the images that ran before, by its digest or the beginning of it")
    .addHelpText("after", "\nOnly images that became ready count.\n\nExample:\n  $ npx oxy rollback -s local")
    .action(rollback);
  return withConfirmation(command);
}

async function rollback(options: RollbackOptions): Promise<void> {
  const { openStack } = await import("./stack.ts");
  const report = reportFor(options);
  const open = await openStack({ ...options, create: false }, report.say);
  introduce(open, report);
  const { image, before } = await releasesOf(open);
  const target = options.to === undefined ? before[0] : before.find((one) => isNamed(one, options.to ?? ""));
  if (target === undefined) {
    const known = before.join(", ") || "none";
    throw new Failure(
      options.to === undefined
        ? `stack ${open.name} has run no image but ${image}: there is nothing to go back to`
        : `--to: expected an image that ran before (${known}), got ${options.to}`,
      EXIT.configuration,
    );
  }
  report.say(`  from ${image}\n  to   ${target}`);
  if (options.yes !== true) await confirm(`Roll stack ${open.name} back?`);
  // It costs what it costs now: going back to what works does not hang on money.
  const instead = { image: target, overBudget: true };
  await deploy(open, report, { outputs: await open.stack.outputs(), instead });
}

/** What our program recorded: an image that never became ready is not in it. */
async function releasesOf({ stack }: OpenStack): Promise<{ image: string; before: readonly string[] }> {
  const { deployment } = await stack.exportStack();
  const resources = (deployment as { resources?: { type: string; outputs?: object }[] }).resources ?? [];
  const found = resources.find(({ type }) => type === release.type)?.outputs;
  if (found === undefined) {
    throw new Failure(
      `nothing is deployed in stack ${stack.name}: run oxy up -s ${stack.name}`,
      EXIT.stackNotFound,
    );
  }
  return found as { image: string; before: readonly string[] };
}

/** `sha256:ab…` in full, or the first digits of the digest. */
function isNamed(image: string, name: string): boolean {
  return (
    image === name || (image.split("sha256:")[1] ?? "").startsWith(name.replace(/^.*sha256:/, "") || "-")
  );
}
