import type { OpMap } from "@pulumi/pulumi/automation/index.js";
import { EXIT, Failure } from "./failure.ts";
import { lockedBy } from "./locks.ts";
import { takeInPendingCreates } from "./pending.ts";
import type { Report } from "./report.ts";
import type { OpenStack } from "./stack.ts";
import { answerTo } from "./terminal.ts";

/** Says what is worked on and where its state lives. */
export function introduce({ name, state }: OpenStack, report: Report): void {
  report.say(
    `stack ${name}, state in ${state.shown} (${state.from}${state.onThisMachine ? ", on this machine" : ""})`,
  );
}

/**
 * What a killed engine left half recorded is put right before anything else.
 * @throws Failure when somebody works on the stack: what is half recorded then is not left behind
 */
export async function recover({ name, stack, holder }: OpenStack, report: Report): Promise<void> {
  if (holder !== undefined) throw lockedBy(name, holder);
  for (const resource of await takeInPendingCreates(stack)) {
    report.say(`${resource} was being created when the engine was killed: it is taken into the state`);
  }
}

/** `2 to create, 3 unchanged`, or `2 created, 3 unchanged`. */
export function summaryOf(changes: OpMap, tense: "planned" | "done"): string {
  const counts = Object.entries(changes).flatMap(([operation, count]) =>
    count === undefined || count === 0 ? [] : [`${count} ${WORDS[operation]?.[tense] ?? operation}`],
  );
  return counts.join(", ") || "nothing to do";
}

const WORDS: Readonly<Record<string, { planned: string; done: string }>> = {
  same: { planned: "unchanged", done: "unchanged" },
  create: { planned: "to create", done: "created" },
  update: { planned: "to update", done: "updated" },
  delete: { planned: "to delete", done: "deleted" },
  replace: { planned: "to replace", done: "replaced" },
  import: { planned: "to import", done: "imported" },
};

/** Whether anything would be done. */
export function changesAnything(changes: OpMap): boolean {
  return Object.entries(changes).some(([operation, count]) => operation !== "same" && (count ?? 0) > 0);
}

/** Asks a person. @throws Failure when nobody is there, or they do not want it */
export async function confirm(question: string): Promise<void> {
  if (!process.stdin.isTTY) {
    throw new Failure("--yes: expected it, because nobody is there to confirm", EXIT.configuration);
  }
  const answer = await answerTo(`${question} [y/N] `);
  if (!/^y(es)?$/i.test(answer?.trim() ?? "")) {
    throw new Failure("not confirmed, nothing was done", EXIT.cancelled);
  }
}
