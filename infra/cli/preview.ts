import { Command } from "commander";
import { billFields, billLines } from "./bill-text.ts";
import { changesAnything, introduce, summaryOf } from "./deploying.ts";
import { requestedImage, withImage } from "./image-option.ts";
import { standInSecrets } from "./made-secrets.ts";
import { interruptionLines } from "./interruption-text.ts";
import { carryOut } from "./operation.ts";
import { withBudgetOption } from "./budget-option.ts";
import { billChange, interruptionsBy, PlannedDeployment, planIn } from "./planned-change.ts";
import { reportFor } from "./report.ts";
import { withStack, type StackOptions } from "./stack-options.ts";

interface PreviewOptions extends StackOptions {
  readonly image?: string;
  readonly expectNoChanges?: boolean;
  readonly overBudget?: boolean;
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
  $ npx oxy preview -s staging --image deployed    # what the config alone would change

It ends with what the change does to the bill, line by line, and with what it interrupts.`,
    )
    .action(preview);
  return withStack(withBudgetOption(withImage(command, "as if the stack's config said so")));
}

async function preview(options: PreviewOptions): Promise<void> {
  const { openStack } = await import("./stack.ts");
  const { default: programWith } = await import("../index.ts");
  const report = reportFor(options);
  const open = await openStack({ ...options, create: true }, report.say);
  introduce(open, report);
  const expectation = options.expectNoChanges === true ? { expectNoChanges: true } : {};
  const image = await requestedImage(open, options.image);
  const deployment = new PlannedDeployment();
  const program = () =>
    programWith({
      image,
      secrets: standInSecrets(open),
      ...(options.overBudget === true ? { overBudget: true } : {}),
      planned: deployment.take,
    });
  const before = planIn(await open.stack.outputs());
  const changes = await carryOut(
    { stack: open.name, report: deployment.toldBy(report), preview: true },
    async (attention) => (await open.stack.preview({ ...attention, ...expectation, program })).changeSummary,
  );
  const bill = await billChange(before, deployment.planned);
  const interrupts = interruptionsBy(deployment.steps, before, deployment.planned.plan);
  report.result(
    {
      ...{ kind: "result", stack: open.name, changes },
      ...{ costChange: billFields(bill), interrupts: interrupts ?? [] },
    },
    [
      `  ${summaryOf(changes, "planned")}`,
      ...billLines(bill),
      ...interruptionLines(interrupts, { changes: changesAnything(changes) }),
    ].join("\n"),
  );
}
