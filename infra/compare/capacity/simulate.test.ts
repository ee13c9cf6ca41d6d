import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { evenly as numbers } from "../evenly-fixture.ts";
import { WORKER } from "./capacity-fixture.ts";
import type { CapacityInput } from "./input.ts";
import type { CapacityResult, ReplyTimes } from "./result.ts";
import { simulate } from "./simulate.ts";

const HOUR = 3_600_000;

function timesOf({ times }: CapacityResult): ReplyTimes {
  if (times === undefined) throw new Error("nobody was answered");
  return times;
}

/** Everybody writes once, and the AI takes as long for everybody. */
function evenly(perSecond: number, change: Partial<CapacityInput> = {}): CapacityInput {
  return {
    ...WORKER,
    arrivals: { perSecond, durationMs: HOUR, sessions: 1_000 },
    ai: { kind: "fixed", ms: 3_000 },
    ...change,
  };
}

const drawn = {
  perSecond: numbers(0, 20),
  sessions: fc.integer({ min: 1, max: 20 }),
  conversations: fc.option(fc.integer({ min: 1, max: 100 }), { nil: undefined }),
  share: numbers(0, 0.8),
  burst: fc.integer({ min: 0, max: 200 }),
  processes: fc.integer({ min: 1, max: 4 }),
  concurrency: fc.integer({ min: 1, max: 20 }),
  storeRttMs: numbers(0, 200),
  timeoutMs: fc.integer({ min: 2_000, max: 30_000 }),
  limit: fc.constantFrom(undefined, { perSecond: 3, burst: 5 }),
  pacingMs: fc.integer({ min: 0, max: 2_000 }),
  cpuMs: fc.integer({ min: 0, max: 100 }),
  seed: fc.integer(),
};

type Drawn = { [Key in keyof typeof drawn]: (typeof drawn)[Key] extends fc.Arbitrary<infer T> ? T : never };

function inputOf(values: Drawn): CapacityInput {
  const { perSecond, sessions, conversations, share, burst, timeoutMs, limit, cpuMs, ...rest } = values;
  return {
    ...WORKER,
    ...rest,
    arrivals: {
      perSecond,
      sessions,
      durationMs: 60_000,
      ...(conversations === undefined ? {} : { conversations }),
      followUps: { share, afterMs: 2_000 },
      bursts: [{ atMs: 20_000, messages: burst, withinMs: 5_000 }],
    },
    attempt: { timeoutMs, attempts: 2, backoffMs: 1_000 },
    ...(limit === undefined ? {} : { limit }),
    processor: { msPerMessage: cpuMs, share: 0.5 },
  };
}

const inputs = fc.record(drawn).map(inputOf);

describe("whatever arrives", () => {
  test("every message is answered, joined another, failed, or waits still", () => {
    fc.assert(
      fc.property(inputs, numbers(0, 90_000), (input, untilMs) => {
        for (const result of [simulate(input), simulate(input, { untilMs })]) {
          const { arrived, answered, joined, failed, waiting } = result;
          expect(answered + joined + failed + waiting).toBe(arrived);
          expect(waiting).toBeGreaterThanOrEqual(0);
          expect(result.utilisation).toBeGreaterThanOrEqual(0);
          expect(result.utilisation).toBeLessThanOrEqual(1 + 1e-9);
        }
        expect(simulate(input).waiting).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  test("the same seed makes the same result, another one another", () => {
    const input: CapacityInput = { ...WORKER, seed: 7 };
    expect(simulate(input)).toEqual(simulate(input));
    expect(simulate(input)).not.toEqual(simulate({ ...input, seed: 8 }));
  });

  test("what waits on average is the rate times how long it waits (Little)", () => {
    fc.assert(
      fc.property(inputs, (input) => {
        // Everybody within the first thousandth, so that all is over at the end.
        const { perSecond, durationMs } = input.arrivals;
        const curve = [1, ...Array.from({ length: 999 }, () => 0)];
        const result = simulate({
          ...input,
          arrivals: {
            ...input.arrivals,
            perSecond: perSecond / 1_000,
            durationMs: durationMs * 1_000,
            curve,
          },
        });
        const { arrived, meanBacklog, spanMs, meanUntilTurnMs = 0 } = result;
        const waited = arrived * meanUntilTurnMs;
        expect(Math.abs(meanBacklog * spanMs - waited)).toBeLessThanOrEqual(1e-6 * (1 + waited));
      }),
      { numRuns: 60 },
    );
  });
});

describe("a reply", () => {
  test("takes its round trips, the AI, and the way to WhatsApp, where nobody else writes", () => {
    const { reply, waiting, ai, storeMs, sendMs } = timesOf(
      simulate(evenly(0.01, { storeRttMs: 100, whatsappRttMs: 40 })),
    );
    // Received 1, woken 0.5 + 0.5 + 1, begun 1, committed 1, sent 3.
    expect(storeMs).toBeCloseTo(800, 6);
    expect({ ai: ai.p50, sendMs }).toEqual({ ai: 3_000, sendMs: 20 });
    expect(reply.p50).toBeCloseTo(3_820, 6);
    expect(waiting.p50).toBe(0);
  });

  test("whose turn comes after another one's has no way of its own to be taken", () => {
    const arrivals = { perSecond: 2, durationMs: HOUR, sessions: 5, conversations: 5 };
    const { storeMs } = timesOf(simulate(evenly(2, { storeRttMs: 100, concurrency: 1, arrivals })));
    // Received 1, woken 0.5, begun 1, committed 1, sent 3: the job came with the end of the one before.
    expect(storeMs).toBeGreaterThan(649.999);
    expect(storeMs).toBeLessThan(655);
  });

  test("waits for a holding message that went out when its turn began late", () => {
    const { reply } = timesOf(
      simulate(
        evenly(0.01, { storeRttMs: 100, whatsappRttMs: 1_000, objectiveMs: 0, ai: { kind: "fixed", ms: 1 } }),
      ),
    );
    // Begun at 400, held until 500 + 1,000 for the ack + 400 around it; sent with 3 more, and half a way.
    expect(reply.p50).toBeCloseTo(1_900 + 300 + 500, 6);
  });

  test("consists of its parts", () => {
    const { reply, waiting, ai, storeMs, sendMs } = timesOf(simulate(evenly(12, { storeRttMs: 50 })));
    expect(waiting.mean + ai.mean + storeMs + sendMs).toBeCloseTo(reply.mean, 3);
  });

  test("takes no less time the more arrive", () => {
    const rate = numbers(0.1, 4);
    fc.assert(
      fc.property(rate, rate, fc.integer(), (one, other, seed) => {
        const few = Math.min(one, other);
        // The same messages, closer together.
        const at = (perSecond: number) =>
          simulate(
            evenly(perSecond, {
              concurrency: 5,
              ai: { kind: "exponential", meanMs: 2_000 },
              arrivals: { perSecond, durationMs: (few * 600_000) / perSecond, sessions: 1_000 },
              storeRttMs: 0,
              seed,
            }),
          );
        const [less, more] = [at(few), at(Math.max(one, other))];
        if (less.times === undefined) return;
        expect(more.arrived).toBe(less.arrived);
        expect(timesOf(more).reply.mean).toBeGreaterThanOrEqual(less.times.reply.mean - 1e-6);
      }),
      { numRuns: 40 },
    );
  });

  test("that takes long has a holding message before it, and waits for its ack", () => {
    const held = simulate(evenly(0.01, { ai: { kind: "fixed", ms: 5_001 }, whatsappRttMs: 1_000 }));
    expect(held.heldShare).toBe(1);
    expect(held.lateShare).toBe(1);
    // 5,000 + its own trips + a second for the ack; the answer half a second more.
    expect(timesOf(held).reply.p50).toBeGreaterThan(6_500);
    expect(simulate(evenly(0.01)).heldShare).toBe(0);
  });

  test("is tried again after the AI's timeout, and given up after the last attempt", () => {
    const attempt = { timeoutMs: 4_000, attempts: 3, backoffMs: 1_500 };
    const never = simulate(evenly(0.01, { attempt, ai: { kind: "fixed", ms: 4_001 } }));
    expect(never.times).toBeUndefined();
    expect(never.failed).toBe(never.arrived);
    const ai = { kind: "uniform", fromMs: 2_000, toMs: 6_000 } as const;
    const often = simulate(evenly(0.05, { attempt, ai }));
    // Half of the attempts succeed: one in eight messages never does.
    expect(often.failed / often.arrived).toBeGreaterThan(0.06);
    expect(often.failed / often.arrived).toBeLessThan(0.2);
    expect(timesOf(often).reply.p99).toBeGreaterThan(2 * 4_000 + 1_500 + 3_000);
  });
});

describe("a conversation", () => {
  test("has one turn at a time: what arrives meanwhile joins the next one", () => {
    const { arrived, answered, joined } = simulate(
      evenly(2, { arrivals: { perSecond: 2, durationMs: HOUR, sessions: 1, conversations: 1 } }),
    );
    // A turn in 3 s, 6 messages in it.
    expect(answered).toBeGreaterThan(HOUR / 3_000 / 1.1);
    expect(answered).toBeLessThan(HOUR / 3_000);
    expect(joined).toBe(arrived - answered);
  });

  test("holds nobody else up: with conversations of their own all are answered at once", () => {
    const { joined, times } = simulate(evenly(2));
    expect(joined).toBe(0);
    expect(times?.waiting.p99).toBeLessThan(100);
  });
});

test("a slot is held until its turn is over, and by a wake-up that finds another at it until it has looked", () => {
  const two = { atMs: 0, messages: 2, withinMs: 0 };
  const arrivals = { perSecond: 0, durationMs: HOUR, sessions: 1, conversations: 1, bursts: [two] };
  const { utilisation, spanMs, joined } = simulate(evenly(0, { storeRttMs: 100, arrivals }));
  expect(joined).toBe(1);
  // From 150 to 3,900, by way of 3,000 of the AI; and from 250, when another one is being fetched, to 700.
  expect(utilisation * spanMs * WORKER.concurrency).toBeCloseTo(3_750 + 450, 6);
});

test("what comes while the system fills is counted nowhere", () => {
  const burst = { atMs: 0, messages: 20, withinMs: 1_000 };
  const arrivals = { perSecond: 0, durationMs: HOUR, warmUpMs: HOUR / 2, sessions: 20, bursts: [burst] };
  const result = simulate(evenly(0, { arrivals, ai: { kind: "fixed", ms: 6_000 } }));
  expect(result).toMatchObject({ arrived: 0, answered: 0, failed: 0, waiting: 0, utilisation: 0 });
  for (const absent of ["times", "lateShare", "heldShare", "meanUntilTurnMs"])
    expect(result).not.toHaveProperty(absent);
});

describe("a limit", () => {
  test("of 5 slots and an AI of 3 s is reached at 1.67 messages a second", () => {
    const below = simulate(evenly(1.5, { concurrency: 5 }));
    const above = simulate(evenly(2, { concurrency: 5 }));
    expect(below.utilisation).toBeLessThan(0.95);
    expect(timesOf(below).reply.p50).toBeLessThan(5_000);
    expect(above.utilisation).toBeGreaterThan(0.99);
    // Every second a third of a message more waits.
    expect(above.backlog.most).toBeGreaterThan(0.25 * 3_600);
  });

  test("of slots is each process's own: two with all numbers on one of them are no more than one", () => {
    const one = evenly(2, {
      concurrency: 5,
      arrivals: { perSecond: 2, durationMs: HOUR, sessions: 1, conversations: 10_000 },
    });
    expect(simulate({ ...one, processes: 2 }).backlog.most).toBe(simulate(one).backlog.most);
  });

  test("of the fleet holds turns back, wherever they are", () => {
    const arrivals = { perSecond: 4, durationMs: HOUR / 6, sessions: 1_000 };
    const free = evenly(4, { processes: 2, arrivals });
    const limited = simulate({ ...free, limit: { perSecond: 3, burst: 1 } });
    // 2,400 messages at 3 a second are 200 s late at the end, and 600 are behind.
    expect(timesOf(limited).waiting.p99 / 1_000).toBeGreaterThan(150);
    expect(timesOf(limited).waiting.p99 / 1_000).toBeLessThan(250);
    expect(timesOf(simulate(free)).waiting.p99).toBeLessThan(100);
  });

  test("of a number's pace holds its answers back", () => {
    const paced = (sessions: number) =>
      simulate(evenly(1, { pacingMs: 2_000, arrivals: { perSecond: 1, durationMs: HOUR / 6, sessions } }));
    expect(timesOf(paced(1)).waiting.p50).toBeGreaterThan(60_000);
    expect(timesOf(paced(100)).waiting.p50).toBeLessThan(100);
  });

  test("of a processor counts once for each message and its answer", () => {
    const processor = { msPerMessage: 100, share: 0.5 };
    expect(timesOf(simulate(evenly(4, { processor }))).waiting.p50).toBeLessThan(1_000);
    // 200 ms each: 5 a second.
    expect(timesOf(simulate(evenly(6, { processor }))).waiting.p50).toBeGreaterThan(60_000);
  });

  test("is the store's distance for one number: its messages are stored one after the other", () => {
    const far = (sessions: number) =>
      simulate(evenly(6, { storeRttMs: 200, arrivals: { perSecond: 6, durationMs: HOUR / 6, sessions } }));
    expect(timesOf(far(1)).waiting.p50).toBeGreaterThan(30_000);
  });
});

describe("a burst", () => {
  test("leaves a backlog that is gone as fast as the slots allow", () => {
    const burst = { atMs: 600_000, messages: 300, withinMs: 1_000 };
    const { backlog } = simulate(
      evenly(0, { arrivals: { perSecond: 0, durationMs: HOUR, sessions: 300, bursts: [burst] } }),
    );
    expect(backlog.most).toBeGreaterThan(240);
    // 300 at 50 in 3 s: the last ones find a slot after 5 rounds.
    expect(backlog.bursts[0]?.goneAfterSeconds).toBeGreaterThan(13);
    expect(backlog.bursts[0]?.goneAfterSeconds).toBeLessThan(16);
  });

  test("that nobody has to wait for leaves none", () => {
    const burst = { atMs: 600_000, messages: 10, withinMs: 1_000 };
    const { backlog } = simulate(
      evenly(0, { arrivals: { perSecond: 0, durationMs: HOUR, sessions: 300, bursts: [burst] } }),
    );
    expect(backlog.bursts[0]?.goneAfterSeconds).toBe(0);
  });

  test("has no end where the simulation ends before it", () => {
    const burst = { atMs: 600_000, messages: 300, withinMs: 1_000 };
    const input = evenly(0, { arrivals: { perSecond: 0, durationMs: HOUR, sessions: 300, bursts: [burst] } });
    expect(simulate(input, { untilMs: 605_000 }).backlog.bursts[0]).not.toHaveProperty("goneAfterSeconds");
  });
});

test("a day's curve puts the messages where it is high, and no more of them", () => {
  const curve = [...Array.from({ length: 12 }, () => 0), ...Array.from({ length: 12 }, () => 1)];
  const input = evenly(1, { arrivals: { perSecond: 1, durationMs: 24 * HOUR, sessions: 10, curve } });
  const { arrived, backlog } = simulate(input);
  expect(Math.abs(arrived - 86_400)).toBeLessThan(4 * Math.sqrt(86_400));
  expect(backlog.atMs).toBeGreaterThan(12 * HOUR);
  expect(simulate(input, { untilMs: 12 * HOUR }).arrived).toBe(0);
});

test("nobody writing is no time of 0", () => {
  const result = simulate(evenly(0));
  expect(result).toMatchObject({ arrived: 0, utilisation: 0 });
  expect(result.times).toBeUndefined();
  expect(result.lateShare).toBeUndefined();
});
