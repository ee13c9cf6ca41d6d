import type { OpMap } from "@pulumi/pulumi/automation/index.js";
import { confirm, introduce, recover, summaryOf } from "./deploying.ts";
import { EXIT, Failure } from "./failure.ts";
import { makeMissingSecrets } from "./made-secrets.ts";
import { carryOut } from "./operation.ts";
import type { Report } from "./report.ts";
import { keep } from "./secret.ts";
import type { StackOptions } from "./stack-options.ts";

/** What taking over as it is found does: imports, and records of our own. */
const HARMLESS: ReadonlySet<string> = new Set(["create", "import", "same"]);

/**
 * Takes what the stack's config holds into its state, and makes sure that nothing is left to do.
 * @param secrets kept in the config first
 * @returns what was done
 * @throws Failure when something would be changed; then nothing was
 */
export async function takeIntoState(
  options: StackOptions & { readonly yes?: boolean },
  secrets: Readonly<Record<string, string>>,
  report: Report,
): Promise<OpMap> {
  const { openStack } = await import("./stack.ts");
  const { default: programWith } = await import("../index.ts");
  const open = await openStack({ ...options, create: true }, report.say);
  introduce(open, report);
  await recover(open, report);
  for (const [name, value] of Object.entries(secrets)) await keep(open, name, value);
  await makeMissingSecrets({ ...open, file: await open.project.stackFile(open.name) }, report);

  const program = () => programWith();
  const { name: stack } = open;
  const planned = await carryOut(
    { stack, report, preview: true },
    async (attention) => (await open.stack.preview({ ...attention, program })).changeSummary,
  );
  report.say(`  ${summaryOf(planned, "planned")}`);
  const harmful = Object.entries(planned).filter(
    ([operation, count]) => !HARMLESS.has(operation) && count > 0,
  );
  if (harmful.length > 0)
    throw new Failure(
      `stack ${stack} has something deployed that this would change (${summaryOf(Object.fromEntries(harmful), "planned")}): ` +
        "expected a stack of its own for what is taken over; nothing was done",
      EXIT.configuration,
    );
  if (options.yes !== true) await confirm(`Take these into the state of stack ${stack}?`);
  const done = await carryOut(
    { stack, report, preview: false },
    async (attention) => (await open.stack.up({ ...attention, program })).summary.resourceChanges ?? {},
  );
  report.say(`  ${summaryOf(done, "done")}`);
  const left = await carryOut(
    { stack, report, preview: true },
    async (attention) =>
      (await open.stack.preview({ ...attention, expectNoChanges: true, program })).changeSummary,
  );
  report.say(`  a preview now: ${summaryOf(left, "planned")}`);
  return done;
}
