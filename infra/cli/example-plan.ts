import { parse } from "yaml";
import type { StackPlan } from "../plan.ts";
import { exampleNamed } from "./examples.ts";
import { filePlan } from "./file-plan.ts";
import type { StackFile } from "./project.ts";
import { requiredStack } from "./stack-text.ts";
import { withExample } from "./with-example.ts";

/** Examples name sources, and so may a stack's file: this stands for what a registry would have of them. */
export const IMAGE_STAND_IN = `registry.example/oxy-worker@sha256:${"0".repeat(64)}`;

/** A plan, and whether what it runs is only a stand-in. */
export interface ExamplePlan {
  readonly plan: StackPlan;
  readonly example: string;
  readonly hasStandIn: boolean;
}

/**
 * What would be deployed if a stack were begun from an example.
 * @throws Failure when there is no such example, or with every reason why it could not be deployed
 */
export async function examplePlan(
  name: string,
  {
    stack,
    project,
    image,
  }: { readonly stack?: string | undefined; readonly project: string; readonly image?: string | undefined },
): Promise<ExamplePlan> {
  const { name: example, text } = await exampleNamed(name);
  const file = parse(withExample(undefined, text, project)) as StackFile;
  const hasStandIn = image === undefined && namesSources(file, project);
  const parts = {
    stack: requiredStack(stack ?? example),
    project,
    image: hasStandIn ? IMAGE_STAND_IN : image,
  };
  return { plan: filePlan(file, parts), example, hasStandIn };
}

/** Which only this machine runs. */
export function namesSources({ config = {} }: StackFile, project: string): boolean {
  return `${config[`${project}:image`] as string}`.startsWith(".");
}
