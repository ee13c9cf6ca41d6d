import { Script } from "../adapters/redis/script.ts";
import { fenceLua, inboundLua } from "../conversation/scripts.ts";

const script = (name: string): Script =>
  new Script(`campaign ${name}`, [fenceLua, ...inboundLua, new URL(`lua/${name}.lua`, import.meta.url)]);

export const scripts = {
  known: script("known"),
  begin: script("begin"),
  expand: script("expand"),
  control: script("control"),
} as const;
