import * as fc from "fast-check";
import { DateTime } from "luxon";
import { describe, expect, test } from "vitest";
import { nextOccurrence, nextTimeOfDay } from "./clock.ts";

const ZONES = [
  "America/Sao_Paulo",
  "America/New_York",
  "Europe/Lisbon",
  "Asia/Kolkata",
  "Australia/Lord_Howe",
];
const at = (text: string, zone = "America/Sao_Paulo"): number => DateTime.fromISO(text, { zone }).toMillis();
const HOUR_MS = 3_600_000;

describe("the next time of a day", () => {
  test.each([
    ["later today", "2026-11-25T10:00", "18:30", "2026-11-25T18:30"],
    ["tomorrow, if it is past", "2026-11-25T18:31", "18:30", "2026-11-26T18:30"],
    ["tomorrow, if it is now", "2026-11-25T18:30", "18:30", "2026-11-26T18:30"],
    ["in the next year", "2026-12-31T23:59", "00:00", "2027-01-01T00:00"],
  ])("is %s", (_when, now, time, expected) => {
    expect(nextTimeOfDay(time, "America/Sao_Paulo", at(now))).toBe(at(expected));
  });

  test("is when it would be in a night that skips it", () => {
    const zone = "America/New_York";
    expect(nextTimeOfDay("02:30", zone, at("2026-03-08T01:00", zone))).toBe(at("2026-03-08T03:30", zone));
    expect(nextTimeOfDay("02:30", zone, at("2026-03-08T04:00", zone))).toBe(at("2026-03-09T02:30", zone));
  });

  test("comes within 26 hours in every zone, and is that time wherever the day has it", () => {
    const time = fc.tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }));
    const moment = fc.integer({ min: at("2020-01-01"), max: at("2030-01-01") });
    fc.assert(
      fc.property(fc.constantFrom(...ZONES), time, moment, (zone, [hour, minute], now) => {
        const text = [hour, minute].map((part) => `${part}`.padStart(2, "0")).join(":");
        const next = nextTimeOfDay(text, zone, now);
        expect(next).toBeGreaterThan(now);
        expect(next - now).toBeLessThanOrEqual(26 * HOUR_MS);
        const shown = DateTime.fromMillis(next, { zone });
        const skipped = shown.minus({ hours: 2 }).offset !== shown.offset;
        expect(shown.toFormat("HH:mm") === text || skipped).toBe(true);
      }),
    );
  });
});

describe("the next time of a schedule", () => {
  test.each([
    ["2026-11-25T08:59", "2026-11-25T09:00"],
    ["2026-11-25T09:00", "2026-11-26T09:00"],
    // From Friday to Monday.
    ["2026-11-27T12:00", "2026-11-30T09:00"],
  ])("of 0 9 * * 1-5 after %s is %s", (now, expected) => {
    expect(nextOccurrence("0 9 * * 1-5", "America/Sao_Paulo", at(now))).toBe(at(expected));
  });

  test("is by the clocks of the zone, across daylight saving", () => {
    const zone = "America/New_York";
    expect(nextOccurrence("0 9 * * *", zone, at("2026-03-07T10:00", zone))).toBe(
      at("2026-03-08T09:00", zone),
    );
    expect(nextOccurrence("0 9 * * *", zone, at("2026-10-31T10:00", zone))).toBe(
      at("2026-11-01T09:00", zone),
    );
  });
});
