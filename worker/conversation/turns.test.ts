import { expect, test } from "vitest";
import { shardOf } from "../sessions/shards.ts";
import { Turns } from "./turns.ts";

const ana = { organization: "ana", chat: "5511@lid" };
const bia = { organization: "bia", chat: "5522@lid" };
const shardsOf = (...organizations: readonly string[]): Set<number> => new Set(organizations.map(shardOf));
const PATIENT_MS = 60_000;

/** A turn that ends when it is told to, and notes whether it was told to stop. */
function underWay(turns: Turns, conversation: typeof ana) {
  const gate = Promise.withResolvers<void>();
  const turn = { end: gate.resolve, fail: gate.reject, stopped: false, run: Promise.resolve() };
  turn.run = turns.run(conversation, async (signal) => {
    signal.addEventListener("abort", () => {
      turn.stopped = true;
      gate.resolve();
    });
    await gate.promise;
  });
  return turn;
}

test("a shard is let go when its turns have ended, and those of others are not awaited", async () => {
  const turns = new Turns();
  const [anas, bias] = [underWay(turns, ana), underWay(turns, bia)];
  let ended = false;
  const letGo = turns.ended(shardsOf("ana"), PATIENT_MS).then(() => (ended = true));
  await turns.ended(shardsOf("caio"), PATIENT_MS);
  expect(ended).toBe(false);
  anas.end();
  await letGo;
  expect([anas.stopped, bias.stopped]).toEqual([false, false]);
  bias.end();
  await bias.run;
});

test("what is under way for too long is told to stop, alone, and awaited", async () => {
  const turns = new Turns();
  const [anas, bias] = [underWay(turns, ana), underWay(turns, bia)];
  const began = performance.now();
  await turns.ended(shardsOf("ana"), 200);
  expect(performance.now() - began).toBeGreaterThanOrEqual(190);
  expect([anas.stopped, bias.stopped]).toEqual([true, false]);
  bias.end();
});

test("a turn that fails has ended too, and fails for whoever ran it", async () => {
  const turns = new Turns();
  const anas = underWay(turns, ana);
  const letGo = turns.ended(shardsOf("ana"), PATIENT_MS);
  anas.fail(new Error("the store is gone"));
  await expect(anas.run).rejects.toThrow("the store is gone");
  await letGo;
});
