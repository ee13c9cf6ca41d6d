import type { Answered, LiveProject } from "./project.ts";

/** What is done with a real host or store, and what has to come of it. */
interface Step {
  readonly name: string;
  readonly args: readonly string[];
  readonly input?: string;
  /** What is wrong with what it answered. */
  wrong?(answered: Answered): string | undefined;
}

/** What no answer is needed from: nobody writes to its workers. */
const ANY_KEY = "sk-of-a-test-that-asks-nothing";

const STEPS: readonly Step[] = [
  { name: "keep a secret", args: ["secret", "set", "OPENAI_API_KEY"], input: ANY_KEY },
  { name: "preview", args: ["preview"] },
  { name: "create", args: ["up", "--yes"] },
  { name: "read again, and find nothing changed", args: ["preview", "--expect-no-changes"] },
  { name: "update without a change", args: ["up", "--yes", "--expect-no-changes"] },
  { name: "status", args: ["status"], wrong: notRunning },
  { name: "logs", args: ["logs", "-n", "20"], wrong: silent },
];

export interface ConformanceReport {
  readonly failures: readonly string[];
  /** What could not be removed. */
  readonly left: readonly string[];
}

/**
 * Deploys, looks, and takes everything away again, whatever happened before.
 * @param signal ends it early: what was made is removed then
 * @param tell a line each
 */
export async function conformance(
  project: LiveProject,
  { signal, tell }: { readonly signal: AbortSignal; readonly tell: (line: string) => void },
): Promise<ConformanceReport> {
  const failures: string[] = [];
  const interrupt = (): void => project.interrupt();
  signal.addEventListener("abort", interrupt);
  for (const step of STEPS) {
    if (signal.aborted) failures.push(`${step.name}: not done (${String(signal.reason)})`);
    else failures.push(...(await done(step, project, tell)));
    if (failures.length > 0) break;
  }
  signal.removeEventListener("abort", interrupt);
  const left = await removed(project, failures, tell);
  return { failures, left };
}

async function done(step: Step, project: LiveProject, tell: (line: string) => void): Promise<string[]> {
  const began = performance.now();
  const answered = await project.oxy(step.args, {
    ...(step.input === undefined ? {} : { input: step.input }),
    told: (answer) => {
      const line = progressOf(answer);
      if (line !== undefined) tell(`       ${line}`);
    },
  });
  const wrong =
    answered.code === 0 ? step.wrong?.(answered) : answered.said || `it ended with ${answered.code}`;
  const seconds = ((performance.now() - began) / 1_000).toFixed(1);
  tell(`${wrong === undefined ? "ok    " : "failed"} ${step.name} (${seconds} s)`);
  return wrong === undefined ? [] : [`${step.name}: ${wrong}`];
}

/** Twice, if need be: what a cut-off creation left, the first one takes in. @returns what is left */
async function removed(
  project: LiveProject,
  failures: string[],
  tell: (line: string) => void,
): Promise<readonly string[]> {
  const step: Step = { name: "delete", args: ["destroy", "--yes"] };
  const first = await done(step, project, tell);
  const problems = first.length === 0 ? [] : await done(step, project, tell);
  const left = await project.remaining();
  if (left.length > 0) failures.push(...problems);
  return left;
}

function notRunning({ answers }: Answered): string | undefined {
  const result = answers.find(({ kind }) => kind === "result") as
    | { readonly processes: readonly { readonly process: { name: string; condition: string } }[] }
    | undefined;
  const processes = (result?.processes ?? []).map(({ process }) => process);
  if (processes.length === 0) return "it shows no process";
  const others = processes.filter(({ condition }) => condition !== "running");
  return others.length === 0
    ? undefined
    : others.map(({ name, condition }) => `${name} is ${condition}`).join(", ");
}

function silent({ answers }: Answered): string | undefined {
  return answers.length === 0 ? "no process printed a line" : undefined;
}

function progressOf(answer: object): string | undefined {
  const { kind, state, operation, resource, seconds } = answer as Readonly<Record<string, unknown>>;
  if (kind !== "step" || state !== "done") return undefined;
  return `${String(operation)} ${String(resource)} in ${String(seconds)} s`;
}
