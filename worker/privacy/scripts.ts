import { Script } from "../adapters/redis/script.ts";
import { fenceLua, inboundLua } from "../conversation/scripts.ts";

const lua = (name: string): URL => new URL(`lua/${name}.lua`, import.meta.url);

export const scripts = {
  eraseContact: new Script("erase contact", [fenceLua, ...inboundLua, lua("erase-contact")]),
  eraseOrganization: new Script("erase organization", [fenceLua, ...inboundLua, lua("erase-organization")]),
} as const;
