import { execFileSync } from "node:child_process";
import type { Fact } from "./facts.ts";

/** How a fact is said in the catalogue: what it is, and in which of its units. */
const WORDS: Readonly<Record<string, readonly [about: string, unit: string]>> = {
  "oxy/idle/commands-minute/standard/client": ["commands that an idle process sends in a minute", "command"],
  "oxy/idle/commands-minute/economy/client": [
    "commands that an idle process sends in a minute, at a long lease",
    "command",
  ],
  "oxy/idle/commands-minute/economy/inside": [
    "commands inside its scripts, in a minute, at a long lease",
    "command",
  ],
  "oxy/idle/commands-minute/standard/inside": ["commands inside its scripts, in a minute", "command"],
  "oxy/idle/commands-minute/fast-failover/client": [
    "commands that an idle process sends in a minute, at a short lease",
    "command",
  ],
  "oxy/idle/commands-minute/fast-failover/inside": [
    "commands inside its scripts, in a minute, at a short lease",
    "command",
  ],
  "oxy/idle/to-store-bytes-minute": ["what an idle process sends to its store in a minute", "byte"],
  "oxy/idle/from-store-bytes-minute": ["what it receives from its store in a minute", "byte"],
  "oxy/idle/log-bytes-minute": ["what an idle process logs in a minute", "byte"],
  "oxy/idle/cpu-ms-minute": ["CPU of an idle process in a minute", "ms"],
  "oxy/idle/memory-mb": ["memory of an idle process without a session", "MB"],
  "oxy/session/memory-mb": ["memory that each WhatsApp session adds to its process", "MB"],
  "oxy/session/egress-bytes-minute": ["what an idle session sends to WhatsApp in a minute", "byte"],
  "oxy/session/cpu-ms-minute": ["CPU of an idle session in a minute", "ms"],
  "oxy/session/store-mb": ["memory that each session adds to the store", "MB"],
  "oxy/store/memory-mb": ["memory of a store without a session", "MB"],
  "oxy/store/cpu-ms-minute": ["CPU of a store in a minute, with one idle process", "ms"],
  "oxy/message/commands/client": ["commands that a process sends for a message and its answer", "command"],
  "oxy/message/commands/inside": ["commands inside its scripts, for a message and its answer", "command"],
  "oxy/message/to-store-bytes": ["what is sent to the store for a message", "byte"],
  "oxy/message/from-store-bytes": ["what is received from the store for a message", "byte"],
  "oxy/message/egress-bytes": ["what is sent to WhatsApp and the AI for a message", "byte"],
  "oxy/message/log-bytes": ["what is logged for a message", "byte"],
  "oxy/message/cpu-ms": ["CPU of the process for a message", "ms"],
  "oxy/message/store-cpu-ms": ["CPU of the store for a message", "ms"],
  "oxy/conversation/store-bytes": [
    "memory that a customer adds to the store who wrote once and was answered",
    "byte",
  ],
  "oxy/load/memory-mb": ["most memory of a process with ten sessions in a burst", "MB"],
  "bullmq/idle/commands-minute/client": [
    "commands that three workers of BullMQ send in a minute when idle, as they come",
    "command",
  ],
  "bullmq/idle/commands-minute/inside": ["commands inside BullMQ's scripts, in a minute", "command"],
  "bullmq/job/commands/client": ["commands that clients send for a job of BullMQ", "command"],
  "bullmq/job/commands/inside": ["commands inside BullMQ's scripts, for a job", "command"],
  "oxy/failover/standard/sigterm-seconds": [
    "until a customer is answered when the owner is told to stop",
    "second",
  ],
  "oxy/failover/standard/sigkill-seconds": [
    "until a customer is answered when the owner is killed",
    "second",
  ],
  "oxy/failover/standard/frozen-seconds": ["until a customer is answered when the owner freezes", "second"],
  "oxy/failover/economy/sigterm-seconds": [
    "until a customer is answered when the owner is told to stop, at a long lease",
    "second",
  ],
  "oxy/failover/economy/sigkill-seconds": [
    "until a customer is answered when the owner is killed, at a long lease",
    "second",
  ],
  "oxy/failover/economy/frozen-seconds": [
    "until a customer is answered when the owner freezes, at a long lease",
    "second",
  ],
  "oxy/failover/fast-failover/sigterm-seconds": [
    "until a customer is answered when the owner is told to stop, at a short lease",
    "second",
  ],
  "oxy/failover/fast-failover/sigkill-seconds": [
    "until a customer is answered when the owner is killed, at a short lease",
    "second",
  ],
  "oxy/failover/fast-failover/frozen-seconds": [
    "until a customer is answered when the owner freezes, at a short lease",
    "second",
  ],
};

/** Under the names that were used before there were profiles. */
const ALIASES: Readonly<Record<string, string>> = Object.fromEntries(
  ["sigterm", "sigkill", "frozen"].map((way) => [
    `oxy/failover/standard/${way}-seconds`,
    `oxy/failover/${way}-seconds`,
  ]),
);

/** What a run has measured, and how. */
export interface Run {
  /** Of the bench, and the catalogue's name for it as a source: `usage` is `bench/usage.ts`. */
  readonly name: string;
  readonly setUp: string;
  readonly facts: readonly Fact[];
}

/**
 * A part of `infra/compare/catalogue/oxy.yaml`: the run of today and this commit as a source, and its entries. They are
 * of this worker, not of a day, and in force since the first day that is compared, so that days differ in prices alone.
 */
export function catalogueEntries({ name, setUp, facts }: Run): string {
  const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim();
  const entries = facts.map(({ id, low, high }) => {
    const [about, unit] = WORDS[id] ?? [];
    if (about === undefined || unit === undefined) throw new Error(`${id} has no words`);
    const alias = ALIASES[id];
    return [
      `  - id: ${id}`,
      ...(alias === undefined ? [] : [`    aliases: [${alias}]`]),
      `    about: ${about}`,
      `    unit: ${unit}`,
      `    fact: ${low === high ? low : `[${low}, ${high}]`}`,
      "    from: 2025-01-01",
      `    by: ${name}`,
    ].join("\n");
  });
  return [
    "sources:",
    `  ${name}:`,
    `    source: ${JSON.stringify(`bench/${name}.ts@${commit}: ${setUp}`)}`,
    `    observed: ${new Date().toISOString().slice(0, "2026-11-25".length)}`,
    "    kind: measured",
    "    confidence: A",
    "entries:",
    ...entries,
  ].join("\n");
}
