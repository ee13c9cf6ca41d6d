import { setImmediate as later } from "node:timers/promises";
import type { Ratchet } from "../../adapters/baileys/ratchet.ts";
import type { Changes, SessionState } from "../../adapters/baileys/session-state.ts";
import { NONE, type Scenario } from "./mend-scenarios.ts";

interface Keys {
  get(type: "session", ids: string[]): Promise<Record<string, number>>;
  set(data: { session: Record<string, number> }): Promise<void>;
}

/**
 * Two steps of one ratchet at once, each of which reads, waits and writes. Below the level of messages: today no step
 * of libsignal's waits for more than a microtask, because the state is in memory, and traffic alone shows nothing.
 */
export const stepsAtOnce: Scenario = async (worker) => {
  const { Ratchet: Copied } = (await import(new URL("adapters/baileys/ratchet.ts", worker).href)) as {
    Ratchet: typeof Ratchet;
  };
  const values = new Map<string, string>([["session:contact", "0"]]);
  const state = {
    read: (type: string, id: string, changes?: Changes): unknown =>
      JSON.parse(changes?.get(`${type}:${id}`) ?? values.get(`${type}:${id}`) ?? "null"),
    write: async (changes: Changes) => {
      for (const [field, value] of changes) values.set(field, value ?? "null");
      return [];
    },
  };
  const ratchet = new Copied(state as unknown as SessionState);
  const keys = ratchet.repositoryKeys as unknown as Keys;
  const advance = async (): Promise<void> => {
    const { contact = 0 } = await keys.get("session", ["contact"]);
    await later();
    await keys.set({ session: { contact: contact + 1 } });
  };
  await Promise.all([ratchet.step(advance), ratchet.step(advance)]);
  return { ...NONE, lost: 2 - Number(values.get("session:contact")) };
};
