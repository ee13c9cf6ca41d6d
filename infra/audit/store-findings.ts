import type { Finding } from "./finding.ts";
import { numberOf, type Info } from "./info.ts";
import { count, megabytes, percent, seconds } from "./words.ts";

/** Shares of its memory from which on it is narrow, and too narrow. */
const NARROW = 0.75;
const FULL = 0.95;
const MANY_CONNECTIONS = 0.8;

/** Whether this Redis is one to keep a queue in, by what INFO says. */
export function storeFindings(info: Info): Finding[] {
  return [eviction(info), memory(info), persistence(info), connections(info)].filter(
    (finding) => finding !== undefined,
  );
}

function eviction(info: Info): Finding {
  const about = "eviction";
  const policy = info.get("maxmemory_policy");
  if (policy === undefined) return { verdict: "unknown", about, text: "this Redis does not say its policy" };
  if (policy === "noeviction") return { verdict: "ok", about, text: "noeviction, as BullMQ needs it" };
  return {
    verdict: "wrong",
    about,
    text: `maxmemory-policy is ${policy}: when memory runs out, Redis drops keys of queues, and jobs with them`,
    remedy: "set maxmemory-policy to noeviction; a cache belongs in a Redis of its own",
  };
}

function memory(info: Info): Finding {
  const about = "memory";
  const used = numberOf(info, "used_memory");
  if (used === undefined)
    return { verdict: "unknown", about, text: "this Redis does not say how much it uses" };
  const limit = numberOf(info, "maxmemory") ?? 0;
  if (limit === 0) {
    const machine = numberOf(info, "total_system_memory");
    const of = machine === undefined ? "" : ` of a machine with ${megabytes(machine)}`;
    return { verdict: "ok", about, text: `${megabytes(used)} used${of}; no limit is set` };
  }
  const share = used / limit;
  const text = `${megabytes(used)} of ${megabytes(limit)} used (${percent(share)})`;
  if (share < NARROW) return { verdict: "ok", about, text };
  return {
    verdict: share < FULL ? "risk" : "wrong",
    about,
    text: `${text}: once it is full, no job is accepted any more`,
    remedy: "remove jobs that are done (removeOnComplete, removeOnFail), or take a larger plan",
  };
}

function persistence(info: Info): Finding {
  const about = "persistence";
  const appends = info.get("aof_enabled");
  if (appends === undefined)
    return { verdict: "unknown", about, text: "this Redis does not say whether it writes to a disk" };
  const failed = info.get("aof_last_write_status") === "err" || info.get("rdb_last_bgsave_status") === "err";
  if (failed)
    return {
      verdict: "wrong",
      about,
      text: "the last write to its disk failed",
      remedy: "look at the disk of this Redis: is it full?",
    };
  if (appends === "1")
    return { verdict: "ok", about, text: "an append-only file: about the last second may be lost" };
  const unsaved = numberOf(info, "rdb_changes_since_last_save");
  const savedAt = numberOf(info, "rdb_last_save_time");
  const now = numberOf(info, "server_time_usec");
  const age =
    savedAt === undefined || now === undefined ? "" : `, which was ${seconds(now / 1e6 - savedAt)} ago`;
  const changes = unsaved === undefined ? "what came" : `${count(unsaved)} changes`;
  return {
    verdict: "risk",
    about,
    text: `no append-only file: if it ends now, ${changes} since it was last saved or started${age}, may be lost`,
    remedy: "turn appendonly on; at a provider, take a plan that persists",
  };
}

function connections(info: Info): Finding | undefined {
  const connected = numberOf(info, "connected_clients");
  const most = numberOf(info, "maxclients");
  if (connected === undefined || most === undefined) return undefined;
  const share = connected / most;
  const text = `${count(connected)} of ${count(most)} are open`;
  if (share < MANY_CONNECTIONS) return { verdict: "ok", about: "connections", text };
  return {
    verdict: "risk",
    about: "connections",
    text: `${text}: workers that come on top are refused`,
    remedy: "share connections between queues, or take a plan with more",
  };
}
