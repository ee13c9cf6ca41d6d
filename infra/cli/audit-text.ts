import { styleText } from "node:util";
import type { Audit } from "../audit/audit.ts";
import type { Finding, Verdict } from "../audit/finding.ts";
import { count, counted } from "../audit/words.ts";

const SIGNS: Readonly<Record<Verdict, { word: string; color: "green" | "yellow" | "red" | "gray" }>> = {
  ok: { word: "ok", color: "green" },
  risk: { word: "risk", color: "yellow" },
  wrong: { word: "wrong", color: "red" },
  unknown: { word: "unknown", color: "gray" },
};
const WORD_WIDTH = 7;
const TEXT_WIDTH = 100;
const INDENT = "          ";
const SHOWN_QUEUES = 20;

/** For a terminal of 100 columns. @param shown what was audited, without a password */
export function auditText(shown: string, { version, queues, findings, plans, rates }: Audit): string {
  const versions = [...new Set(queues.flatMap((queue) => queue.version ?? []))].join(", ");
  const head = [
    `${shown}${version === undefined ? "" : `, Redis ${version}`}: ${counted(queues.length, "queue")}`,
    versions === "" ? "" : ` of ${versions}`,
    `, ${count(rates.seen.all)} commands in ${Math.round(rates.seconds)} s`,
  ].join("");
  const lines = queues.slice(0, SHOWN_QUEUES).map((queue) => {
    const workers = queue.workers === undefined ? "" : `, ${counted(queue.workers, "worker")}`;
    const { prefix, name, waiting, active, delayed, failed, completed } = queue;
    return (
      `  ${prefix}:${name}  waiting ${count(waiting)}, active ${count(active)}, delayed ${count(delayed)}, ` +
      `failed ${count(failed)}, completed ${count(completed)}${workers}`
    );
  });
  const more = queues.length > SHOWN_QUEUES ? [`  and ${queues.length - SHOWN_QUEUES} more`] : [];
  const sources = [...plans.payAsYouGo.entries, ...(plans.fixed === null ? [] : [plans.fixed.entry])];
  return [
    head,
    ...lines,
    ...more,
    "",
    ...findings.map(findingText),
    "",
    `Prices of ${plans.day}:`,
    ...(sources.length === 0 ? ["  none is known for that day"] : []),
    ...sources.map(({ id, source, observedAt }) => `  ${id}: ${source}, seen ${observedAt}`),
  ].join("\n");
}

function findingText({ verdict, about, text, remedy }: Finding): string {
  const { word, color } = SIGNS[verdict];
  const said = wrapped(`${about}: ${text}`);
  const advice = remedy === undefined ? [] : wrapped(`→ ${remedy}`);
  const [first = "", ...others] = [...said, ...advice];
  return [
    `  ${styleText(color, word.padEnd(WORD_WIDTH))} ${first}`,
    ...others.map((line) => INDENT + line),
  ].join("\n");
}

function wrapped(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + word.length > TEXT_WIDTH - INDENT.length) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
