import fc from "fast-check";
import { DateTime } from "luxon";
import { expect, test } from "vitest";
import { openingOf, type SendingWindow } from "./opening.ts";

const ZONE = "America/Sao_Paulo";
const ZONES = [ZONE, "America/New_York", "Europe/Lisbon", "UTC"];

function at(local: string, zone = ZONE): number {
  return DateTime.fromISO(local, { zone }).toMillis();
}

/** A Monday to Friday, 9 to 18, in November 2026. */
const WORKING: SendingWindow = {
  startsAt: at("2026-11-02T00:00"),
  endsAt: at("2026-12-01T00:00"),
  weekdays: [1, 2, 3, 4, 5],
  hours: { from: "09:00", to: "18:00" },
};

test.each([
  ["on a working day", "2026-11-25T17:59", { kind: "open" }],
  ["at the minute it closes", "2026-11-25T18:00", { kind: "closed", until: at("2026-11-26T09:00") }],
  ["before it opens", "2026-11-25T08:59", { kind: "closed", until: at("2026-11-25T09:00") }],
  ["at the weekend", "2026-11-27T18:00", { kind: "closed", until: at("2026-11-30T09:00") }],
  ["before it starts", "2026-10-30T12:00", { kind: "closed", until: at("2026-11-02T09:00") }],
  ["after its last hours", "2026-11-30T18:00", { kind: "over" }],
  ["after its end", "2026-12-01T10:00", { kind: "over" }],
])("%s", (_when, local, opening) => {
  expect(openingOf(WORKING, ZONE, at(local))).toEqual(opening);
});

test("what is closed is open at the moment that is told, and not a minute before", () => {
  const clock = fc.integer({ min: 0, max: 23 }).map((hour) => `${String(hour).padStart(2, "0")}:30`);
  const hours = fc.tuple(clock, clock).filter(([from, to]) => from < to);
  fc.assert(
    fc.property(
      fc.constantFrom(...ZONES),
      fc.integer({ min: Date.UTC(2026, 0), max: Date.UTC(2027, 0) }),
      fc.option(hours, { nil: undefined }),
      fc.option(fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 }), { nil: undefined }),
      fc.integer({ min: -20, max: 20 }),
      (zone, now, daily, weekdays, startDays) => {
        const startsAt = now + startDays * 24 * 3_600_000;
        const window: SendingWindow = {
          startsAt,
          endsAt: startsAt + 60 * 24 * 3_600_000,
          ...(daily && { hours: { from: daily[0], to: daily[1] } }),
          ...(weekdays && { weekdays }),
        };
        const opening = openingOf(window, zone, now);
        if (opening.kind !== "closed") return;
        expect(opening.until).toBeGreaterThan(now);
        expect(openingOf(window, zone, opening.until)).toEqual({ kind: "open" });
        const before = openingOf(window, zone, Math.max(now, opening.until - 60_000));
        expect(before).toEqual({ kind: "closed", until: opening.until });
      },
    ),
    { numRuns: 1_000 },
  );
});
