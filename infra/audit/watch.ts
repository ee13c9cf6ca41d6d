import type { AuditConnection } from "./connection.ts";
import { commandCounts, numberOf, parseInfo, type CommandCounts } from "./info.ts";
import { queueActivity, type QueueActivity, type QueueName } from "./queues.ts";

/** How often is looked, in seconds: so that what happens while no job runs can be told from what jobs cause. */
const LOOK_EVERY_S = 5;
/** Queues whose jobs are counted. */
const QUEUES_MAX = 100;

/** Everything that grows, at one moment; undefined is what this Redis does not say. */
export interface Sample {
  /** By our clock, in ms since the epoch. */
  readonly takenAt: number;
  /** Monotonic, in ms. */
  readonly at: number;
  /** Without our own. */
  readonly counts: CommandCounts;
  readonly reads: number | undefined;
  /** To the server and from it, ours among them. */
  readonly bytesIn: number | undefined;
  readonly bytesOut: number | undefined;
  readonly closed: number | undefined;
  readonly cpuMs: number | undefined;
  readonly activity: QueueActivity;
}

export interface WatchOptions {
  readonly seconds: number;
  readonly signal?: AbortSignal;
  /** Resolves after so many ms. */
  readonly delay: (ms: number, signal: AbortSignal | undefined) => Promise<void>;
  readonly progress?: (seconds: number) => void;
}

/** Looks every few seconds, and at the beginning and the end. */
export async function watch(
  connection: AuditConnection,
  queues: readonly QueueName[],
  { seconds, signal, delay, progress }: WatchOptions,
): Promise<Sample[]> {
  const samples = [await sample(connection, queues)];
  const began = performance.now();
  for (let passed = 0; passed < seconds;) {
    const next = Math.min(seconds, passed + LOOK_EVERY_S);
    await delay(Math.max(0, began + next * 1_000 - performance.now()), signal);
    samples.push(await sample(connection, queues));
    passed = next;
    progress?.(passed);
  }
  return samples;
}

async function sample(connection: AuditConnection, queues: readonly QueueName[]): Promise<Sample> {
  const own = connection.own();
  const ownBytes = connection.ownBytes();
  const at = performance.now();
  const takenAt = Date.now();
  // Sent together, so that all of them are of the same moment.
  const [commands, stats, clients, cpu, activities] = await Promise.all([
    connection.info("commandstats"),
    connection.info("stats"),
    connection.info("clients"),
    connection.info("cpu"),
    Promise.all(queues.slice(0, QUEUES_MAX).map((queue) => queueActivity(connection, queue))),
  ]);
  const info = parseInfo([stats, clients, cpu].join("\n"));
  const given = (field: string): number | undefined => numberOf(info, field);
  const [user, system] = [given("used_cpu_user"), given("used_cpu_sys")];
  const ownReads = Object.values(own).reduce((sum, count) => sum + count, 0);
  return {
    takenAt,
    at,
    counts: without(commandCounts(parseInfo(commands)), own),
    // Several of ours may have come with one read: it is at least what others caused.
    reads: less(given("total_reads_processed"), ownReads),
    bytesIn: less(given("total_net_input_bytes"), ownBytes.sent),
    bytesOut: less(given("total_net_output_bytes"), ownBytes.received),
    closed: less(given("total_connections_received"), given("connected_clients")),
    cpuMs: user === undefined || system === undefined ? undefined : (user + system) * 1_000,
    activity: {
      added: sumOf(activities, ({ added }) => added),
      active: sumOf(activities, ({ active }) => active),
      backlog: sumOf(activities, ({ backlog }) => backlog),
    },
  };
}

function without(counts: CommandCounts, own: CommandCounts): CommandCounts {
  return Object.fromEntries(
    Object.entries(counts).map(([name, calls]) => [name, Math.max(0, calls - (own[name] ?? 0))]),
  );
}

function less(whole: number | undefined, part: number | undefined): number | undefined {
  return whole === undefined || part === undefined ? undefined : whole - part;
}

function sumOf(activities: readonly QueueActivity[], count: (each: QueueActivity) => number): number {
  return activities.reduce((sum, each) => sum + count(each), 0);
}
