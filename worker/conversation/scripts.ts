import { Script } from "../adapters/redis/script.ts";

const lua = (name: string): URL => new URL(`lua/${name}.lua`, import.meta.url);

/** Store time and `permitted`: every fenced script starts with it. */
export const fenceLua: URL = new URL("../sessions/fence.lua", import.meta.url);

/** `due_of(prefix, shards, limit, permits?)`, for a script that starts with {@link fenceLua}. */
export const dueLua: readonly URL[] = [lua("due")];

/** `receive(prefix, shard, item)` and what it needs, for a script that starts with {@link fenceLua}. */
export const inboundLua: readonly URL[] = [
  ...dueLua,
  lua("bulk"),
  lua("contact"),
  lua("record"),
  lua("run"),
  lua("starts"),
  lua("inbound"),
];

const transition = (name: string): Script =>
  new Script(`conversation ${name}`, [fenceLua, ...inboundLua, lua(name)]);

export const scripts = {
  receive: transition("receive"),
  silence: transition("silence"),
  handOver: new Script("conversation hand over", [fenceLua, ...inboundLua, lua("hand-over")]),
  spent: new Script("conversation spent", [lua("contact"), lua("spent")]),
  begin: transition("begin"),
  hold: transition("hold"),
  commit: transition("commit"),
  fail: transition("fail"),
  enqueue: transition("enqueue"),
  sent: transition("sent"),
  acked: transition("acked"),
  refused: transition("refused"),
  retry: transition("retry"),
  receipts: transition("receipts"),
  sweep: new Script("conversation sweep", [fenceLua, ...dueLua, lua("sweep")]),
} as const;
