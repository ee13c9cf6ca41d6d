import type { ProcessPlan } from "../host.ts";
import { remoteName } from "../provider/remote-name.ts";

/** Of a service's name; every host takes more. */
const LONGEST_NAME = 60;

/** The environment of a process, without a secret's value. */
export function settingsOf({ environment }: Pick<ProcessPlan, "environment">): {
  readonly plain: Readonly<Record<string, string>>;
  /** Names of what is secret, the store's address among them. */
  readonly secret: readonly string[];
} {
  const all = Object.entries(environment);
  return {
    plain: Object.fromEntries(
      all.flatMap(([name, value]) => (typeof value === "string" ? [[name, value]] : [])),
    ),
    secret: all.flatMap(([name, value]) => (typeof value === "string" ? [] : [name])),
  };
}

/** Another name than that of what `oxy` has deployed: it comes up beside that, and neither is changed by the other. */
export function exportedName(stack: string, fleet: string, process: string): string {
  return remoteName([stack, fleet, process], LONGEST_NAME);
}
