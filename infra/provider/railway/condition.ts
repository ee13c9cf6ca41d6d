import { isDeepStrictEqual } from "node:util";
import { isLive } from "./revisions.ts";
import { ownVariables, type SeenService } from "./services.ts";
import { isDeployed, settingsChanged, type DeclaredService } from "./settings.ts";

export const AS_DECLARED = "running";

/** `running`, or what is not as declared. */
export function conditionOf(seen: SeenService, declared: DeclaredService): string {
  const { latest, active, variables } = seen;
  if (!active.some(isLive)) {
    if (latest === undefined) return "not deployed";
    return isLive(latest) ? "stopped" : latest.status.toLowerCase();
  }
  const own = ownVariables(variables, declared.variables);
  const changed = [
    ...settingsChanged(seen, declared),
    ...(isDeepStrictEqual(own, declared.variables) ? [] : ["variables"]),
  ];
  if (changed.length > 0) return `running with other settings: ${changed.join(", ")}`;
  return isDeployed(seen) ? AS_DECLARED : "running an earlier release";
}
