import { existsSync } from "node:fs";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, relative, resolve } from "node:path";
import { Command } from "commander";
import { projectDirectory } from "../home.ts";
import { workload } from "../workload.ts";
import { confirm } from "./deploying.ts";
import { differenceText } from "./difference-text.ts";
import { exampleNamed, examples } from "./examples.ts";
import { EXIT, Failure } from "./failure.ts";
import { openProject, type Project } from "./project.ts";
import { reportFor, type Report } from "./report.ts";
import { withExample } from "./with-example.ts";

interface UseOptions {
  readonly stack?: string;
  readonly cwd?: string;
  readonly json?: boolean;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
}

export function useCommand(): Command {
  return new Command("use")
    .description("Start a stack's config from an example, or change to one; without a name, list them.")
    .argument("[example]", "one of stacks/examples")
    .option("-s, --stack <name>", "the environment: a file stacks/Pulumi.<name>.yaml, made if there is none")
    .option("-C, --cwd <folder>", "the folder of Pulumi.yaml (default: this project's)")
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
  const path = project.stackPath(stack);
  const before = existsSync(path) ? await readFile(path, "utf8") : undefined;
  const after = withExample(before, example.text, project.name);
  const result = { kind: "result", stack, example: example.name, path, changed: after !== before };
  if (after === before) {
    report.result({ ...result, written: false }, `${shown(path, project)} says what ${example.name} does`);
    return;
  }
  report.say(differenceText(shown(path, project), before, after));
  if (options.dryRun === true) {
    report.result({ ...result, written: false, after }, "nothing was written: --dry-run");
    return;
  }
  if (options.yes !== true) await confirm(`Write ${shown(path, project)}?`);
  await writeWhole(path, after);
  report.result(
    { ...result, written: true, after },
    `${shown(path, project)} is written, and nothing is deployed yet: npx oxy preview -s ${stack}`,
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

/** Its name is also that of the deployment on its store. @throws Failure */
function requiredStack(stack: string | undefined): string {
  const { pattern, expected } = workload.namespace;
  if (stack !== undefined && pattern.test(stack)) return stack;
  throw new Failure(
    `-s: expected a stack, named with ${expected}, got ${stack ?? "nothing"}`,
    EXIT.configuration,
  );
}

/** Whole or not at all: its secrets are in it. */
async function writeWhole(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const beside = `${path}.${process.pid}`;
  await writeFile(beside, text);
  await rename(beside, path);
}

function shown(path: string, { folder }: Project): string {
  return relative(folder, path);
}
