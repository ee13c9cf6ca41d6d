import { expect, test, vi } from "vitest";
import type { Logger } from "../runtime/logging.ts";
import { HandOver, type HandOverOptions } from "./hand-over.ts";
import type { Lease } from "./lease.ts";
import type { Session } from "./session.ts";

const nothing = (): void => {};
const PATIENT_MS = 60_000;

/** A process that holds this many shards, in some of which is an organization that is named after it. */
function holding(shards: number, linked: readonly number[] = []) {
  const leases = Array.from({ length: shards }, (_, shard): Lease => ({ shard, owner: "this", epoch: "1" }));
  const closing = new Map<number, PromiseWithResolvers<void>>();
  const given: number[][] = [];
  const busy = new Set<string>();
  const warn = vi.fn<Logger["warn"]>();
  const announce = vi.fn<HandOverOptions["announce"]>(async () => {});
  const lost = vi.fn<HandOverOptions["sessions"]["lost"]>();
  const letGo = vi.fn<HandOverOptions["lettingGo"]["letGo"]>(async ([lease]) => {
    const closed = Promise.withResolvers<void>();
    closing.set(lease!.shard, closed);
    await closed.promise;
  });
  const handOver = new HandOver({
    membership: {
      leases,
      handOver: async (going) => {
        given.push(going.map(({ shard }) => shard));
        for (const lease of going) leases.splice(leases.indexOf(lease), 1);
        return [1];
      },
    },
    lettingGo: { letGo },
    sessions: {
      all: linked.map((shard) => ({ organization: `${shard}`, lease: leases[shard] }) as unknown as Session),
      byShard: new Map(linked.map((shard) => [shard, 1])),
      lost,
    },
    log: { error: nothing, warn, info: nothing, debug: nothing },
    patienceMs: PATIENT_MS,
    busy: (organization) => busy.has(organization),
    announce,
  });
  const close = (...which: number[]): void => which.forEach((shard) => closing.get(shard)!.resolve());
  return { handOver, closing, close, given, busy, warn, announce, lost, letGo };
}

test("each shard goes as soon as it is closed, whatever another one waits for, and the receiver is told", async () => {
  const { handOver, closing, close, given, announce, letGo } = holding(4);
  handOver.over(2);
  expect([...closing.keys()]).toEqual([1, 3]);
  expect(letGo.mock.calls.map(([, patienceMs]) => patienceMs)).toEqual([PATIENT_MS, PATIENT_MS]);
  close(3);
  await vi.waitFor(() => expect(announce.mock.calls).toEqual([[[1]]]));
  expect(given).toEqual([[3]]);
  close(1);
  await vi.waitFor(() => expect(announce).toHaveBeenCalledTimes(2));
  expect(given).toEqual([[3], [1]]);
});

test("what is on its way counts: no more goes where as many are told again, and others where there are more", async () => {
  const { handOver, closing, close, given } = holding(8);
  handOver.over(2);
  const first = [...closing.keys()];
  handOver.over(2);
  expect([...closing.keys()]).toEqual(first);
  handOver.over(3);
  expect(closing.size).toBe(3);
  close(...closing.keys());
  await vi.waitFor(() => expect(given.flat()).toHaveLength(3));
  closing.clear();
  handOver.over(1);
  expect(closing.size).toBe(1);
});

test("with a half of the shards goes a half of the organizations", () => {
  const { handOver, closing } = holding(8, [1, 3, 5, 7]);
  handOver.over(4);
  expect([...closing.keys()].filter((shard) => shard % 2 === 1)).toHaveLength(2);
});

test("a shard stays while an operator is at with an organization of it", () => {
  const { handOver, closing, busy } = holding(2, [0, 1]);
  busy.add("1");
  handOver.over(1);
  expect([...closing.keys()]).toEqual([0]);
  handOver.over(2);
  expect([...closing.keys()]).toEqual([0]);
});

test("a shard that cannot be closed in order is cut before it goes", async () => {
  const { handOver, closing, given, lost, warn } = holding(1);
  handOver.over(1);
  lost.mockImplementation(() => expect(given).toEqual([]));
  closing.get(0)!.reject(new Error("the store is gone"));
  await vi.waitFor(() => expect(given).toEqual([[0]]));
  expect(lost).toHaveBeenCalledExactlyOnceWith([{ shard: 0, owner: "this", epoch: "1" }]);
  expect(warn.mock.calls[0]?.[0]).toBe("shard not closed in order");
});
