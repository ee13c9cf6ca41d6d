import { styleText } from "node:util";
import type { Remark, Step } from "./steps.ts";

/** Where a command tells what it does: to a person, or to a program. */
export interface Report {
  /** A line for people; programs do not get it. */
  say(line: string): void;
  step(step: Step | Remark): void;
  /** What the command was run for. */
  result(result: object, text: string): void;
}

const SIGNS: Readonly<
  Record<string, { sign: string; color: "green" | "yellow" | "red" | "magenta"; done: string }>
> = {
  create: { sign: "+", color: "green", done: "created" },
  update: { sign: "~", color: "yellow", done: "updated" },
  delete: { sign: "-", color: "red", done: "deleted" },
  replace: { sign: "±", color: "magenta", done: "replaced" },
  "create-replacement": { sign: "+", color: "green", done: "created anew" },
  "delete-replaced": { sign: "-", color: "red", done: "the old one deleted" },
  import: { sign: "=", color: "green", done: "imported" },
};
const NAME_WIDTH = 20;
const TYPE_WIDTH = 14;

export function reportFor(options: { readonly json?: boolean }): Report {
  return options.json === true ? jsonReport : textReport;
}

const jsonReport: Report = {
  say: () => {},
  step: (step) => print(JSON.stringify(step)),
  result: (result) => print(JSON.stringify(result)),
};

const textReport: Report = {
  say: print,
  step: (step) => {
    const line = step.kind === "step" ? stepLine(step) : remarkLine(step);
    if (line !== undefined) print(line);
  },
  result: (_result, text) => {
    if (text !== "") print(text);
  },
};

function stepLine(step: Step): string | undefined {
  const { sign, color, done } = SIGNS[step.operation] ?? { sign: " ", color: "yellow", done: step.operation };
  const changed = step.properties === undefined ? "" : ` (${step.properties.join(", ")})`;
  const what = {
    planned: `${step.operation}${changed}`,
    started: undefined,
    working: step.seconds === undefined ? step.message : `${step.message} (${step.seconds} s)`,
    done: `${done} in ${step.seconds} s${changed}`,
    failed: "failed",
    found: `found ${step.message}`,
  }[step.state];
  if (what === undefined) return undefined;
  const type = step.type.split(":").at(-1) ?? step.type;
  const text = `  ${sign} ${step.resource.padEnd(NAME_WIDTH)} ${type.padEnd(TYPE_WIDTH)} ${what}`;
  return step.state === "working" ? text : styleText(color, text);
}

/** Errors end the command, which tells them itself. */
function remarkLine({ severity, resource, message }: Remark): string | undefined {
  if (severity === "error") return undefined;
  return styleText("yellow", `  ! ${resource === undefined ? "" : `${resource}: `}${message}`);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
