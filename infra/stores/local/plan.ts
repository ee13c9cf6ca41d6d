import type { StorePlan } from "../../store.ts";
import type { LocalStoreConfig } from "./config.ts";

export interface LocalStorePlan extends StorePlan {
  readonly kind: "local";
  readonly persistence: LocalStoreConfig["persistence"];
  readonly maxMemoryMb: number;
}

/** While it waits for a slow disk, redis-server answers before it has even written (its aof.c: for at most 2 s). */
const MAY_LOSE = {
  "append-only": "about the last second, or two while the disk is slow, if the machine or redis-server dies",
  none: "everything, when redis-server ends",
} as const;

export function planStore(request: {
  readonly production: boolean;
  readonly config: LocalStoreConfig;
}): LocalStorePlan {
  const { persistence, maxMemoryMb } = request.config;
  return {
    kind: "local",
    identity: "local",
    mayLose: MAY_LOSE[persistence],
    protected: request.production,
    persistence,
    maxMemoryMb,
  };
}
