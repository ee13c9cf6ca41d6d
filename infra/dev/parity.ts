import { recordedByCdktf } from "../aws/cdktf-recording-fixture.ts";
import { recordedByPulumi } from "../aws/pulumi-recording-fixture.ts";
import { compare, type Difference } from "./parity/compare.ts";
import { parityStacks } from "./parity/stacks.ts";

const HELP = `Expresses stacks on AWS through Pulumi and through CDKTF, and compares what comes of it, resource by resource and
property by property: both are made of the same plan, and say the same.

Usage: npm run parity -- [options]

  --json  print a line of JSON for each stack
  --help  show this

Ends with 1 when something is different, and names it. Pulumi's side are the resources that its program registers,
Terraform's the JSON that is synthesized; nothing is deployed, and no account is needed.`;

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  const unknown = args.find((arg) => !["--json", "--help"].includes(arg));
  if (args.includes("--help")) return say(HELP);
  if (unknown !== undefined) {
    process.stderr.write(`expected --json or --help, got ${unknown}\n`);
    return 2;
  }
  const totals = { resources: 0, properties: 0, differences: 0 };
  for (const [stack, plan] of Object.entries(await parityStacks())) {
    const compared = compare(await recordedByPulumi(plan), await recordedByCdktf(plan));
    const { resources, properties, differences } = compared;
    totals.resources += resources;
    totals.properties += properties;
    totals.differences += differences.length;
    if (args.includes("--json")) say(JSON.stringify({ stack, resources, properties, differences }));
    else say([summaryOf(stack, compared), ...differences.map(lineOf)].join("\n"));
  }
  if (!args.includes("--json"))
    say(
      `${totals.resources} resources, ${totals.properties} properties compared, ${totals.differences} differences`,
    );
  return totals.differences === 0 ? 0 : 1;
}

function summaryOf(stack: string, compared: ReturnType<typeof compare>): string {
  const { resources, properties, differences } = compared;
  return `${stack}: ${resources} resources, ${properties} properties, ${differences.length} differences`;
}

function lineOf({ resource, property, pulumi, terraform }: Difference): string {
  const what = property === "" ? "the whole resource" : property;
  return `  ${resource}: ${what}: Pulumi ${shown(pulumi)}, Terraform ${shown(terraform)}`;
}

function shown(value: unknown): string {
  return value === undefined ? "says nothing" : `has ${JSON.stringify(value)}`;
}

function say(text: string): 0 {
  process.stdout.write(`${text}\n`);
  return 0;
}
