import type { Script as ScriptClass } from "../../adapters/redis/script.ts";

/** Where the worker's own files are, as against a copy's. */
export const WORKER: URL = new URL("../..", import.meta.url);

/**
 * SHA-1 → name, of the scripts that decide what is stored: those of the conversation, `session step` and `heartbeat`.
 * @param worker the directory of the worker whose scripts they are
 */
export async function scriptNames(worker: URL = WORKER): Promise<ReadonlyMap<string, string>> {
  const { Script } = (await import(new URL("adapters/redis/script.ts", worker).href)) as {
    Script: typeof ScriptClass;
  };
  const { scripts, fenceLua, inboundLua, dueLua } = (await import(
    new URL("conversation/scripts.ts", worker).href
  )) as typeof import("../../conversation/scripts.ts");
  const step = new URL("adapters/baileys/step.lua", worker);
  const heartbeat = new URL("sessions/heartbeat.lua", worker);
  const all = [
    ...Object.values(scripts),
    new Script("session step", [fenceLua, ...inboundLua, step]),
    new Script("heartbeat", [fenceLua, ...dueLua, heartbeat]),
  ];
  return new Map(all.map(({ sha, name }) => [sha, name]));
}
