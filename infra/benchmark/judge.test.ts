import fc from "fast-check";
import { expect, test } from "vitest";
import { evenly } from "../compare/evenly-fixture.ts";
import { known, unknown } from "../compare/estimate.ts";
import { judge, shortfall, type Limits } from "./judge.ts";
import { measures, type MeasureName } from "./measures.ts";
import { answered, outcomeOf, unanswered } from "./outcome-fixture.ts";

const names = Object.keys(measures) as MeasureName[];
const observation = fc.oneof(
  fc.tuple(fc.nat(60_000), fc.nat(90_000)).map(([due, reply]) => answered(due, reply)),
  fc.tuple(fc.nat(60_000), fc.boolean()).map(([due, fallback]) => unanswered(due, fallback)),
);
const outcome = fc
  .array(observation, { minLength: 1, maxLength: 50 })
  .map((all) => outcomeOf(all.toSorted((one, other) => one.dueMs - other.dueMs)));
const limits = fc.dictionary(fc.constantFrom(...names), evenly(0, 1e5), {
  minKeys: 1,
}) as fc.Arbitrary<Limits>;

test("a Go keeps every limit, and each limit that is not kept is told", () => {
  fc.assert(
    fc.property(outcome, limits, (found, wanted) => {
      const { verdict, judgements } = judge(found, wanted);
      expect(judgements.map(({ measure }) => measure)).toEqual(Object.keys(wanted));
      const sentences = judgements.map(shortfall);
      expect(verdict === "Go").toBe(sentences.every((sentence) => sentence === undefined));
      for (const [index, { measure }] of judgements.entries())
        expect(sentences[index] ?? `${measure}: expected`).toMatch(new RegExp(`^${measure}: expected`));
    }),
  );
});

test("a limit that is set looser never makes a verdict worse", () => {
  const rank = { "No-Go": 0, unknown: 1, Go: 2 } as const;
  fc.assert(
    fc.property(outcome, fc.constantFrom(...names), fc.nat(1e5), fc.nat(1e5), (found, name, limit, more) => {
      const looser = measures[name].limit === "most" ? limit + more : Math.max(0, limit - more);
      const before = judge(found, { [name]: limit }).verdict;
      const after = judge(found, { [name]: looser }).verdict;
      expect(rank[after]).toBeGreaterThanOrEqual(rank[before]);
    }),
  );
});

test("one message less that is answered makes nothing a Go that was none, whatever the limit", () => {
  const wanted = fc.constantFrom(...names.filter((name) => name !== "answeredPerSecond"));
  const replies = fc.array(fc.tuple(fc.nat(60_000), fc.nat(60_000)), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(replies, wanted, fc.nat(1e5), fc.nat(), (all, name, limit, which) => {
      const good = all.toSorted(([one], [other]) => one - other).map(([due, reply]) => answered(due, reply));
      const lost = good.map((one, index) => (index === which % good.length ? unanswered(one.dueMs) : one));
      const before = judge(outcomeOf(good), { [name]: limit }).verdict;
      const after = judge(outcomeOf(lost), { [name]: limit }).verdict;
      expect(after === "Go" && before !== "Go").toBe(false);
    }),
  );
});

test("it is told by how much a limit is missed", () => {
  const slow = outcomeOf([answered(0, 900), answered(1_000, 1_500)]);
  const { verdict, judgements } = judge(slow, { replyP95Ms: 1_200, lost: 0, answeredPerSecond: 5 });
  expect(verdict).toBe("No-Go");
  expect(judgements.flatMap((one) => shortfall(one) ?? [])).toEqual([
    "replyP95Ms: expected at most 1200 ms, got 1500, 300 too many",
    "answeredPerSecond: expected at least 5 messages/s, got 0.8, 4.2 too few",
  ]);
});

test("what is not known is no Go, and no No-Go either", () => {
  const found = {
    ...outcomeOf([answered(0, 900)]),
    redisCommands: unknown("the store is out of reach from here"),
  };
  const { verdict, judgements } = judge(found, { redisCommandsPerMessage: 100, lost: 0 });
  expect(verdict).toBe("unknown");
  expect(judgements.flatMap((one) => shortfall(one) ?? [])).toEqual([
    "redisCommandsPerMessage: expected at most 100 commands, and it is not known (the store is out of reach from here)",
  ]);
});

test("a reply time that many never got is beyond the time in which they were waited for", () => {
  const found = outcomeOf([answered(0, 900), unanswered(1_000)], 30_000);
  expect(judge(found, { replyP95Ms: 29_000 }).judgements.map(shortfall)).toEqual([
    "replyP95Ms: expected at most 29000 ms, got more than 30000 (1 of 2 messages got no answer)",
  ]);
  expect(judge(found, { replyP50Ms: 1_000 }).verdict).toBe("Go");
});

test("a range keeps a limit when all of it does", () => {
  const found = { ...outcomeOf([answered(0, 900)]), redisCommands: known(90, 110) };
  expect(judge(found, { redisCommandsPerMessage: 110 }).verdict).toBe("Go");
  const { verdict, judgements } = judge(found, { redisCommandsPerMessage: 109 });
  expect(verdict).toBe("No-Go");
  expect(judgements.map(shortfall)).toEqual([
    "redisCommandsPerMessage: expected at most 109 commands, got 110, 1 too many",
  ]);
});

test("what is at least so much keeps a limit from below that is no higher", () => {
  const { measurement, ...rest } = outcomeOf([answered(0, 900)]);
  const found = { ...rest, measurement: { ...measurement, answeredPerSecond: unknown("it went on", 6) } };
  expect(judge(found, { answeredPerSecond: 6 }).verdict).toBe("Go");
  expect(judge(found, { answeredPerSecond: 7 }).verdict).toBe("unknown");
});
