import { createCalling, type Calling, type CallPlatform } from "../contract/start.ts";

/** What the API works on. */
export interface ApiStore extends Pick<CallPlatform, "redis" | "keys" | "record">, Calling {}

export function createApiStore(platform: CallPlatform): ApiStore {
  const { redis, keys, record } = platform;
  return { redis, keys, record, ...createCalling(platform) };
}
