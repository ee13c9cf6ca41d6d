import type { OutputMap } from "@pulumi/pulumi/automation/index.js";
import type { Planned } from "../deploy.ts";
import type { Interruption, PlannedStep } from "../interruption.ts";
import { interruptionsOf } from "../interruptions.ts";
import { costChange, type CostChange } from "../monthly-cost/cost-change.ts";
import { costOf } from "../monthly-cost/stack-cost.ts";
import { unknownIn } from "../monthly-cost/monthly-cost.ts";
import type { StackPlan } from "../plan.ts";
import type { Report } from "./report.ts";
import type { Remark, Step } from "./steps.ts";

/** What a deployment would do to the bill. */
export type BillChange =
  | {
      readonly kind: "known";
      readonly change: CostChange;
      readonly unknown: readonly string[];
      /** ISO 8601: when the newest of the prices was last seen at its source. */
      readonly asOf: string | undefined;
    }
  /** Not even partly. */
  | { readonly kind: "unknown"; readonly why: string };

/** Gathers what the program and the engine tell while they plan. */
export class PlannedDeployment {
  readonly steps: PlannedStep[] = [];
  #planned: Planned | undefined;

  /** What the program is going to deploy. @throws Error before it said so */
  get planned(): Planned {
    if (this.#planned === undefined) throw new Error("the program has not planned anything yet");
    return this.#planned;
  }

  readonly take = async (planned: Planned): Promise<void> => void (this.#planned = planned);

  /** Tells the same, and keeps what is planned. */
  toldBy(report: Report): Report {
    const step = (told: Step | Remark): void => {
      if (told.kind === "step" && told.state === "planned" && isPlanned(told.operation))
        this.steps.push({
          operation: told.operation,
          resource: told.resource,
          type: told.type,
          properties: told.properties ?? [],
        });
      report.step(told);
    };
    return { say: (line) => report.say(line), result: (result, text) => report.result(result, text), step };
  }
}

function isPlanned(operation: string): operation is PlannedStep["operation"] {
  return ["create", "delete", "replace", "update"].includes(operation);
}

/** What is deployed, by a stack's outputs; undefined where nothing is. */
export function planIn(outputs: OutputMap): StackPlan | undefined {
  return outputs["plan"]?.value as StackPlan | undefined;
}

/** Before and after by the prices of today. */
export async function billChange(
  before: StackPlan | undefined,
  { plan, usage }: Planned,
): Promise<BillChange> {
  const [old, fresh] = await Promise.all([
    before === undefined ? undefined : costOf(before, { usage }),
    costOf(plan, { usage }),
  ]);
  if (fresh.kind === "unpriced") return { kind: "unknown", why: fresh.why };
  if (old?.kind === "unpriced") return { kind: "unknown", why: `of what is deployed, ${old.why}` };
  const lines = [...(old?.cost.lines ?? []), ...fresh.cost.lines];
  const seen = lines.flatMap(({ entries }) => entries.map(({ observedAt }) => observedAt)).toSorted();
  return {
    kind: "known",
    change: costChange(old, fresh),
    unknown: unknownIn(fresh),
    asOf: seen.at(-1),
  };
}

/**
 * What is interrupted; undefined where nothing runs yet. Where this version does not understand what another one has
 * deployed, it says so.
 */
export function interruptionsBy(
  steps: readonly PlannedStep[],
  before: StackPlan | undefined,
  after: StackPlan,
): readonly Interruption[] | undefined {
  if (before === undefined) return undefined;
  try {
    return interruptionsOf(before, after, steps);
  } catch (error) {
    const how = `what is deployed was planned by another version: ${(error as Error).message}`;
    return [{ of: "the stack", effect: "unknown", how }];
  }
}
