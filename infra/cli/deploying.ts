import { createInterface } from "node:readline/promises";
import type { OpMap } from "@pulumi/pulumi/automation/index.js";
import { EXIT, Failure } from "./failure.ts";
import { takeInPendingCreates } from "./pending.ts";
import type { Report } from "./report.ts";
import type { OpenStack } from "./stack.ts";

/** Says what is worked on and where its state lives. */
export function introduce({ name, state }: OpenStack, report: Report): void {
  report.say(
    `stack ${name}, state in ${state.url} (${state.from}${state.onThisMachine ? ", on this machine" : ""})`,
  );
}

/** What a killed engine left half recorded is put right before anything else. */
export async function recover({ stack }: OpenStack, report: Report): Promise<void> {
  for (const name of await takeInPendingCreates(stack)) {
    report.say(`${name} was being created when the engine was killed: it is taken into the state`);
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
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const answer = await terminal.question(`${question} [y/N] `);
    if (!/^y(es)?$/i.test(answer.trim()))
      throw new Failure("not confirmed, nothing was done", EXIT.cancelled);
  } finally {
    terminal.close();
  }
}
