import { Command } from "commander";
import { confirm, introduce, recover, summaryOf } from "./deploying.ts";
import { carryOut } from "./operation.ts";
import { reportFor } from "./report.ts";
import { withConfirmation, type StackOptions } from "./stack-options.ts";

interface DestroyOptions extends StackOptions {
  readonly yes?: boolean;
}

export function destroyCommand(): Command {
  const command = new Command("destroy")
    .description("Take a stack away: its processes are drained, and what its store keeps is deleted.")
    .addHelpText("after", "\nThe stack's config file stays.\n\nExample:\n  $ npx oxy destroy -s local")
    .action(destroy);
  return withConfirmation(command);
}

async function destroy(options: DestroyOptions): Promise<void> {
  const { openStack } = await import("./stack.ts");
  const report = reportFor(options);
  const open = await openStack({ ...options, create: false }, report.say);
  introduce(open, report);
  await recover(open, report);
  if (options.yes !== true) {
    const planned = await carryOut(
      { stack: open.name, report, preview: true },
      async (attention) => (await open.stack.previewDestroy(attention)).changeSummary,
    );
    report.say(`  ${summaryOf(planned, "planned")}`);
    await confirm(`Destroy stack ${open.name}, and all that its store keeps?`);
  }
  const done = await carryOut(
    { stack: open.name, report, preview: false },
    async (attention) => (await open.stack.destroy(attention)).summary.resourceChanges ?? {},
  );
  report.result({ kind: "result", stack: open.name, changes: done }, `  ${summaryOf(done, "done")}`);
}
