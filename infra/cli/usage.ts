import { writeFile } from "node:fs/promises";
import { Command } from "commander";
import { audit } from "../audit/audit.ts";
import { AuditConnection } from "../audit/connection.ts";
import { deploymentUsage, receivedNow, type DeploymentUsage, type Tally } from "../audit/deployment-usage.ts";
import { measuredUsage, WHOLE_DAY_HOURS } from "../audit/measured-usage.ts";
import { redisAddress } from "../audit/redis-address.ts";
import { AuditRefused } from "../audit/refused.ts";
import { between, count, counted } from "../audit/words.ts";
import { loadCatalogue } from "../compare/catalogue/catalogue.ts";
import type { Range } from "../compare/estimate.ts";
import { usageText } from "../compare/usage-file.ts";
import { auditText } from "./audit-text.ts";
import { watchOptionsOf, withWatching, type WatchingOptions } from "./audit-options.ts";
import { stateOf } from "./control.ts";
import { EXIT, Failure } from "./failure.ts";
import { deployedOf, type Deployed } from "./outputs.ts";
import { reportFor } from "./report.ts";
import { withStack, type StackOptions } from "./stack-options.ts";

interface UsageOptions extends StackOptions, Omit<WatchingOptions, "json"> {
  readonly output?: string;
}

export function usageCommand(): Command {
  const command = new Command("usage")
    .description("What a stack uses and how its store stands, measured: the usage that oxy compare takes.")
    .option("-o, --output <file>", "write it there, for oxy compare --usage")
    .addHelpText(
      "after",
      `
Its store is watched as oxy audit does. Messages are counted by what the store keeps of them for a day and for a week;
tokens and models are kept nowhere: say them to oxy compare.

Ends with 1 when something is wrong.

Example:
  $ npx oxy usage -s production --seconds 300 -o usage.yaml`,
    )
    .action(usage);
  return withWatching(withStack(command));
}

async function usage(options: UsageOptions): Promise<void> {
  const { openStack } = await import("./stack.ts");
  const report = reportFor(options);
  const open = await openStack({ ...options, create: false }, report.say);
  const deployed = await deployedOf(open.stack);
  try {
    const watching = watchOptionsOf(options);
    const connection = await AuditConnection.open(redisAddress(storeOf(deployed, open.name)));
    try {
      report.say(`stack ${open.name}: its store is watched for ${watching.seconds} s …`);
      const catalogue = await loadCatalogue({ providers: ["upstash"] });
      const before = await receivedNow(connection, open.name);
      const audited = await audit(connection, { ...watching, catalogue });
      const { deployment, receivedSince } = await deploymentUsage(connection, open.name, before);
      const state = await stateOf(deployed, open.name);
      const known = state instanceof Error ? undefined : state;
      const sessions = known && Object.values(known.sessions).filter((each) => each.state === "open").length;
      const measured = measuredUsage({
        rates: audited.rates,
        deployment,
        messages: receivedSince,
        processes: known?.processes.length ?? 0,
        sessions,
      });
      const from = `stack ${open.name}, ${audited.rates.from} to ${audited.rates.to}`;
      const { output } = options;
      if (output !== undefined) await writeFile(output, usageText(measured, from));
      report.result(
        {
          kind: "result",
          stack: open.name,
          usage: measured,
          deployment,
          messages: receivedSince,
          ...audited,
        },
        [
          auditText(`stack ${open.name}`, audited),
          "",
          ...deploymentLines(deployment, measured.messages),
          `Sessions: ${sessions === undefined ? "unknown" : count(sessions)} connected`,
          "Tokens: unknown, since nothing keeps them; say them to oxy compare (--model, --input-tokens …)",
          ...(output === undefined ? [] : [`${output}: for npx oxy compare --usage ${output}`]),
        ].join("\n"),
      );
      if (audited.findings.some(({ verdict }) => verdict === "wrong")) process.exitCode = EXIT.error;
    } finally {
      connection.close();
    }
  } catch (error) {
    if (error instanceof AuditRefused) throw new Failure(error.message);
    throw error;
  }
}

/** @throws Failure where an operator does not reach it */
function storeOf({ storeUrl, plan }: Deployed, stack: string): string {
  if (storeUrl !== undefined) return storeUrl;
  throw new Failure(
    `the store of stack ${stack} (${plan.store.kind}) is not reachable from here: run oxy audit where it is, inside its network`,
  );
}

function deploymentLines({ received, sent, complete }: DeploymentUsage, month: Range | undefined): string[] {
  const kept = (what: string, tally: Tally | undefined): string =>
    tally === undefined
      ? `${what}: ${complete ? "none that is kept" : "unknown, there are more than were counted"}`
      : `${what}: ${count(tally.count)} in ${counted(tally.hours, "hour")}`;
  return [
    `${kept("Messages received", received)}; ${kept("parts of answers sent", sent)}`,
    month === undefined
      ? `Messages a month: unknown, of less than ${WHOLE_DAY_HOURS} hours`
      : `Messages a month: ${between(month.low, month.high)}, if these hours are usual ones`,
  ];
}
