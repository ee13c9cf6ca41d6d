import { Script } from "../adapters/redis/script.ts";
import { fenceLua, inboundLua } from "../conversation/scripts.ts";

const lua = (name: string): URL => new URL(`lua/${name}.lua`, import.meta.url);
const script = (name: string): Script =>
  new Script(`notice ${name}`, [fenceLua, ...inboundLua, lua("notices"), lua(name)]);

export const scripts = { push: script("push"), release: script("release") } as const;
