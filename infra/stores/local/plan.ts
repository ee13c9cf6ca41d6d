import type { StorePlan } from "../../store.ts";
import type { LocalStoreConfig } from "./config.ts";

export interface LocalStorePlan extends StorePlan {
  readonly kind: "local";
  readonly persistence: LocalStoreConfig["persistence"];
  readonly maxMemoryMb: number;
}

const MAY_LOSE = {
  "append-only": "about the last second, if the machine dies; nothing, if only redis-server does",
  none: "everything, when redis-server ends",
} as const;

export function planStore(request: {
  readonly production: boolean;
  readonly config: LocalStoreConfig;
}): LocalStorePlan {
  const { persistence, maxMemoryMb } = request.config;
  return {
    kind: "local",
    mayLose: MAY_LOSE[persistence],
    protected: request.production,
    persistence,
    maxMemoryMb,
  };
}
