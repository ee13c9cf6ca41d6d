import { exists, hasFlag } from "@ioredis/commands";
import { totalOf, type CommandCounts } from "./info.ts";

/** What is about the connection or the server; scripts have no use for it. */
const OF_CONNECTIONS = new Set(
  "client command config info ping select quit reset hello auth echo readonly readwrite script function".split(
    " ",
  ),
);
const RUNS_SCRIPTS = new Set(["eval", "evalsha", "eval_ro", "evalsha_ro", "fcall", "fcall_ro"]);
/** A packet on the way carries that much at most, so a read of the socket that goes on with a command follows so many. */
const PACKET_BYTES = 1_400;

/** What a server says of its sockets between two moments, as far as it says it. */
export interface SocketCounts {
  /** `total_reads_processed`, missing before Redis 6. */
  readonly reads: number | undefined;
  readonly bytes: number | undefined;
  readonly closed: number | undefined;
}

/** How many of the commands were sent by clients; the others ran inside scripts. */
export interface ClientCommands {
  /** So many at the least. */
  readonly counted: number;
  /**
   * Whether sockets were read for more commands than are a client's by what they are: then other programs than BullMQ
   * use this Redis, and `counted` is the least.
   */
  readonly others: boolean;
  /** So many at the most: where scripts run, a reading command may be a script's or a client's. */
  readonly atMost: number;
}

/**
 * No counter of Redis tells what a client sent from what a script ran (`INFO` up to 7.0; see docs/audit.md), so it is
 * told by what they are: what Redis lets no script run, what blocks, and what is about connections was sent. Of the
 * rest, sent was at least what the sockets were read for: one read brings one command or several, and only the reads
 * that go on with a long one bring none.
 */
export function clientCommands(counts: CommandCounts, sockets: SocketCounts): ClientCommands {
  const total = totalOf(counts);
  const scripts = totalOf(only(counts, (name) => RUNS_SCRIPTS.has(name)));
  if (scripts === 0) return { counted: total, atMost: total, others: false };
  const surely = totalOf(only(counts, surelySent));
  const counted = Math.min(total, Math.max(surely, leastByReads(sockets)));
  return { counted, atMost: total, others: counted > surely };
}

function leastByReads({ reads, closed, bytes }: SocketCounts): number {
  if (reads === undefined || closed === undefined || bytes === undefined) return 0;
  return Math.floor(reads - closed - bytes / PACKET_BYTES);
}

function surelySent(name: string): boolean {
  const [base = name] = name.split("|");
  return (
    OF_CONNECTIONS.has(base) || (exists(base) && (hasFlag(base, "noscript") || hasFlag(base, "blocking")))
  );
}

function only(counts: CommandCounts, which: (name: string) => boolean): CommandCounts {
  return Object.fromEntries(Object.entries(counts).filter(([name]) => which(name)));
}
