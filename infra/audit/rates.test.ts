import { describe, expect, test } from "vitest";
import { monthOf } from "./month.ts";
import { ratesOf } from "./rates.ts";
import type { Sample } from "./watch.ts";

/** One look every 5 s, of what was counted from the beginning. */
function sample(look: number, counts: Sample["counts"], activity: Partial<Sample["activity"]> = {}): Sample {
  return {
    takenAt: 1_800_000_000_000 + look * 5_000,
    at: look * 5_000,
    counts,
    reads: undefined,
    bytesIn: 0,
    bytesOut: 0,
    closed: 0,
    cpuMs: undefined,
    activity: { added: 0, active: 0, backlog: 0, ...activity },
  };
}

/** At rest: one command of a client in 5 s, and three inside its script. */
const REST = (look: number) => ({ evalsha: look, hget: 3 * look });

describe("what is seen", () => {
  test("without a job is rest, and nothing is said of jobs", () => {
    const rates = ratesOf(Array.from({ length: 13 }, (_, look) => sample(look, REST(look))));
    expect(rates).toMatchObject({
      seconds: 60,
      jobs: 0,
      seen: { client: { counted: 12 }, all: 48 },
      rest: { seconds: 60, perMinute: { client: { counted: 12 }, all: 48 } },
      from: "2027-01-15T08:00:00.000Z",
      to: "2027-01-15T08:01:00.000Z",
    });
    expect(rates.perJob).toBeUndefined();
    // 730 hours of 60 minutes.
    expect(monthOf(rates).atRest).toMatchObject({ client: { counted: 525_600 }, all: 2_102_400 });
  });

  test("with jobs in some of the time is told apart: what is done at rest is no job's", () => {
    const worked = (look: number): Sample["counts"] => {
      const jobs = look > 8 ? 10 : 0;
      return { evalsha: look + 2 * jobs, hget: 3 * look + 20 * jobs };
    };
    const samples = Array.from({ length: 13 }, (_, look) =>
      sample(look, worked(look), { added: look > 8 ? 10 : 0 }),
    );
    const rates = ratesOf(samples);
    expect(rates.jobs).toBe(10);
    expect(rates.rest).toMatchObject({ seconds: 55, perMinute: { all: 48 } });
    expect(rates.perJob?.client.counted).toBeCloseTo(2);
    expect(rates.perJob?.all).toBeCloseTo(22);
  });

  test("with jobs all the time has no rest, and so no price of a job", () => {
    const samples = Array.from({ length: 13 }, (_, look) => sample(look, REST(look), { added: look }));
    const rates = ratesOf(samples);
    expect(rates).toMatchObject({ jobs: 12 });
    expect(rates.rest).toBeUndefined();
    expect(rates.perJob).toBeUndefined();
    expect(monthOf(rates).atRest).toBeUndefined();
  });

  test("with less rest than the half minute in which BullMQ looks around is not told apart", () => {
    const quietFor = (looks: number) =>
      ratesOf(
        Array.from({ length: 13 }, (_, look) => {
          return sample(look, REST(look), { added: Math.max(0, look - looks) });
        }),
      );
    expect(quietFor(5).rest).toBeUndefined();
    expect(quietFor(6).rest).toMatchObject({ seconds: 30 });
  });

  test.each([
    ["a job that runs", { active: 1 }],
    ["a job that comes due", { backlog: 3 }],
  ])("%s is no rest, though none is added", (_what, activity) => {
    const samples = Array.from({ length: 13 }, (_, look) =>
      sample(look, REST(look), look % 2 === 0 ? activity : {}),
    );
    expect(ratesOf(samples).rest).toBeUndefined();
  });

  test("what passed the sockets is known of a Redis that says it, and of no other", () => {
    const looks = (last: Partial<Sample>, first: Partial<Sample> = last): Sample[] => [
      { ...sample(0, REST(0)), ...first },
      { ...sample(1, REST(1)), ...last },
    ];
    const said = looks({ bytesIn: 70, bytesOut: 900, cpuMs: 3 }, { bytesIn: 20, bytesOut: 100, cpuMs: 1 });
    expect(ratesOf(said)).toMatchObject({ bytesIn: 50, bytesOut: 800, cpuMs: 2 });
    const unsaid = looks({ bytesIn: undefined, bytesOut: undefined });
    expect(ratesOf(unsaid)).toMatchObject({ bytesIn: undefined, bytesOut: undefined, cpuMs: undefined });
  });

  test("once is nothing to judge by", () => {
    expect(() => ratesOf([sample(0, {})])).toThrow(RangeError);
  });
});
