import { Script } from "../adapters/redis/script.ts";
import { fenceLua, inboundLua } from "../conversation/scripts.ts";

const lua = (name: string): URL => new URL(`lua/${name}.lua`, import.meta.url);

export const scripts = {
  eraseContact: new Script("erase contact", [fenceLua, ...inboundLua, lua("erase-contact")]),
  eraseRecipients: new Script("erase recipients", [fenceLua, ...inboundLua, lua("erase-recipients")]),
  eraseOrganization: new Script("erase organization", [fenceLua, ...inboundLua, lua("erase-organization")]),
} as const;
