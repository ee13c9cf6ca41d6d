import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { Command } from "commander";
import type { ExportedFile, Format } from "../export/format.ts";
import { formats } from "../export/formats.ts";
import { projectDirectory } from "../home.ts";
import { nearest } from "../stack-config/problems.ts";
import type { StackPlan } from "../plan.ts";
import { EXIT, Failure } from "./failure.ts";
import { filePlan } from "./file-plan.ts";
import { openProject } from "./project.ts";
import { reportFor } from "./report.ts";

interface ExportOptions {
  readonly stack: string;
  readonly format: string;
  readonly output?: string;
  readonly image?: string;
  readonly cwd?: string;
  readonly json?: boolean;
}

export function exportCommand(): Command {
  return new Command("export")
    .description("Print a stack as its host's own configuration file: the way out.")
    .requiredOption("-s, --stack <name>", "the environment: a file stacks/Pulumi.<name>.yaml")
    .requiredOption("-f, --format <file>", `one of ${Object.keys(formats).join(", ")}`)
    .option("-o, --output <folder>", "write it there instead of printing it")
    .option("--image <reference>", "as if the stack's config said so")
    .option("-C, --cwd <folder>", "the folder of Pulumi.yaml (default: this project's)")
    .option("--json", "print the files as a line of JSON")
    .addHelpText(
      "after",
      `
It needs no engine, no account and no secret, and holds none: where one belongs is said.

Examples:
  $ npx oxy export -s staging --format render.yaml > render.yaml
  $ npx oxy export -s staging --format fly.toml --output fly`,
    )
    .action(exportStack);
}

async function exportStack(options: ExportOptions): Promise<void> {
  const report = reportFor(options);
  const { stack, output } = options;
  const format = formatNamed(options.format);
  const project = await openProject(resolve(options.cwd ?? projectDirectory));
  const file = await project.stackFile(stack);
  const plan = filePlan(file, { stack, project: project.name, image: options.image });
  requireHost(plan, options.format, format);
  const files = format.files(plan);
  // Not on standard output: that is the file.
  for (const remark of format.remarks) process.stderr.write(`oxy: ${remark}\n`);
  if (output !== undefined) await write(output, files);
  const result = { kind: "result", stack, format: options.format, files, remarks: format.remarks };
  report.result(result, output === undefined ? printed(files) : written(output, files));
}

function formatNamed(name: string): Format {
  const format = formats[name];
  if (format !== undefined) return format;
  const names = Object.keys(formats);
  const hint = nearest(name, names);
  throw new Failure(
    `--format: expected one of ${names.join(", ")}, got "${name}"${hint === undefined ? "" : `; ${hint}`}`,
    EXIT.configuration,
  );
}

/** @throws Failure when a fleet is on another host */
function requireHost({ stack, fleets }: StackPlan, name: string, { host }: Format): void {
  const other = fleets.find((fleet) => fleet.host !== host);
  if (other === undefined) return;
  const [own] = Object.entries(formats).find(([, format]) => format.host === other.host) ?? [];
  const instead = own === undefined ? "" : `; its own format is ${own}`;
  throw new Failure(
    `--format: expected a format of host ${other.host}, which fleet ${other.name} of stack ${stack} is on, ` +
      `got ${name}${instead}`,
    EXIT.configuration,
  );
}

async function write(folder: string, files: readonly ExportedFile[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const { name, text } of files) await writeFile(join(folder, name), text);
}

function written(folder: string, files: readonly ExportedFile[]): string {
  return files.map(({ name }) => `${join(folder, name)} is written`).join("\n");
}

/** One is a file as it is; of several, each is named. */
function printed(files: readonly ExportedFile[]): string {
  const [only, ...others] = files;
  if (only !== undefined && others.length === 0) return only.text.trimEnd();
  return files
    .map(({ name, text }) => `==> ${name} <==\n${text}`)
    .join("\n")
    .trimEnd();
}
