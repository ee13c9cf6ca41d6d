import type { Effected } from "../../interruption.ts";

/** docs/stores/local.md */
export function interruptsStore(): Effected {
  return { effect: "none", how: "is changed while it runs, and nobody who is connected notices" };
}
