import fc from "fast-check";
import { expect, test } from "vitest";
import { known, lowestOf } from "../compare/estimate.ts";
import { measurementOf, type Observation } from "./measurement.ts";
import { answered, unanswered } from "./outcome-fixture.ts";

function measured(observations: readonly Observation[], conversations = [...observations.keys()]) {
  const report = { observations, holdingMessages: 0, undecryptable: 0, nacks: 0 };
  return measurementOf(report, conversations, 60_000);
}

test("reply time is counted from when a message was due, however late it was written", () => {
  const late = answered(1_000, 2_500, { writtenMs: 3_000 });
  const { reply, writtenLate } = measured([late]);
  expect(reply.p95).toEqual(known(2_500));
  expect(writtenLate.p95).toEqual(known(2_000));
});

test("every message is answered, failed or lost", () => {
  const observation = fc.oneof(
    fc.nat(60_000).map((due) => answered(due, 500)),
    fc.tuple(fc.nat(60_000), fc.boolean()).map(([due, fallback]) => unanswered(due, fallback)),
  );
  fc.assert(
    fc.property(fc.array(observation), (all) => {
      const found = measured(all);
      expect(found.answered + found.failed + found.lost).toBe(found.messages);
      expect(found.messages).toBe(all.length);
    }),
  );
});

test("quantiles are replies that were had, and rise", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(60_000), { minLength: 1 }), (replies) => {
      const { reply } = measured(replies.map((each) => answered(0, each)));
      const found = [reply.p50, reply.p95, reply.p99].map(lowestOf);
      for (const each of found) expect(replies).toContain(each);
      expect(found).toEqual(found.toSorted((one, other) => one - other));
      expect(replies.filter((each) => each <= found[1]!).length).toBeGreaterThanOrEqual(
        0.95 * replies.length,
      );
    }),
  );
});

test("the parts of a message's reply time are all of it", () => {
  fc.assert(
    fc.property(fc.nat(30_000), fc.nat(30_000), (due, reply) => {
      const { split } = measured([answered(due, reply)]);
      const parts = [split.behind, split.queue, split.ai, split.send].map(({ p50 }) => lowestOf(p50));
      expect(parts.reduce((total, each) => total + each, 0)).toBe(reply);
      expect(Math.min(...parts)).toBeGreaterThanOrEqual(0);
    }),
  );
});

test("who writes on before the answer waits behind it, and that is not the queue's", () => {
  const first = answered(0, 3_000);
  const second = answered(1_000, 5_000, { askedMs: 3_050 });
  const { split } = measured([first, second], [7, 7]);
  expect(split.behind.p99).toEqual(known(2_000));
  expect(split.queue.p99).toEqual(known(100));
});

test("what was asked about at once waited for nothing", () => {
  const first = answered(0, 3_000, { askedMs: 400 });
  const second = answered(200, 2_800, { askedMs: 400 });
  const { split } = measured([first, second], [7, 7]);
  expect(split.behind.p99).toEqual(known(0));
  expect(split.queue.p99).toEqual(known(400));
});

test("an answer that was seen twice is counted once, as one message", () => {
  expect(measured([answered(0, 900, { times: 3 }), answered(10, 900)]).seenTwice).toBe(1);
});

test("of nothing nothing is known", () => {
  const { reply, offeredPerSecond } = measured([]);
  expect(reply.p95).toMatchObject({ kind: "unknown" });
  expect(offeredPerSecond).toMatchObject({ kind: "unknown" });
});
