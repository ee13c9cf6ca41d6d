import { resolve } from "node:path";
import { Command } from "commander";
import { projectDirectory } from "../home.ts";
import { confirm } from "./deploying.ts";
import { exampleNamed, examples } from "./examples.ts";
import { openProject } from "./project.ts";
import { reportFor, type Report } from "./report.ts";
import { requiredStack, StackText } from "./stack-text.ts";
import { KEPT, KEPT_WITH_STORE, withExample } from "./with-example.ts";

interface UseOptions {
  readonly stack?: string;
  readonly cwd?: string;
  readonly json?: boolean;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  readonly keepStore?: boolean;
}

export function useCommand(): Command {
  return new Command("use")
    .description("Start a stack's config from an example, or change to one; without a name, list them.")
    .argument("[example]", "one of stacks/examples")
    .option("-s, --stack <name>", "the environment: a file stacks/Pulumi.<name>.yaml, made if there is none")
    .option("-C, --cwd <folder>", "the folder of Pulumi.yaml (default: this project's)")
    .option("--keep-store", "change the fleets only: a deployed stack's data stay in its store")
    .option("-n, --dry-run", "show what would be written, and write nothing")
    .option("-y, --yes", "go ahead without asking")
    .option("--json", "print the result as a line of JSON")
    .addHelpText(
      "after",
      `
The stack keeps its image, its secrets and whatever the example does not mention. Nothing is deployed.

Examples:
  $ npx oxy use                            # what there is
  $ npx oxy use fly-gru -s staging --dry-run
  $ npx oxy use fly-gru -s staging --keep-store    # another host for what is deployed
  $ npx oxy use fly-gru -s staging && npx oxy preview -s staging`,
    )
    .action(use);
}

async function use(name: string | undefined, options: UseOptions): Promise<void> {
  const report = reportFor(options);
  if (name === undefined) return await list(report);
  const example = await exampleNamed(name);
  const project = await openProject(resolve(options.cwd ?? projectDirectory));
  const stack = requiredStack(options.stack);
  const text = await StackText.read(project, stack);
  const after = withExample(
    text.before,
    example.text,
    project.name,
    options.keepStore === true ? KEPT_WITH_STORE : KEPT,
  );
  const { path, shown } = text;
  const changed = after !== text.before;
  const result = { kind: "result", stack, example: example.name, path, changed };
  if (!changed) {
    report.result({ ...result, written: false }, `${shown} says what ${example.name} does`);
    return;
  }
  report.say(text.differenceTo(after));
  if (options.dryRun === true) {
    report.result({ ...result, written: false, after }, "nothing was written: --dry-run");
    return;
  }
  if (options.yes !== true) await confirm(`Write ${shown}?`);
  await text.write(after);
  report.result(
    { ...result, written: true, after },
    `${shown} is written, and nothing is deployed yet: npx oxy preview -s ${stack}`,
  );
}

async function list(report: Report): Promise<void> {
  const all = await examples();
  const width = Math.max(...all.map(({ name }) => name.length));
  const lines = all.map(({ name, about }) => `  ${name.padEnd(width)}  ${about}`);
  report.result(
    { kind: "result", examples: all.map(({ name, about }) => ({ name, about })) },
    [...lines, "", "  Next: npx oxy use <example> -s <stack>"].join("\n"),
  );
}
