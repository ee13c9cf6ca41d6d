import fc from "fast-check";
import { DateTime, IANAZone } from "luxon";
import { describe, expect, test } from "vitest";
import { cronPattern, dueDay, type Schedule } from "./schedule.ts";

const SUMMARY: Schedule = { at: "18:00", weekdaysOnly: false, carriesOver: true };
const OPPORTUNITIES: Schedule = { at: "09:00", weekdaysOnly: true, carriesOver: false };
const QUARTER = 15 * 60_000;

/** Zones with and without daylight saving, on both sides of the equator, off by 30 and 45 minutes, and with half an hour of it. */
const ZONES = [
  "America/Sao_Paulo",
  "America/New_York",
  "America/St_Johns",
  "America/Santiago",
  "Europe/Lisbon",
  "Europe/Dublin",
  "Africa/Casablanca",
  "Asia/Kolkata",
  "Asia/Kathmandu",
  "Asia/Tehran",
  "Australia/Lord_Howe",
  "Australia/Eucla",
  "Pacific/Chatham",
  "Pacific/Apia",
  "Pacific/Kiritimati",
  "Etc/GMT+12",
] as const;

const zone = fc.constantFrom(...ZONES);
/** Within years in which these zones change their clocks, Brazil's too. */
const instant = fc.integer({ min: Date.UTC(2010, 0, 1), max: Date.UTC(2030, 11, 31) });

const DAY = 24 * 3_600_000;

/** Days on which the clocks of each zone are changed. */
const CHANGES = new Map(
  ZONES.map((name) => {
    const offsets = IANAZone.create(name);
    const weeks = Array.from({ length: 20 * 52 }, (_, index) => Date.UTC(2010, 0, 1) + index * 7 * DAY);
    const changed = weeks.filter((day) => offsets.offset(day) !== offsets.offset(day + 7 * DAY));
    const days = changed.map((day) => {
      const before = [0, 1, 2, 3, 4, 5, 6].findLast(
        (more) => offsets.offset(day + more * DAY) === offsets.offset(day),
      );
      return day + (before ?? 0) * DAY;
    });
    return [name, days] as const;
  }),
);

/** A zone, and a time of it: half of them shortly before its clocks are changed. */
const moment = zone.chain((timeZone) => {
  const changed = CHANGES.get(timeZone) ?? [];
  const before = changed.length === 0 ? instant : fc.constantFrom(...changed.map((day) => day - DAY));
  return fc.tuple(fc.constant(timeZone), fc.oneof(instant, before));
});

const at = (time: string, timeZone: string): number => DateTime.fromISO(time, { zone: timeZone }).toMillis();

/** Asks at these times, and does what is due. */
function doneBy(schedule: Schedule, timeZone: string, times: readonly number[], from: string): string[] {
  const done: string[] = [];
  for (const time of times) {
    const due = dueDay(schedule, timeZone, time, done.at(-1) ?? from);
    if (due !== undefined) done.push(due.day);
  }
  return done;
}

describe("each local day once", () => {
  test("whatever the zone, across changes of its clock, asked each quarter of an hour from anywhere in it", () => {
    fc.assert(
      fc.property(moment, fc.integer({ min: 0, max: QUARTER - 1 }), ([timeZone, start], offset) => {
        const first = DateTime.fromMillis(start, { zone: timeZone }).startOf("day");
        const times = Array.from(
          { length: 4 * 96 },
          (_, index) => first.toMillis() + offset + index * QUARTER,
        );
        const before = first.minus({ days: 1 }).toISODate()!;
        const ends = DateTime.fromMillis(times.at(-1)!, { zone: timeZone });
        const expected: string[] = [];
        // Days as a calendar of this zone has them, with those left out that it left out.
        for (let day = first; day <= ends; day = day.plus({ days: 1 }).startOf("day")) {
          const evening = day.set({ hour: 18 });
          if (evening <= ends && !expected.includes(evening.toISODate()!))
            expected.push(evening.toISODate()!);
        }
        expect(doneBy(SUMMARY, timeZone, times, before)).toEqual(expected);
      }),
      { numRuns: 100 },
    );
  });

  test("in the very quarter of an hour in which it is 18:00 there, and never before", () => {
    fc.assert(
      fc.property(moment, ([timeZone, start]) => {
        const evening = DateTime.fromMillis(start, { zone: timeZone }).set({
          hour: 18,
          minute: 0,
          second: 0,
          millisecond: 0,
        });
        const last = evening.minus({ days: 1 }).toISODate()!;
        fc.pre(last !== evening.toISODate());
        expect(dueDay(SUMMARY, timeZone, evening.toMillis() - 1, last)).toBeUndefined();
        expect(dueDay(SUMMARY, timeZone, evening.toMillis(), last)).toEqual({
          day: evening.toISODate(),
          lateMs: 0,
        });
      }),
    );
  });

  test("moving to another zone never repeats a day and never goes back to one", () => {
    const moves = fc.array(fc.record({ timeZone: zone, quarters: fc.integer({ min: 1, max: 150 }) }), {
      minLength: 2,
      maxLength: 8,
    });
    fc.assert(
      fc.property(instant, moves, (start, stays) => {
        const done: string[] = [];
        let now = start;
        for (const { timeZone, quarters } of stays) {
          for (let quarter = 0; quarter < quarters; quarter++, now += QUARTER) {
            const due = dueDay(SUMMARY, timeZone, now, done.at(-1));
            if (due !== undefined) done.push(due.day);
          }
        }
        expect(done).toEqual([...new Set(done)].toSorted());
      }),
    );
  });
});

describe("one that was missed", () => {
  const zoneName = "America/Sao_Paulo";
  test.each<[what: string, now: string, day: string | undefined]>([
    ["at 18:00 by a restart of some minutes", "2026-11-25T18:07", "2026-11-25"],
    ["is made up for in the evening", "2026-11-25T22:59", "2026-11-25"],
    ["not in the night", "2026-11-25T23:00", undefined],
    ["nor after midnight", "2026-11-26T03:00", undefined],
    ["but in the morning", "2026-11-26T08:00", "2026-11-25"],
    ["and until the next one", "2026-11-26T17:59", "2026-11-25"],
    ["which comes in its place", "2026-11-26T18:00", "2026-11-26"],
  ])("%s", (_what, now, day) => {
    expect(dueDay(SUMMARY, zoneName, at(now, zoneName), "2026-11-24")?.day).toBe(day);
  });

  test("an organization that is new has missed nothing", () => {
    expect(dueDay(SUMMARY, zoneName, at("2026-11-25T10:00", zoneName), undefined)).toBeUndefined();
    expect(dueDay(SUMMARY, zoneName, at("2026-11-25T18:00", zoneName), undefined)?.day).toBe("2026-11-25");
  });
});

describe("opportunities", () => {
  test("are of weekdays only, on the day itself", () => {
    const timeZone = "America/Sao_Paulo";
    const first = at("2026-11-23T00:00", timeZone);
    const times = Array.from({ length: 7 * 96 }, (_, index) => first + index * QUARTER);
    expect(doneBy(OPPORTUNITIES, timeZone, times, "2026-11-20")).toEqual([
      "2026-11-23",
      "2026-11-24",
      "2026-11-25",
      "2026-11-26",
      "2026-11-27",
    ]);
    expect(dueDay(OPPORTUNITIES, timeZone, at("2026-11-28T08:30", timeZone), "2026-11-26")).toBeUndefined();
  });
});

test("a schedule as a pattern", () => {
  expect([cronPattern(SUMMARY), cronPattern({ ...OPPORTUNITIES, at: "07:45" })]).toEqual([
    "0 18 * * *",
    "45 7 * * 1-5",
  ]);
});
