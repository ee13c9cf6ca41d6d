import type { ProcessPlan } from "./host.ts";

/** What the engine would do to a resource of a stack. */
export interface PlannedStep {
  readonly operation: "create" | "delete" | "replace" | "update";
  /** Its name in the program. */
  readonly resource: string;
  readonly type: string;
  /** Names of those that differ, of an update. */
  readonly properties: readonly string[];
}

/**
 * `none`: nobody notices. `hand-over`: each number is without a connection for a moment. `pause`: what it does waits.
 * `loss`: something that it keeps is gone.
 */
export type Effect = "hand-over" | "loss" | "none" | "pause" | "unknown";

export interface Effected {
  readonly effect: Effect;
  /** In words, as a predicate: what it was planned for stands before it. */
  readonly how: string;
}

/** What a change does to what runs. */
export interface Interruption extends Effected {
  /** Whose work: `main all`, `store`. */
  readonly of: string;
}

/** A step, and the plans that it leads from and to. */
export interface PlannedChange<Plan> {
  readonly step: PlannedStep;
  readonly before: Plan;
  readonly after: Plan;
}

/** The same of a fleet. */
export interface FleetChange<Plan> extends PlannedChange<Plan> {
  /** Whose resource it is; what else a fleet has at its host is nobody's. */
  readonly process?: ProcessPlan;
}

/** Where two processes are there for a while, leases keep their numbers apart. Who serves HTTP alone holds none. */
export function handsOver({ role }: Pick<ProcessPlan, "role">, how: string): Effected {
  if (role === "web") return { effect: "none", how: `${how}; it holds no number` };
  return { effect: "hand-over", how: `${how}; then each number is without a connection for a moment` };
}

/** A store that nobody reaches for a while. @param how who is away, and for how long */
export function waitsForStore(how: string): Effected {
  return {
    effect: "pause",
    how: `${how}; meanwhile workers wait, no message is accepted, and WhatsApp keeps what customers write`,
  };
}

/** Whether nothing else differs. The engine names what is inside of a property by its path: `guest.memoryMb`. */
export function isOnly({ properties }: PlannedStep, ...those: readonly string[]): boolean {
  const names = properties.map((path) => path.split(/[.[]/, 1)[0] ?? "");
  return names.length > 0 && names.every((name) => those.includes(name));
}
