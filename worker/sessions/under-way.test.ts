import { expect, test } from "vitest";
import { shardOf } from "./shards.ts";
import { UnderWay } from "./under-way.ts";

const shardsOf =
  (organization: string) =>
  (shard: number): boolean =>
    shard === shardOf(organization);
const PATIENT_MS = 60_000;

/** A turn that ends when it is told to, and notes whether it was told to stop. */
function underWay(work: UnderWay, organization: string) {
  const gate = Promise.withResolvers<void>();
  const turn = { end: gate.resolve, fail: gate.reject, stopped: false, run: Promise.resolve() };
  turn.run = work.run(organization, async (signal) => {
    signal.addEventListener("abort", () => {
      turn.stopped = true;
      gate.resolve();
    });
    await gate.promise;
  });
  return turn;
}

test("a shard is let go when its turns have ended, and those of others are not awaited", async () => {
  const work = new UnderWay();
  const [anas, bias] = [underWay(work, "ana"), underWay(work, "bia")];
  let ended = false;
  const letGo = work.ended(shardsOf("ana"), PATIENT_MS).then(() => (ended = true));
  await work.ended(shardsOf("caio"), PATIENT_MS);
  expect(ended).toBe(false);
  anas.end();
  await letGo;
  expect([anas.stopped, bias.stopped]).toEqual([false, false]);
  bias.end();
  await bias.run;
});

test("what is under way for too long is told to stop, alone, and awaited", async () => {
  const work = new UnderWay();
  const [anas, bias] = [underWay(work, "ana"), underWay(work, "bia")];
  const began = performance.now();
  await work.ended(shardsOf("ana"), 200);
  expect(performance.now() - began).toBeGreaterThanOrEqual(190);
  expect([anas.stopped, bias.stopped]).toEqual([true, false]);
  bias.end();
});

test("a turn that fails has ended too, and fails for whoever ran it", async () => {
  const work = new UnderWay();
  const anas = underWay(work, "ana");
  const letGo = work.ended(shardsOf("ana"), PATIENT_MS);
  anas.fail(new Error("the store is gone"));
  await expect(anas.run).rejects.toThrow("the store is gone");
  await letGo;
});
