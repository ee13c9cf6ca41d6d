import { Script } from "../adapters/redis/script.ts";

const lua = (name: string): URL => new URL(`lua/${name}.lua`, import.meta.url);

/** Store time and `permitted`: every fenced script starts with it. */
export const fenceLua: URL = new URL("../sessions/fence.lua", import.meta.url);

/** `due_of(prefix, shards, limit, permits?)`, for a script that starts with {@link fenceLua}. */
export const dueLua: readonly URL[] = [lua("due")];

/** The record of a conversation, and what is known of its contact and organization. */
const recordLua: readonly URL[] = [...dueLua, lua("bulk"), lua("contact"), lua("record")];

/** `receive(prefix, shard, item)` and what it needs, for a script that starts with {@link fenceLua}. */
export const inboundLua: readonly URL[] = [...recordLua, lua("run"), lua("starts"), lua("inbound")];

/** Redis makes all functions of a script anew for each call, so one that comes with every message has those alone that it needs. */
const transition = (name: string, needs: readonly URL[] = inboundLua): Script =>
  new Script(`conversation ${name}`, [fenceLua, ...needs, lua(name)]);

export const scripts = {
  receive: transition("receive"),
  silence: transition("silence"),
  handOver: new Script("conversation hand over", [fenceLua, ...inboundLua, lua("hand-over")]),
  spent: new Script("conversation spent", [lua("contact"), lua("spent")]),
  begin: transition("begin", recordLua),
  hold: transition("hold", recordLua),
  commit: transition("commit", recordLua),
  fail: transition("fail"),
  enqueue: transition("enqueue", recordLua),
  sent: transition("sent", recordLua),
  acked: transition("acked"),
  refused: transition("refused"),
  retry: transition("retry", recordLua),
  receipts: transition("receipts", recordLua),
  sweep: new Script("conversation sweep", [fenceLua, ...dueLua, lua("sweep")]),
} as const;
