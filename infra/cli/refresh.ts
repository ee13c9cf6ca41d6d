import { Command } from "commander";
import { introduce, recover, summaryOf } from "./deploying.ts";
import { carryOut } from "./operation.ts";
import { reportFor } from "./report.ts";
import { withStack, type StackOptions } from "./stack-options.ts";

export function refreshCommand(): Command {
  const command = new Command("refresh")
    .description("Look at what is really there and note it in the state; nothing else is changed.")
    .addHelpText(
      "after",
      "\nEvery preview, up and destroy does so first.\n\nExample:\n  $ npx oxy refresh -s local",
    )
    .action(refresh);
  return withStack(command);
}

async function refresh(options: StackOptions): Promise<void> {
  const { openStack } = await import("./stack.ts");
  const report = reportFor(options);
  const open = await openStack({ ...options, create: false }, report.say);
  introduce(open, report);
  await recover(open, report);
  const found = await carryOut(
    { stack: open.name, report, preview: false },
    async (attention) => (await open.stack.refresh(attention)).summary.resourceChanges ?? {},
  );
  report.result({ kind: "result", stack: open.name, changes: found }, `  ${summaryOf(found, "done")}`);
}
