import { Script } from "../adapters/redis/script.ts";
import { dueLua, fenceLua } from "../conversation/scripts.ts";

const lua = (name: string): URL => new URL(`${name}.lua`, import.meta.url);
const shares = [fenceLua, lua("epoch"), lua("parts")];

export const scripts = {
  heartbeat: new Script("heartbeat", [...shares, ...dueLua, lua("heartbeat")]),
  handOver: new Script("hand over", [...shares, lua("hand-over")]),
  release: new Script("release", [lua("parts"), lua("release")]),
} as const;
