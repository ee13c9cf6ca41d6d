import type { OutputMap } from "@pulumi/pulumi/automation/index.js";
import { Command } from "commander";
import type { Instead, Planned } from "../deploy.ts";
import { isOffline } from "../home.ts";
import { billSummary } from "./bill-text.ts";
import { withBudgetOption } from "./budget-option.ts";
import { changesAnything, confirm, introduce, recover, summaryOf } from "./deploying.ts";
import { requestedImage, withImage } from "./image-option.ts";
import { makeMissingSecrets } from "./made-secrets.ts";
import { carryOut } from "./operation.ts";
import { deployedIn } from "./outputs.ts";
import { billChange, PlannedDeployment, planIn } from "./planned-change.ts";
import { awaitReconnection, connectedBefore, reconnectionFields, reconnectionLines } from "./reconnection.ts";
import { reportFor, type Report } from "./report.ts";
import { requireRunning } from "./running.ts";
import type { OpenStack } from "./stack.ts";
import { withConfirmation, type StackOptions } from "./stack-options.ts";

interface UpOptions extends StackOptions {
  readonly yes?: boolean;
  readonly image?: string;
  readonly expectNoChanges?: boolean;
  readonly overBudget?: boolean;
}

export function upCommand(): Command {
  const command = new Command("up")
    .description("Deploy a stack as its config says: what is there already is changed, never doubled.")
    .option("--expect-no-changes", "fail when there was anything to do")
    .addHelpText(
      "after",
      `
Examples:
  $ npx oxy up -s local
  $ npx oxy up -s staging --yes --image ghcr.io/acme/oxy-worker@sha256:…`,
    )
    .action(up);
  return withConfirmation(
    withBudgetOption(withImage(command, "deploy it, and write it into the stack's config once it runs")),
  );
}

async function up(options: UpOptions): Promise<void> {
  const { openStack } = await import("./stack.ts");
  const { default: programWith } = await import("../index.ts");
  const report = reportFor(options);
  const open = await openStack({ ...options, create: true }, report.say);
  introduce(open, report);
  const image = await requestedImage(open, options.image);
  const allowance = options.overBudget === true ? { overBudget: true } : {};
  await recover(open, report);
  await makeMissingSecrets(open, report);
  const before = await open.stack.outputs();
  const planned = async (told: Planned): Promise<void> =>
    report.say(billSummary(await billChange(planIn(before), told)));
  if (options.yes !== true) {
    const deployment = new PlannedDeployment();
    const program = () => programWith({ image, ...allowance, planned: deployment.take });
    const changes = await carryOut(
      { stack: open.name, report, preview: true },
      async (attention) => (await open.stack.preview({ ...attention, program })).changeSummary,
    );
    report.say(`  ${summaryOf(changes, "planned")}`);
    await planned(deployment.planned);
    if (changesAnything(changes)) await confirm(`Deploy stack ${open.name}?`);
  }
  const expectation = options.expectNoChanges === true ? { expectNoChanges: true as const } : {};
  const told = options.yes === true ? { planned } : {};
  await deploy(open, report, { expectation, outputs: before, instead: { image, ...allowance, ...told } });
}

/**
 * Deploys what the config says, or another image, which the config says once it runs: it stays as it was when that
 * fails. Tells the result.
 */
export async function deploy(
  open: OpenStack,
  report: Report,
  {
    expectation = {},
    outputs: before,
    instead,
  }: {
    readonly expectation?: { readonly expectNoChanges?: true };
    /** Of what is deployed. */
    readonly outputs: OutputMap;
    readonly instead: Instead;
  },
): Promise<void> {
  const { default: programWith } = await import("../index.ts");
  const connected = await connectedBefore(open, before, report);
  const started = performance.now();
  const program = () => programWith(instead);
  const { summary, outputs } = await carryOut(
    { stack: open.name, report, preview: false },
    async (attention) => open.stack.up({ ...attention, ...expectation, program }),
  );
  if (instead.image !== undefined) await writeImage(open, instead.image, report);
  const done = summary.resourceChanges ?? {};
  const seconds = Number(((performance.now() - started) / 1000).toFixed(1));
  const deployed = deployedIn(open.name, outputs);
  await requireRunning(deployed, open.name);
  const { image, urls } = deployed;
  const reconnection =
    connected !== undefined && changesAnything(done)
      ? await awaitReconnection(connected, deployed, open.name, report)
      : undefined;
  const on = `-s ${open.name}${isOffline() ? " --offline" : ""}`;
  report.result(
    {
      ...{ kind: "result", stack: open.name, changes: done, seconds, image, urls },
      monthlyCost: deployed.monthlyCost,
      ...(reconnection === undefined ? {} : reconnectionFields(reconnection)),
    },
    [
      `  ${summaryOf(done, "done")} in ${seconds} s`,
      ...(reconnection === undefined ? [] : reconnectionLines(reconnection)),
      "",
      `  image  ${image}`,
      ...Object.entries(urls).flatMap(([fleet, each]) => addressesOf(fleet, each)),
      "",
      deployed.plan.operator?.through === "nothing"
        ? "  Next: loadBalancer: true for the day on which numbers are paired, because no command reaches these workers"
        : `  Next: npx oxy org add ${on} loja-da-ana, then npx oxy pair ${on} loja-da-ana`,
    ].join("\n"),
  );
}

/** A rehearsal leaves the file of the real stack as it is. */
async function writeImage({ stack, name, file, project }: OpenStack, image: string, report: Report) {
  const path = project.stackPath(name);
  const configured = String(file.config?.[`${project.name}:image`]);
  if (isOffline())
    return report.say(`  ${path} still says image: ${configured}, because this is a rehearsal`);
  await stack.setConfig("image", { value: image });
  return report.say(`  ${path} says image: ${image} now; it said ${configured}`);
}

function addressesOf(fleet: string, urls: Readonly<Record<string, string>>): string[] {
  return Object.entries(urls).map(([purpose, url]) => `  ${fleet} ${purpose}  ${url}`);
}
