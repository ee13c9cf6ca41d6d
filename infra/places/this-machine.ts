import type { StackResources } from "../stack-resources.ts";
import { declare, type Declared } from "../provider/declare.ts";
import { machine } from "../provider/local/machine.ts";

/** The stack's place on this machine, for whatever of the stack is on it. */
export function thisMachine({
  shared,
  stack,
  provider,
  dependsOn,
}: Pick<StackResources, "shared" | "stack" | "provider" | "dependsOn">): Declared<object> {
  return shared("machine", () =>
    declare(machine, "machine", { stack }, { provider, dependsOn: [...dependsOn] }),
  );
}
