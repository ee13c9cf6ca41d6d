import * as fc from "fast-check";
import { DateTime } from "luxon";
import { expect, test } from "vitest";
import { policyOf } from "./policy.ts";

const ZONES = [
  "UTC",
  "America/Sao_Paulo",
  "America/Noronha",
  "Asia/Kolkata",
  "Asia/Kathmandu",
  "Australia/Lord_Howe",
  "Europe/Lisbon",
];
const HOUR_MS = 3_600_000;
const year = Date.UTC(2026, 0, 1);

test("day and hour are those that the clocks of the zone show, in whatever order it is asked", () => {
  const moment = fc.record({
    timeZone: fc.constantFrom(...ZONES),
    now: fc.integer({ min: year, max: year + 366 * 24 * HOUR_MS }),
  });
  fc.assert(
    fc.property(fc.array(moment, { maxLength: 20 }), (moments) => {
      for (const { timeZone, now } of moments) {
        const { day, hour } = policyOf({ timeZone, retentionDays: 1, automationRunsPerHour: 1 }, now);
        expect(`${day} ${hour}`).toBe(DateTime.fromMillis(now, { zone: timeZone }).toFormat("yyyy-MM-dd HH"));
      }
    }),
  );
});

test("an organization that is not known has UTC's day, and 90 days of retention", () => {
  const now = Date.UTC(2026, 10, 25, 1);
  expect(policyOf(undefined, now)).toMatchObject({
    day: "2026-11-25",
    hour: "01",
    retentionMs: 90 * 24 * HOUR_MS,
  });
});
