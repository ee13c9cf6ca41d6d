import { Command } from "commander";
import { introduce, summaryOf } from "./deploying.ts";
import { carryOut } from "./operation.ts";
import { reportFor } from "./report.ts";
import { withStack, type StackOptions } from "./stack-options.ts";

interface PreviewOptions extends StackOptions {
  readonly expectNoChanges?: boolean;
}

export function previewCommand(): Command {
  const command = new Command("preview")
    .description("Show what `oxy up` would do, and do nothing.")
    .option("--expect-no-changes", "fail when there is anything to do")
    .addHelpText("after", "\nExample:\n  $ npx oxy preview -s local")
    .action(preview);
  return withStack(command);
}

async function preview(options: PreviewOptions): Promise<void> {
  const { openStack } = await import("./stack.ts");
  const report = reportFor(options);
  const open = await openStack({ ...options, create: true }, report.say);
  introduce(open, report);
  const expectation = options.expectNoChanges === true ? { expectNoChanges: true } : {};
  const planned = await carryOut(
    report,
    true,
    async (attention) => (await open.stack.preview({ ...attention, ...expectation })).changeSummary,
  );
  report.result({ kind: "result", stack: open.name, changes: planned }, `  ${summaryOf(planned, "planned")}`);
}
