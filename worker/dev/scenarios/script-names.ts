import type { Script as ScriptClass } from "../../adapters/redis/script.ts";

/** Where the worker's own files are, as against a copy's. */
export const WORKER: URL = new URL("../..", import.meta.url);

/**
 * SHA-1 → name, of the scripts that decide what is stored: those of the conversation, `session step`, `heartbeat` and `hand over`.
 * @param worker the directory of the worker whose scripts they are
 */
export async function scriptNames(worker: URL = WORKER): Promise<ReadonlyMap<string, string>> {
  const { Script } = (await import(new URL("adapters/redis/script.ts", worker).href)) as {
    Script: typeof ScriptClass;
  };
  const { scripts, fenceLua, inboundLua } = (await import(
    new URL("conversation/scripts.ts", worker).href
  )) as typeof import("../../conversation/scripts.ts");
  const step = new URL("adapters/baileys/step.lua", worker);
  const { scripts: sessions } = (await import(
    new URL("sessions/scripts.ts", worker).href
  )) as typeof import("../../sessions/scripts.ts");
  const all = [
    ...Object.values(scripts),
    new Script("session step", [fenceLua, ...inboundLua, step]),
    sessions.heartbeat,
    sessions.handOver,
  ];
  return new Map(all.map(({ sha, name }) => [sha, name]));
}
