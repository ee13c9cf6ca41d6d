import type { Selection } from "./selection.ts";
import type { SortedSettings } from "./worker-settings.ts";

/** Something that was seen and is unwise. */
export interface Advice {
  /** In a word, for programs. */
  readonly topic: string;
  readonly what: string;
  readonly why: string;
  /** Each a command, or what to do. */
  readonly steps: readonly string[];
}

export interface AdviceParts {
  readonly stack: string;
  readonly selection: Selection;
  readonly settings: SortedSettings;
  /** Whether what runs today is this worker. */
  readonly isOurs: boolean;
}

/** What brings it about that `oxy up` writes. */
export function releasing(what: "fleet" | "store", stack: string): string {
  return `take it over: remove hold from the ${what} in the stack's file, then npx oxy preview and npx oxy up -s ${stack}`;
}
