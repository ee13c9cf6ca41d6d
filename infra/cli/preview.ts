import { Command } from "commander";
import { introduce, summaryOf } from "./deploying.ts";
import { requestedImage, withImage } from "./image-option.ts";
import { standInSecrets } from "./made-secrets.ts";
import { carryOut } from "./operation.ts";
import { reportFor } from "./report.ts";
import { withStack, type StackOptions } from "./stack-options.ts";

interface PreviewOptions extends StackOptions {
  readonly image?: string;
  readonly expectNoChanges?: boolean;
}

export function previewCommand(): Command {
  const command = new Command("preview")
    .description("Show what `oxy up` would do, and do nothing.")
    .option("--expect-no-changes", "fail when there is anything to do")
    .addHelpText(
      "after",
      `
Examples:
  $ npx oxy preview -s local
  $ npx oxy preview -s staging --image deployed    # what the config alone would change`,
    )
    .action(preview);
  return withStack(withImage(command, "as if the stack's config said so"));
}

async function preview(options: PreviewOptions): Promise<void> {
  const { openStack } = await import("./stack.ts");
  const { default: programWith } = await import("../index.ts");
  const report = reportFor(options);
  const open = await openStack({ ...options, create: true }, report.say);
  introduce(open, report);
  const expectation = options.expectNoChanges === true ? { expectNoChanges: true } : {};
  const image = await requestedImage(open, options.image);
  const program = () => programWith({ image, secrets: standInSecrets(open) });
  const planned = await carryOut(
    { stack: open.name, report, preview: true },
    async (attention) => (await open.stack.preview({ ...attention, ...expectation, program })).changeSummary,
  );
  report.result({ kind: "result", stack: open.name, changes: planned }, `  ${summaryOf(planned, "planned")}`);
}
