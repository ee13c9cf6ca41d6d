import Table from "cli-table3";
import type { Estimate } from "../compare/estimate.ts";
import type { Measurement, Quantiles } from "./measurement.ts";
import { measures, type MeasureName } from "./measures.ts";
import type { Outcome } from "./outcome.ts";
import type { BenchmarkResult, TargetResult } from "./result.ts";

/** So many fit side by side into 100 columns. */
const ABREAST = 4;

interface Row {
  readonly title: string;
  readonly of: (outcome: Outcome) => string;
  /** Whose limit is shown. */
  readonly limit?: MeasureName;
}

const ROWS: readonly Row[] = [
  { title: "messages/s offered", of: ({ measurement }) => figure(measurement.offeredPerSecond, 2) },
  {
    title: "messages/s answered",
    of: ({ measurement }) => figure(measurement.answeredPerSecond, 2),
    limit: "answeredPerSecond",
  },
  timeRow("reply p50 ms", ({ reply }) => reply.p50, "replyP50Ms"),
  timeRow("reply p95 ms", ({ reply }) => reply.p95, "replyP95Ms"),
  timeRow("reply p99 ms", ({ reply }) => reply.p99, "replyP99Ms"),
  splitRow("  behind p50/p95", ({ split }) => split.behind),
  splitRow("  queue p50/p95", ({ split }) => split.queue, "queueP95Ms"),
  splitRow("  AI p50/p95", ({ split }) => split.ai),
  splitRow("  send p50/p95", ({ split }) => split.send, "sendP95Ms"),
  countRow("messages", ({ messages }) => messages),
  countRow("answered", ({ answered }) => answered),
  countRow("fallback instead", ({ failed }) => failed),
  countRow("lost", ({ lost }) => lost, "lost"),
  countRow("seen twice", ({ seenTwice }) => seenTwice, "seenTwice"),
  countRow("unreadable", ({ undecryptable, nacks }) => undecryptable + nacks, "unreadable"),
  countRow("holding messages", ({ holdingMessages }) => holdingMessages),
  {
    title: "Redis commands/message",
    of: (outcome) => figure(measures.redisCommandsPerMessage.of(outcome), 1),
    limit: "redisCommandsPerMessage",
  },
  { title: "deploy s", of: ({ deploySeconds }) => figure(deploySeconds, 1), limit: "deploySeconds" },
  { title: "drain s", of: ({ drainSeconds }) => figure(drainSeconds, 1), limit: "drainSeconds" },
  timeRow("written late p95 ms", ({ writtenLate }) => writtenLate.p95, "writtenLateP95Ms"),
];

/** Targets side by side. */
export function resultTable({ targets, limits }: BenchmarkResult): string {
  if (targets.every(({ outcome }) => outcome === undefined)) return "nothing was measured";
  const tables: string[] = [];
  for (let from = 0; from < targets.length; from += ABREAST) {
    const some = targets.slice(from, from + ABREAST);
    const table = new Table({
      head: ["", ...some.map(({ name }) => name), "limit"],
      colAligns: ["left", ...some.map(() => "right" as const), "right"],
      style: { head: [], border: [], compact: true },
    });
    table.push(["", ...some.map(({ judged }) => judged.verdict), ""]);
    for (const { title, of, limit } of ROWS)
      table.push([title, ...some.map((target) => cell(target, of)), limitText(limit, limits)]);
    tables.push(table.toString());
  }
  return tables.join("\n");
}

function cell({ outcome }: TargetResult, of: Row["of"]): string {
  return outcome === undefined ? "–" : of(outcome);
}

function limitText(name: MeasureName | undefined, limits: BenchmarkResult["limits"]): string {
  const limit = name === undefined ? undefined : limits[name];
  if (name === undefined || limit === undefined) return "";
  return `${measures[name].limit === "most" ? "≤" : "≥"} ${limit}`;
}

function timeRow(title: string, of: (measurement: Measurement) => Estimate, limit: MeasureName): Row {
  return { title, of: ({ measurement }) => figure(of(measurement), 0), limit };
}

function splitRow(title: string, of: (measurement: Measurement) => Quantiles, limit?: MeasureName): Row {
  return {
    title,
    of: ({ measurement }) => {
      const { p50, p95 } = of(measurement);
      return `${figure(p50, 0)} / ${figure(p95, 0)}`;
    },
    ...(limit === undefined ? {} : { limit }),
  };
}

function countRow(title: string, of: (measurement: Measurement) => number, limit?: MeasureName): Row {
  return { title, of: ({ measurement }) => `${of(measurement)}`, ...(limit === undefined ? {} : { limit }) };
}

function figure(estimate: Estimate, digits: number): string {
  if (estimate.kind === "known") return estimate.low.toFixed(digits);
  return estimate.atLeast > 0 ? `> ${estimate.atLeast.toFixed(digits)}` : "unknown";
}
