import { Script } from "../adapters/redis/script.ts";
import { fenceLua, inboundLua } from "../conversation/scripts.ts";

const lua = (name: string): URL => new URL(`lua/${name}.lua`, import.meta.url);
const script = (name: string, ...needs: readonly string[]): Script =>
  new Script(`automations ${name}`, [fenceLua, ...inboundLua, ...[...needs, name].map(lua)]);

export const scripts = {
  save: script("save"),
  start: script("start"),
  tag: script("tag"),
  forget: script("forget"),
  claim: script("claim", "taking"),
  advance: script("advance", "taking"),
  expand: script("expand"),
} as const;
