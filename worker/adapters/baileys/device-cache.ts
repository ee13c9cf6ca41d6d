import type { PossiblyExtendedCacheStore } from "@whiskeysockets/baileys";
import type { SessionState } from "./session-state.ts";

const FIELD = "known-devices:";

/**
 * Which devices a contact has, kept with the session. Baileys' own cache is empty after every reconnect and after
 * five minutes, and each look-up re-keys the contact (messages-send.js:208), of which libsignal remembers 40.
 * WhatsApp tells about new devices by notification, upon which Baileys updates this cache.
 */
export function deviceCache(state: SessionState): PossiblyExtendedCacheStore {
  return {
    get: <T>(user: string) => state.readPlain<T>(FIELD + user),
    set: async <T>(user: string, devices: T) => {
      await state.write(new Map([[FIELD + user, JSON.stringify(devices)]]));
    },
    del: async (user) => {
      await state.write(new Map([[FIELD + user, null]]));
    },
    flushAll: () => {},
  };
}
