import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { evaluate, type AlertEvent } from "./evaluate.ts";
import { eventsOf, minutes, MINUTE_MS, replay, START } from "./history-fixture.ts";
import type { Rule } from "./rule.ts";
import { RULES } from "./rules.ts";

const ruleOf = (id: string): Rule => RULES.find((rule) => rule.id === id)!;
const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

describe("a history of the deployment", () => {
  test("a peak that is over within the minute is nobody's business", () => {
    expect(replay(minutes("waitingConversations", [0, 150, 80, 0, 0, 140, 0]))).toEqual([]);
  });

  test("a queue that stays long fires once, and resolves once it has been short for two minutes", () => {
    const history = minutes("waitingConversations", [0, 150, 180, 170, 200, 90, 60, 40, 30, 20, 10, 0]);
    expect(replay(history)).toEqual(["2 fired depth", "9 resolved depth"]);
  });

  test("between where it begins and where it ends nothing changes", () => {
    expect(replay(minutes("waitingConversations", [90, 99, 60, 100, 90, 80]))).toEqual([]);
    expect(replay(minutes("waitingConversations", [150, 150, 40, 60, 40, 60, 40, 60]))).toEqual([
      "1 fired depth",
    ]);
  });

  test("an oldest message that grows old fires long before a queue grows long", () => {
    const history = [5, 20, 40, 95, 150, 210, 4, 2, 2, 2].map((seconds) => ({
      oldestWaitingSeconds: seconds,
      waitingConversations: 3,
    }));
    expect(replay(history)).toEqual(["3 fired oldest-waiting", "8 resolved oldest-waiting"]);
  });

  test("replies that become slow fire after five minutes of it, not for one slow minute", () => {
    const slow = [3, 7, 3, 3, ...times(7, 9), ...times(7, 4)];
    expect(replay(minutes("replyP95Seconds", slow))).toEqual(["9 fired reply-p95", "16 resolved reply-p95"]);
  });

  test("an AI that fails and comes back", () => {
    expect(replay(minutes("aiBreakersOpen", [0, 1, 0, 1, 1, 1, 0, 0, 0]))).toEqual([
      "4 fired ai-breaker",
      "7 resolved ai-breaker",
    ]);
  });

  test("a store that throws keys away fires at once, and once while it goes on", () => {
    expect(replay(minutes("redisEvictions", [0, 12, 0, 3, 0, 40, ...times(12, 0)]))).toEqual([
      "1 fired redis-evictions",
      "16 resolved redis-evictions",
    ]);
  });

  test("memory that a host does not tell is not known: neither bad nor good", () => {
    const history = minutes("redisMemoryPercent", [85, 86, ...times(20, undefined), 70, 70, 70, 70, 70, 70]);
    expect(replay(history)).toEqual(["1 fired redis-memory", "27 resolved redis-memory"]);
    expect(replay(minutes("redisMemoryPercent", [85, undefined, 85, undefined, 85]))).toEqual([]);
  });
});

describe("a history of organizations", () => {
  test("each fires and resolves by itself", () => {
    const down = (seconds: Record<string, number>) => ({ sessionDownSeconds: seconds });
    const history = [
      down({ ana: 200 }),
      down({ ana: 260, bia: 10 }),
      down({ ana: 320, bia: 70 }),
      down({ ana: 380, bia: 310 }),
      down({ bia: 370 }),
      down({ bia: 430 }),
      down({}),
      down({}),
    ];
    expect(replay(history)).toEqual([
      "2 fired session-down ana",
      "3 fired session-down bia",
      "5 resolved session-down ana",
      "7 resolved session-down bia",
    ]);
  });

  test("a budget is told at 80 % and when it is spent, and is free again the next day", () => {
    const spent = [10, 79, 80, 95, 100, 100, 0, 0].map((percent) => ({ aiBudgetPercent: { ana: percent } }));
    expect(replay(spent)).toEqual([
      "2 fired ai-budget ana",
      "4 fired ai-budget-spent ana",
      "7 resolved ai-budget ana",
      "7 resolved ai-budget-spent ana",
    ]);
  });

  test("one that is gone is not bad any more", () => {
    const history = [{ sessionLoggedOut: { ana: 1 } }, ...times(3, { sessionLoggedOut: {} })];
    expect(replay(history)).toEqual(["0 fired session-logged-out ana", "2 resolved session-logged-out ana"]);
  });
});

describe("looks that are missing", () => {
  const bad = minutes("waitingConversations", times(12, 150));

  test("one or two change nothing", () => {
    expect(replay(bad, { missed: [1, 2] })).toEqual(["3 fired depth"]);
  });

  test("of many nobody knows what was in between: what is bad must last anew, and what is good, too", () => {
    expect(replay(bad, { missed: [1, 2, 3, 4] })).toEqual(["6 fired depth"]);
    const over = minutes("waitingConversations", [150, 150, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    expect(replay(over, { missed: [3, 4, 5, 6] })).toEqual(["1 fired depth", "9 resolved depth"]);
  });
});

describe("what is silenced", () => {
  const until = (end: number, ...what: string[]) => ({
    silenced: (minute: number) => (minute < end ? what : []),
  });
  const long = minutes("waitingConversations", [150, 150, 150, 150, 150, 150, 0, 0, 0]);

  test("is told when the silence ends, if it is bad still", () => {
    expect(replay(long, until(4, "depth"))).toEqual(["4 fired depth", "8 resolved depth"]);
  });

  test("is not told while it is neither bad nor good, only when it is bad again", () => {
    const history = minutes("waitingConversations", [150, 150, 70, 70, 70, 150, 0, 0, 0]);
    expect(replay(history, until(3, "depth"))).toEqual(["5 fired depth", "8 resolved depth"]);
  });

  test("is never told, if it is over by then", () => {
    expect(replay(long, until(7, "depth"))).toEqual([]);
  });

  test("resolves all the same when it was told before", () => {
    const silenced = (minute: number): string[] => (minute > 2 ? ["depth"] : []);
    expect(replay(long, { silenced })).toEqual(["1 fired depth", "8 resolved depth"]);
  });

  test("is one rule, or one rule of one organization", () => {
    const history = times(3, { sessionLoggedOut: { ana: 1, bia: 1 }, aiBudgetPercent: { ana: 90 } });
    expect(replay(history, until(9, "session-logged-out ana"))).toEqual([
      "0 fired session-logged-out bia",
      "0 fired ai-budget ana",
    ]);
    expect(replay(history, until(9, "session-logged-out"))).toEqual(["0 fired ai-budget ana"]);
  });
});

test("a rule that is taken away while it fires leaves nobody waiting for its end", () => {
  const [depth] = [ruleOf("depth")];
  const firing = {
    "depth ": { firingSince: 1, told: true },
    "ai-budget ana": { firingSince: 1, told: true },
  };
  const moment = { at: 9, samples: new Map(), gap: false, silenced: () => false };
  const { state, events } = evaluate([depth], firing, moment);
  expect(events).toEqual([
    {
      id: "ai-budget.ana.1.resolved",
      kind: "resolved",
      rule: "ai-budget",
      organization: "ana",
      at: 9,
      since: 1,
    },
  ]);
  expect(state).toEqual({ "depth ": { firingSince: 1, told: true } });
});

test("an event has the same id, whoever makes it, which may stand in a header and in a key", () => {
  const history = [
    ...times(3, { waitingConversations: 150, sessionLoggedOut: { "ana-1": 1 } }),
    ...times(3, {}),
  ];
  const ids = eventsOf(history).map(({ id }) => id);
  expect(eventsOf(history).map(({ id }) => id)).toEqual(ids);
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^[\w.-]{1,100}$/);
});

/** A rule with times that a short history reaches. */
const arbitraryRule: fc.Arbitrary<Rule> = fc
  .record({
    from: fc.integer({ min: 1, max: 10 }),
    less: fc.integer({ min: 0, max: 5 }),
    forMinutes: fc.integer({ min: 0, max: 4 }),
    clearMinutes: fc.integer({ min: 0, max: 4 }),
    of: fc.constantFrom("deployment" as const, "organization" as const),
  })
  .map(({ from, less, forMinutes, clearMinutes, of }) =>
    Object.assign({}, ruleOf("depth"), {
      of,
      from,
      until: Math.max(0.5, from - less),
      forSeconds: forMinutes * 60,
      clearSeconds: clearMinutes * 60,
    }),
  );

/** What is wrong with the events of one rule and subject, in their order. */
function wrongWith(own: readonly AlertEvent[], rule: Rule): string[] {
  return own.flatMap(({ kind, at, since }, index) => {
    const last = own[index - 1];
    const [forMs, clearMs] = [rule.forSeconds * 1000, rule.clearSeconds * 1000];
    const rules: [wrong: boolean, what: string][] =
      kind === "fired"
        ? [
            [last?.kind === "fired", "fired twice"],
            [at - since < forMs, "fired before its time"],
            [last !== undefined && at - last.at < Math.max(forMs, MINUTE_MS), "fired again too soon"],
          ]
        : [
            [last?.kind !== "fired", "resolved what did not fire"],
            [last !== undefined && at - last.at < Math.max(clearMs, MINUTE_MS), "resolved before its time"],
            [since !== last?.since, "resolved another one"],
          ];
    return rules.flatMap(([wrong, what]) => (wrong ? [`${what} at ${at}`] : []));
  });
}

test("whatever is seen, each fires and resolves by turns, and neither before its time nor while it is silenced", () => {
  const value = fc.option(fc.integer({ min: 0, max: 12 }), { nil: undefined });
  const someMinutes = fc.array(fc.integer({ min: 0, max: 39 }), { maxLength: 12 });
  let told = 0;
  fc.assert(
    fc.property(
      arbitraryRule,
      fc.array(fc.record({ "": value, ana: value, bia: value }), { maxLength: 40 }),
      someMinutes,
      someMinutes,
      (rule, values, missed, quiet) => {
        const subjects = rule.of === "deployment" ? [""] : ["ana", "bia"];
        const history = values.map((each) => {
          const known = subjects.map((subject) => [subject, each[subject as "ana"]] as const);
          const seen = known.flatMap(([subject, one]) =>
            one === undefined ? [] : [[subject, one] as const],
          );
          return { waitingConversations: Object.fromEntries(seen) };
        });
        const events = eventsOf(history, {
          rules: [rule],
          missed,
          silenced: (minute) => (quiet.includes(minute) ? ["depth"] : []),
        });
        told += events.length;
        for (const subject of subjects) {
          const own = events.filter(({ organization = "" }) => organization === subject);
          expect(wrongWith(own, rule)).toEqual([]);
        }
        const fired = events.filter(({ kind }) => kind === "fired");
        expect(
          fired.map(({ at }) => (at - START) / MINUTE_MS).filter((minute) => quiet.includes(minute)),
        ).toEqual([]);
      },
    ),
    { numRuns: 500 },
  );
  // A property of nothing would hold, too.
  expect(told).toBeGreaterThan(100);
});
