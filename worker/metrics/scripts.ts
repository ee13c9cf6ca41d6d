import { fenceLua, inboundLua } from "../conversation/scripts.ts";

const lua = (name: string): URL => new URL(`${name}.lua`, import.meta.url);

/** `queue_waiting`, `queue_paused` and `queue_oldest`. */
export const queuesLua: readonly URL[] = [fenceLua, lua("queues")];

/** `waits` and `is_conversation`. */
export const waitsLua: readonly URL[] = [fenceLua, ...inboundLua, lua("waits")];

/** `deployment`, and all of the others. */
export const deploymentLua: readonly URL[] = [...waitsLua, lua("queues"), lua("deployment")];
