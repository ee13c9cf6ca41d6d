import fc from "fast-check";
import { DateTime } from "luxon";
import { expect, test } from "vitest";
import { gapMs, hoursAt } from "./pace.ts";

const ZONES = [
  "America/Sao_Paulo",
  "America/Santiago",
  "Europe/Lisbon",
  "America/New_York",
  "Asia/Kolkata",
  "Pacific/Apia",
  "UTC",
];
const minutes = fc.integer({ min: 0, max: 24 * 60 - 1 });
const time = minutes.map((of) => `${pad(Math.floor(of / 60))}:${pad(of % 60)}`);
/** From 2015 to 2035: clocks were put forward and back in most of these zones. */
const moments = fc.integer({ min: Date.UTC(2015, 0), max: Date.UTC(2035, 0) });
const zones = fc.constantFrom(...ZONES);

function at(timeZone: string, local: string): number {
  return DateTime.fromISO(local, { zone: timeZone }).toMillis();
}

function openMinutes(quietFrom: string, quietTo: string): number {
  const [from = 0, to = 0] = [quietFrom, quietTo].map((clock) => {
    const [hour = 0, minute = 0] = clock.split(":").map(Number);
    return hour * 60 + minute;
  });
  return (from - to + 1_440) % 1_440;
}

function quiet(timeZone: string, quietFrom: string, quietTo: string, now: number): number | undefined {
  return hoursAt({ timeZone, pacing: { quietFrom, quietTo } }, now).quietUntil;
}

function pad(of: number): string {
  return String(of).padStart(2, "0");
}

test("in the evening a number is quiet until the next morning", () => {
  const zone = "America/Sao_Paulo";
  const morning = at(zone, "2026-11-26T08:00");
  expect(quiet(zone, "20:00", "08:00", at(zone, "2026-11-25T20:00"))).toBe(morning);
  expect(quiet(zone, "20:00", "08:00", at(zone, "2026-11-26T07:59:59.999"))).toBe(morning);
  expect(quiet(zone, "20:00", "08:00", morning)).toBeUndefined();
  expect(quiet(zone, "20:00", "08:00", at(zone, "2026-11-25T19:59:59.999"))).toBeUndefined();
});

test("quiet hours may be within a day, and the same time twice means none", () => {
  const zone = "America/Sao_Paulo";
  const noon = at(zone, "2026-11-25T12:30");
  expect(quiet(zone, "12:00", "14:00", noon)).toBe(at(zone, "2026-11-25T14:00"));
  expect(quiet(zone, "13:00", "14:00", noon)).toBeUndefined();
  expect(quiet(zone, "12:30", "12:30", noon)).toBeUndefined();
});

test("the night on which the clock is put forward is an hour shorter, the one on which it is put back an hour longer", () => {
  const zone = "America/New_York";
  const hours = (evening: string) => {
    const from = at(zone, `${evening}T20:00`);
    return ((quiet(zone, "20:00", "08:00", from) ?? 0) - from) / 3_600_000;
  };
  expect(hours("2026-03-06")).toBe(12);
  expect(hours("2026-03-07")).toBe(11);
  expect(hours("2026-10-31")).toBe(13);
});

test("quiet hours end at a moment that is to come, within a day or so, and then they are over", () => {
  fc.assert(
    fc.property(zones, time, time, moments, (zone, from, to, now) => {
      const until = quiet(zone, from, to, now);
      if (until === undefined) return;
      expect(until).toBeGreaterThan(now);
      expect(until - now).toBeLessThanOrEqual(26 * 3_600_000);
      // An hour that is left out may be all of the day that is not quiet.
      fc.pre(openMinutes(from, to) > 60);
      expect(quiet(zone, from, to, until)).toBeUndefined();
    }),
    { numRuns: 2_000 },
  );
});

test("where the only hour that is not quiet is left out, it is quiet until the next day's", () => {
  const zone = "America/Santiago";
  const until = at(zone, "2022-09-11T01:00");
  expect(quiet(zone, "01:00", "00:00", at(zone, "2022-09-10T12:00"))).toBe(until);
  expect(quiet(zone, "01:00", "00:00", until)).toBe(at(zone, "2022-09-12T00:00"));
});

test("whatever the zone, the local clock alone says whether it is quiet", () => {
  fc.assert(
    fc.property(zones, time, time, moments, (zone, from, to, now) => {
      const clock = DateTime.fromMillis(now, { zone }).toFormat("HH:mm");
      const within = from <= to ? from <= clock && clock < to : clock >= from || clock < to;
      expect(quiet(zone, from, to, now) !== undefined).toBe(within);
    }),
    { numRuns: 2_000 },
  );
});

test("a day ends at the local midnight, or where that is left out, at the first moment after it", () => {
  fc.assert(
    fc.property(zones, moments, (timeZone, now) => {
      const { dayEndsAt } = hoursAt({ timeZone, pacing: { quietFrom: "20:00", quietTo: "08:00" } }, now);
      const [today, last, next] = [now, dayEndsAt - 1, dayEndsAt].map((ms) =>
        DateTime.fromMillis(ms, { zone: timeZone }).toISODate(),
      );
      expect(dayEndsAt).toBeGreaterThan(now);
      expect(last).toBe(today);
      expect(next).not.toBe(today);
    }),
    { numRuns: 2_000 },
  );
});

test("gaps are those of the pace on average, and differ by its jitter", () => {
  const pace = { perMinute: 6, jitter: 0.5 };
  expect([0, 0.5, 1].map((random) => gapMs(pace, random))).toEqual([5_000, 10_000, 15_000]);
  expect(gapMs({ perMinute: 60, jitter: 0 }, 0.9)).toBe(1_000);
});
