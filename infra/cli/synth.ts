import { join, relative, resolve } from "node:path";
import { Command } from "commander";
import { projectDirectory } from "../home.ts";
import type { StackPlan } from "../plan.ts";
import { IMAGE_REFERENCE } from "../stack-config/image-reference.ts";
import { contentsOf, type Contents } from "../synth/contents.ts";
import { OtherStack, writeModule } from "../synth/files.ts";
import { NotSynthesizable, synthesize } from "../synth/synthesize.ts";
import type { TerraformJson } from "../synth/terraform-json.ts";
import { examplePlan, IMAGE_STAND_IN } from "./example-plan.ts";
import { EXIT, Failure } from "./failure.ts";
import { filePlan } from "./file-plan.ts";
import { openProject, type Project } from "./project.ts";
import { reportFor } from "./report.ts";

interface SynthOptions {
  readonly stack?: string;
  readonly example?: string;
  readonly output?: string;
  readonly image?: string;
  readonly cwd?: string;
  readonly json?: boolean;
}

/** As CDKTF names it; each stack has its folder in it, because Terraform keeps its state there. */
const OUTPUT = join("cdktf.out", "stacks");

export function synthCommand(): Command {
  return new Command("synth")
    .description(
      "Write a stack on AWS as Terraform JSON, through CDKTF: the same resources that oxy up makes.",
    )
    .option("-s, --stack <name>", "the environment: a file stacks/Pulumi.<name>.yaml")
    .option("--example <name>", "one of stacks/examples instead, as if a stack were begun from it")
    .option("-o, --output <folder>", `where to write it (default: ${OUTPUT}/<stack>)`)
    .option("--image <reference>", "as if the stack's config said so")
    .option("-C, --cwd <folder>", "the folder of Pulumi.yaml (default: this project's)")
    .option("--json", "print what is in it as a line of JSON")
    .addHelpText(
      "after",
      `
It needs no engine, no account, no Terraform and no secret, and holds none: they are variables of the module.

Examples:
  $ npx oxy synth -s production
  $ npx oxy synth --example aws-minimal -o terraform
  $ terraform -chdir=terraform init && terraform -chdir=terraform apply`,
    )
    .action(synthStack);
}

async function synthStack(options: SynthOptions): Promise<void> {
  const report = reportFor(options);
  const project = await openProject(resolve(options.cwd ?? projectDirectory));
  const { plan, remarks } = await planned(project, options);
  const module = await synthesized(plan);
  const folder = resolve(options.output ?? join(project.folder, OUTPUT, plan.stack));
  const path = await written(folder, module);
  for (const remark of remarks) process.stderr.write(`oxy: ${remark}\n`);
  const contents = contentsOf(module);
  report.result(
    { kind: "result", stack: plan.stack, path, ...contents, remarks },
    textFor(plan, contents, folder, path),
  );
}

async function planned(
  project: Project,
  { stack: name, example, image }: SynthOptions,
): Promise<{ readonly plan: StackPlan; readonly remarks: readonly string[] }> {
  if (image !== undefined && !IMAGE_REFERENCE.test(image))
    throw new Failure(
      `--image: expected registry/name@sha256:<digest> or registry/name:tag, got "${image}"`,
      EXIT.configuration,
    );
  if (example === undefined) {
    if (name === undefined)
      throw new Failure("-s: expected a stack, or --example with one of stacks/examples", EXIT.configuration);
    const file = await project.stackFile(name);
    return { plan: filePlan(file, { stack: name, project: project.name, image }), remarks: [] };
  }
  const {
    plan,
    example: found,
    hasStandIn,
  } = await examplePlan(example, {
    stack: name,
    project: project.name,
    image,
  });
  return {
    plan,
    remarks: hasStandIn
      ? [
          `example ${found} names sources, which AWS does not run: --image names what is to run instead of ${IMAGE_STAND_IN}`,
        ]
      : [],
  };
}

async function synthesized(plan: StackPlan): Promise<TerraformJson> {
  try {
    return await synthesize(plan);
  } catch (error) {
    if (error instanceof NotSynthesizable) throw new Failure(error.message, EXIT.configuration);
    throw error;
  }
}

async function written(folder: string, module: TerraformJson): Promise<string> {
  try {
    return await writeModule(folder, module);
  } catch (error) {
    if (error instanceof OtherStack) throw new Failure(`--output: ${error.message}`, EXIT.configuration);
    throw error;
  }
}

function textFor(
  { stack }: StackPlan,
  { resources, types, variables, outputs }: Contents,
  folder: string,
  path: string,
): string {
  const width = Math.max(...Object.keys(types).map((type) => type.length));
  const longest = Math.max(...variables.map(({ name }) => name.length));
  const shown = relative(process.cwd(), folder) || ".";
  return [
    `${relative(process.cwd(), path)}: stack ${stack}, ${resources} resources`,
    ...Object.entries(types).map(([type, count]) => `  ${type.padEnd(width)}  ${count}`),
    ...(outputs.length === 0 ? [] : [`Outputs: ${outputs.join(", ")}`]),
    "Variables without a value, all secret (TF_VAR_<name>; Terraform asks for what is not set):",
    ...variables.map(({ name, description }) => `  ${name.padEnd(longest)}  ${description}`),
    "Terraform's state holds them in clear: a backend.tf beside it says where it is kept, encrypted.",
    `Next: terraform -chdir=${shown} init && terraform -chdir=${shown} apply`,
  ].join("\n");
}
