import type { WASocket } from "@whiskeysockets/baileys";
import { afterEach, expect, test, vi } from "vitest";
import type { Addresses } from "./addresses.ts";
import { Resolver } from "./resolver.ts";

afterEach(() => {
  vi.useRealTimers();
});

const NUMBER = "5511987654321";

/** Asks a WhatsApp that answers so. */
function asking(answer: () => Promise<unknown>) {
  const executeUSyncQuery = vi.fn<() => Promise<unknown>>(answer);
  const socket = { executeUSyncQuery } as unknown as WASocket;
  const addresses = { known: () => undefined } as unknown as Addresses;
  return { executeUSyncQuery, resolver: new Resolver(socket, addresses) };
}

test("a WhatsApp that does not answer keeps nobody for long, and is asked again", async () => {
  vi.useFakeTimers();
  const { executeUSyncQuery, resolver } = asking(() => new Promise(() => {}));
  for (const times of [1, 2]) {
    const failed = expect(resolver.resolve(NUMBER)).rejects.toThrow(/did not say/);
    await vi.advanceTimersByTimeAsync(10_000);
    await failed;
    expect(executeUSyncQuery).toHaveBeenCalledTimes(times);
  }
});

test("many who ask for one number at once ask WhatsApp once, and nobody is remembered for an hour", async () => {
  vi.useFakeTimers();
  const { executeUSyncQuery, resolver } = asking(async () => ({ list: [{ id: "", contact: false }] }));
  const ask = async (): Promise<(string | undefined)[]> =>
    await Promise.all([resolver.resolve(NUMBER), resolver.resolve(NUMBER)]);
  expect(await ask()).toEqual([undefined, undefined]);
  await vi.advanceTimersByTimeAsync(59 * 60_000);
  expect(await ask()).toEqual([undefined, undefined]);
  expect(executeUSyncQuery).toHaveBeenCalledOnce();
  await vi.advanceTimersByTimeAsync(2 * 60_000);
  await ask();
  expect(executeUSyncQuery).toHaveBeenCalledTimes(2);
  expect(vi.getTimerCount()).toBe(0);
});
