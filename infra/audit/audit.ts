import { setTimeout as delay } from "node:timers/promises";
import type { Catalogue } from "../compare/catalogue/catalogue.ts";
import { commandFindings } from "./command-findings.ts";
import type { AuditConnection } from "./connection.ts";
import { worstFirst, type Finding } from "./finding.ts";
import { numberOf, parseInfo, type Info } from "./info.ts";
import { monthOf, type Month } from "./month.ts";
import { concurrencyFinding, queueFindings, type AuditedQueue, type Expectation } from "./queue-findings.ts";
import { findQueues, queueState, type FoundQueues } from "./queues.ts";
import { ratesOf, type Rates } from "./rates.ts";
import { AuditRefused } from "./refused.ts";
import { storeFindings } from "./store-findings.ts";
import { storePlans, type StorePlans } from "./store-plans.ts";
import { watch } from "./watch.ts";
import { workersOf } from "./workers.ts";

export interface AuditOptions {
  /** How long it is watched. */
  readonly seconds: number;
  readonly expectation: Expectation;
  readonly catalogue: Catalogue;
  /** ISO 8601: of the prices. */
  readonly day: string;
  readonly signal?: AbortSignal;
  readonly progress?: (seconds: number) => void;
}

/** All that was found of a Redis with BullMQ in it. */
export interface Audit {
  /** Of the server, such as `7.0.15`; missing where it does not say. */
  readonly version?: string;
  readonly queues: readonly AuditedQueue[];
  readonly rates: Rates;
  readonly month: Month;
  readonly plans: StorePlans;
  /** The worst first. */
  readonly findings: readonly Finding[];
  /** Bytes that are stored; missing where the server does not say. */
  readonly memoryBytes?: number;
  /** What the audit itself has asked, by command. */
  readonly ownCommands: Readonly<Record<string, number>>;
}

/**
 * Watches a Redis by its counters, and judges what it finds. Nothing is changed, and no job is read.
 * @throws AuditRefused, AbortError
 */
export async function audit(connection: AuditConnection, options: AuditOptions): Promise<Audit> {
  const { seconds, expectation, catalogue, day, signal, progress } = options;
  const commandstats = parseInfo(await connection.info("commandstats"));
  if (commandstats.size === 0)
    throw new AuditRefused(
      "expected a Redis whose INFO has commandstats, which counts commands, got one without: its provider does not pass it on",
    );
  const found = await findQueues(connection);
  if (found.queues.length === 0) throw new AuditRefused(nothingFound(found));
  const samples = await watch(connection, found.queues, {
    seconds,
    delay: async (ms, until) =>
      void (await delay(ms, undefined, until === undefined ? {} : { signal: until })),
    ...(signal === undefined ? {} : { signal }),
    ...(progress === undefined ? {} : { progress }),
  });
  const rates = ratesOf(samples);
  const month = monthOf(rates);
  const info = await serverInfo(connection);
  const queues = await auditedQueues(connection, found);
  const memoryBytes = numberOf(info, "used_memory");
  const plans = storePlans(catalogue, day, month.asSeen, memoryBytes);
  const version = info.get("valkey_version") ?? info.get("redis_version");
  const serverMicros = numberOf(info, "server_time_usec");
  const now = serverMicros === undefined ? Date.now() : serverMicros / 1_000;
  return {
    ...(version === undefined ? {} : { version }),
    queues,
    rates,
    month,
    plans,
    findings: worstFirst([
      ...commandFindings(rates, month, plans),
      ...storeFindings(info),
      ...queueFindings(queues, now, expectation),
      concurrencyFinding(rates, expectation),
      ...(found.complete ? [] : [partly(found)]),
    ]),
    ...(memoryBytes === undefined ? {} : { memoryBytes }),
    ownCommands: connection.own(),
  };
}

async function serverInfo(connection: AuditConnection): Promise<Info> {
  const sections = ["server", "clients", "memory", "persistence"];
  const texts = await Promise.all(sections.map((section) => connection.info(section)));
  return parseInfo(texts.join("\n"));
}

async function auditedQueues(
  connection: AuditConnection,
  { queues }: FoundQueues,
): Promise<readonly AuditedQueue[]> {
  const clients = await connection.clientList().catch((error: unknown) => {
    if (error instanceof AuditRefused) return undefined;
    throw error;
  });
  const audited: AuditedQueue[] = [];
  // One after the other: a Redis at work is not to be flooded.
  for (const queue of queues) {
    const state = await queueState(connection, queue);
    audited.push(clients === undefined ? state : { ...state, workers: workersOf(queue, clients) });
  }
  return audited;
}

function nothingFound({ complete }: FoundQueues): string {
  return (
    "expected a Redis with queues of BullMQ, got one without: no hash <prefix>:<queue>:meta is " +
    (complete
      ? "in it; is it the right database (redis://host/1)?"
      : "among its first million keys, and more were not looked at")
  );
}

function partly({ queues }: FoundQueues): Finding {
  return {
    verdict: "unknown",
    about: "queues",
    text: `${queues.length} were found among a million keys; there are more keys, and perhaps more queues`,
  };
}
