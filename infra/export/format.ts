import type { StackPlan } from "../plan.ts";

export interface ExportedFile {
  readonly name: string;
  readonly text: string;
}

/** A host's own configuration file, as its own tools take it. */
export interface Format {
  readonly host: string;
  /** Without the value of any secret. */
  files(plan: StackPlan): readonly ExportedFile[];
  /** What one has to know before one uses them and what they have no place for. */
  readonly remarks: readonly string[];
}
