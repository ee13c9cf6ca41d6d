import type { StackResources } from "../stack-resources.ts";
import { declare, type Declared } from "../provider/declare.ts";
import { project, type ProjectOutputs } from "../provider/railway/project.ts";

/** The stack's project at Railway, for whatever of the stack is in it. */
export function railwayProject({
  shared,
  stack,
  provider,
  dependsOn,
}: Pick<StackResources, "shared" | "stack" | "provider" | "dependsOn">): Declared<ProjectOutputs> {
  return shared("railway-project", () =>
    declare(project, "railway-project", { stack }, { provider, dependsOn: [...dependsOn] }),
  );
}
