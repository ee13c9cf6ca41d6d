import { Script } from "../adapters/redis/script.ts";
import { fenceLua, inboundLua } from "../conversation/scripts.ts";

const script = (name: string): Script =>
  new Script(`bulk ${name}`, [fenceLua, ...inboundLua, new URL(`lua/${name}.lua`, import.meta.url)]);

export const scripts = {
  push: script("push"),
  step: script("step"),
  optOut: script("opt-out"),
} as const;
