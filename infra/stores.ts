import type { Store } from "./store.ts";
import { elastiCache } from "./stores/elasticache/store.ts";
import { local } from "./stores/local/store.ts";
import { railwayRedisStore } from "./stores/railway-redis/store.ts";
import { renderKeyValue } from "./stores/render-key-value/store.ts";
import { upstash } from "./stores/upstash/store.ts";

/** Every kind of store; each is a folder of `stores/`. */
export const stores = {
  local,
  upstash,
  "render-key-value": renderKeyValue,
  "railway-redis": railwayRedisStore,
  elasticache: elastiCache,
} as const satisfies Record<string, Store>;

/** @throws Error when there is none: the configuration admits only those that are */
export function storeNamed(kind: string): Store {
  const store: Store | undefined = (stores as Record<string, Store>)[kind];
  if (store === undefined) throw new Error(`no store is of kind ${kind}`);
  return store;
}
