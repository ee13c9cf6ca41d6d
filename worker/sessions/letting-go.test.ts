import { expect, test } from "vitest";
import type { Lease } from "./lease.ts";
import { LettingGo, type LettingGoOptions } from "./letting-go.ts";
import { shardOf } from "./shards.ts";
import { UnderWay } from "./under-way.ts";

const PATIENT_MS = 60_000;

/** A process that holds the shards of these organizations, and whose sockets close at once. */
function holding(...organizations: readonly string[]) {
  const leases = new Map<number, Lease>();
  const take = (organization: string): Lease => {
    const shard = shardOf(organization);
    const lease = { shard, owner: "this", epoch: `${leases.size + 1}` };
    leases.set(shard, lease);
    return lease;
  };
  const order: string[] = [];
  const ackPatiences: number[] = [];
  const underWay = new UnderWay();
  const options: LettingGoOptions = {
    underWay,
    outbox: {
      idle: async (_concerns, patienceMs) => {
        order.push("acks");
        ackPatiences.push(patienceMs);
      },
    },
    sessions: {
      close: async (closed) => void order.push(`closed ${closed.length}`),
      closeAll: async () => void order.push("closed all"),
    },
    lease: (shard) => leases.get(shard),
  };
  const held = organizations.map(take);
  return { lettingGo: new LettingGo(options), underWay, order, ackPatiences, take, held };
}

/** Work that ends when it is told to. */
function work(underWay: UnderWay, organization: string, order: string[]): { end(): void } {
  const gate = Promise.withResolvers<void>();
  void underWay.run(organization, async () => {
    await gate.promise;
    order.push(`${organization} done`);
  });
  return { end: gate.resolve };
}

test("a shard that is let go is nobody's to begin something for: what is under way ends, acks come, sockets close", async () => {
  const { lettingGo, underWay, order, held } = holding("ana", "bia");
  const [ana, bia] = held as [Lease, Lease];
  const [anas, bias] = [work(underWay, "ana", order), work(underWay, "bia", order)];
  const letGo = lettingGo.letGo([ana], PATIENT_MS);
  expect(lettingGo.lease(ana.shard)).toBeUndefined();
  expect(lettingGo.lease(bia.shard)).toBe(bia);
  anas.end();
  await letGo;
  expect(order).toEqual(["ana done", "acks", "closed 1"]);
  bias.end();
});

test("what comes back is this one's again", async () => {
  const { lettingGo, take, held } = holding("ana");
  const ana = held[0]!;
  await lettingGo.letGo([ana], PATIENT_MS);
  const again = take("ana");
  expect(lettingGo.lease(ana.shard)).toBe(again);
  await lettingGo.letGo([again], PATIENT_MS);
  expect(lettingGo.lease(ana.shard)).toBeUndefined();
  const andAgain = take("ana");
  expect(lettingGo.lease(ana.shard)).toBe(andAgain);
});

test("a process that stops lets go what it is handing over already, too, and waits for that", async () => {
  const { lettingGo, underWay, order, held } = holding("ana", "bia");
  const ana = held[0]!;
  const anas = work(underWay, "ana", order);
  const handedOver = lettingGo.letGo([ana], PATIENT_MS);
  const stopped = lettingGo.letAllGo(PATIENT_MS);
  anas.end();
  await Promise.all([handedOver, stopped]);
  expect(order.toSorted()).toEqual(["acks", "acks", "ana done", "closed 1", "closed all"]);
  expect(order[0]).toBe("ana done");
});

test("a process that stops begins nothing for what another one still hands over to it", async () => {
  const { lettingGo, take } = holding("ana");
  await lettingGo.letAllGo(PATIENT_MS);
  expect(lettingGo.lease(take("bia").shard)).toBeUndefined();
});

test("a process that stops waits no longer than it may, whatever shard something is under way in", async () => {
  const { lettingGo, underWay, order, ackPatiences } = holding();
  let stopped = false;
  const lost = underWay.run(
    "ana",
    async (signal) =>
      await new Promise<void>((resolve) =>
        signal.addEventListener("abort", () => {
          stopped = true;
          resolve();
        }),
      ),
  );
  await lettingGo.letAllGo(100);
  await lost;
  expect(stopped).toBe(true);
  expect(order).toEqual(["acks", "closed all"]);
  // What is under way has taken all of it.
  expect(ackPatiences).toEqual([expect.any(Number)]);
  expect(ackPatiences[0]).toBeLessThan(50);
});
