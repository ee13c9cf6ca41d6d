import type { StorePlan } from "../../store.ts";

/** What a store keeps when its one machine, or the one that leads, dies. */
export type Keeps = "nearly all" | "what a snapshot has" | "nothing";

/** Read from what its plan says it may lose; the test says it of every store, so that other words for it are noticed. */
export function keepsOf({ mayLose }: StorePlan): Keeps {
  if (mayLose.startsWith("everything since")) return "what a snapshot has";
  return mayLose.startsWith("everything") ? "nothing" : "nearly all";
}

/** Another one takes over: a copy is kept beside it. */
export function isReplicated({ mayLose }: StorePlan): boolean {
  return mayLose.startsWith("what was not yet copied");
}
