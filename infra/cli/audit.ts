import { styleText } from "node:util";
import { Command } from "commander";
import { audit, type Audit } from "../audit/audit.ts";
import { AuditConnection } from "../audit/connection.ts";
import type { Finding, Verdict } from "../audit/finding.ts";
import { redisAddress, type RedisAddress } from "../audit/redis-address.ts";
import { AuditRefused } from "../audit/refused.ts";
import { count, counted } from "../audit/words.ts";
import { loadCatalogue } from "../compare/catalogue/catalogue.ts";
import { watchOptionsOf, withWatching, type WatchingOptions } from "./audit-options.ts";
import { EXIT, Failure } from "./failure.ts";
import { reportFor, type Report } from "./report.ts";

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

export function auditCommand(): Command {
  const command = new Command("audit")
    .description(
      "What a Redis with BullMQ costs and risks: watched for a minute, read-only, by its counters.",
    )
    .argument("<redis-url>", "redis://… or rediss://…; a password may be in REDIS_PASSWORD instead")
    .addHelpText(
      "after",
      `
No job is read and nothing is changed: INFO, SCAN, and the lengths of queues; CLIENT LIST where it is permitted.
A Redis user for it: ACL SETUSER audit on >… ~* +@read +info +client|list

Ends with 1 when something is wrong, and when the Redis could not be audited.

Examples:
  $ npx oxy audit redis://localhost:6379
  $ npx oxy audit rediss://audit:…@eu1-name.upstash.io:6379 --seconds 300 --json`,
    )
    .action(auditRedis);
  return withWatching(command);
}

async function auditRedis(url: string, options: WatchingOptions): Promise<void> {
  const report = reportFor(options);
  try {
    const address = redisAddress(withPassword(url));
    const watching = watchOptionsOf(options);
    const catalogue = await loadCatalogue({ providers: ["upstash"] });
    const connection = await AuditConnection.open(address);
    try {
      report.say(`${address.shown}: watched for ${watching.seconds} s …`);
      const found = await audit(connection, { ...watching, catalogue });
      tell(report, address, found);
    } finally {
      connection.close();
    }
  } catch (error) {
    if (error instanceof AuditRefused) throw new Failure(error.message);
    throw error;
  }
}

/** So that it need not stand in the shell's history. */
function withPassword(text: string): string {
  const password = process.env["REDIS_PASSWORD"];
  if (!password || !URL.canParse(text)) return text;
  const url = new URL(text);
  if (url.password === "") url.password = encodeURIComponent(password);
  return url.href;
}

function tell(report: Report, { shown }: RedisAddress, found: Audit): void {
  report.result({ kind: "result", redis: shown, ...found }, textFor(shown, found));
  if (found.findings.some(({ verdict }) => verdict === "wrong")) process.exitCode = EXIT.error;
}

function textFor(shown: string, { version, queues, findings, plans, rates }: Audit): string {
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
