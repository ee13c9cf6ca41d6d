import fc from "fast-check";
import { DateTime } from "luxon";
import { expect, test } from "vitest";
import { settingsWith } from "../jobs/daily-fixture.ts";
import { DailyJobs, type DueJob } from "./daily-jobs.ts";
import type { DoneDays } from "./done.ts";

const SUMMARY = "aurora-daily-summary";
const OPPORTUNITIES = "aurora-opportunities";
const TIMES = { summaryAt: "18:00", opportunitiesAt: "09:00" };
const QUARTER = 15 * 60_000;
const DAY = 24 * 3_600_000;

function jobsOf(
  zones: Readonly<Record<string, string>>,
  team?: Parameters<typeof settingsWith>[0],
): DailyJobs {
  const settings = settingsWith(team);
  return new DailyJobs(TIMES, {
    ids: Object.keys(zones),
    find: (organization) => ({ ...settings, timeZone: zones[organization]! }),
  });
}

test("there is a scheduler for each job and each zone that has an organization with a team", () => {
  const wanted = jobsOf({
    ana: "America/Sao_Paulo",
    bia: "Asia/Kathmandu",
    caio: "America/Sao_Paulo",
  }).wanted();
  expect(wanted.map(({ id }) => id)).toEqual([
    "aurora-daily-summary America/Sao_Paulo",
    "aurora-daily-summary Asia/Kathmandu",
    "aurora-opportunities America/Sao_Paulo",
    "aurora-opportunities Asia/Kathmandu",
  ]);
  expect(wanted[2]).toMatchObject({
    repeat: { pattern: "0 9 * * 1-5", tz: "America/Sao_Paulo" },
    data: { v: 1, timeZone: "America/Sao_Paulo" },
  });
  expect(jobsOf({ ana: "UTC" }, []).wanted()).toEqual([]);
});

test("each organization is due by its own clock, and one that is done is not", () => {
  const jobs = jobsOf({ ana: "America/Sao_Paulo", bia: "Asia/Kathmandu", caio: "America/Sao_Paulo" });
  const now = DateTime.fromISO("2026-11-25T18:00", { zone: "America/Sao_Paulo" }).toMillis();
  const done = new Map<string, DoneDays>([["caio", { [SUMMARY]: "2026-11-25" }]]);
  expect(jobs.due(now, done)).toEqual([{ name: SUMMARY, organization: "ana", day: "2026-11-25", lateMs: 0 }]);
  expect(jobs.due(now, done, { timeZone: "Asia/Kathmandu" })).toEqual([]);
  expect(jobs.due(now, new Map(), { name: OPPORTUNITIES })).toEqual([]);
});

test("a scheduler whose process has a clock that is ahead begins the day all the same, and no day twice", () => {
  const jobs = jobsOf({ ana: "America/Sao_Paulo" });
  const at = DateTime.fromISO("2026-11-25T18:00", { zone: "America/Sao_Paulo" }).toMillis();
  const only = { name: SUMMARY, earlyMs: 3 * 60_000 };
  const days = (now: number, done: string): string[] =>
    jobs.due(now, new Map([["ana", { [SUMMARY]: done }]]), only).map(({ day }) => day);
  expect(days(at - 5, "2026-11-24")).toEqual(["2026-11-25"]);
  expect(days(at - 2 * 60_000, "2026-11-24")).toEqual(["2026-11-25"]);
  expect(days(at - 4 * 60_000, "2026-11-24")).toEqual([]);
  for (const ms of [-5, 0, 5]) expect(days(at + ms, "2026-11-25")).toEqual([]);
});

test("whatever is lost, doubled or killed, every organization is told of each of its days once", () => {
  const zones = fc.constantFrom(
    "America/Sao_Paulo",
    "America/New_York",
    "America/St_Johns",
    "Europe/Lisbon",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Chatham",
    "Pacific/Apia",
  );
  // Spring and autumn of a year with daylight saving nearly everywhere.
  const start = fc.constantFrom(
    Date.UTC(2018, 1, 16),
    Date.UTC(2018, 2, 9),
    Date.UTC(2018, 2, 30),
    Date.UTC(2018, 9, 5),
    Date.UTC(2018, 10, 2),
    Date.UTC(2026, 10, 25),
  );
  const fate = fc.constantFrom<"done" | "lost" | "doubled" | "killed">(
    "done",
    "done",
    "lost",
    "doubled",
    "killed",
  );
  fc.assert(
    fc.property(
      start,
      fc.array(zones, { minLength: 1, maxLength: 4 }),
      fc.array(fate, { minLength: 3, maxLength: 8 }),
      fc.integer({ min: 0, max: QUARTER - 1 }),
      (from, zoneNames, fates, offset) => {
        const organizations = Object.fromEntries(zoneNames.map((zone, index) => [`o${index}`, zone]));
        const jobs = jobsOf(organizations);
        const done = new Map<string, DoneDays>();
        const told: DueJob[] = [];
        let next = 0;
        /** What the store does with a job's end, atomically. */
        const conclude = (job: DueJob): void => {
          const last = done.get(job.organization)?.[job.name];
          if (last !== undefined && last >= job.day) return;
          done.set(job.organization, { ...done.get(job.organization), [job.name]: job.day });
          told.push(job);
        };
        // Somebody asks each quarter of an hour: the schedulers, or who makes up for what they missed.
        for (let now = from + offset; now < from + offset + 3 * DAY; now += QUARTER) {
          for (const job of jobs.due(now, done, { name: SUMMARY })) {
            const what = fates[next++ % fates.length];
            if (what === "done") conclude(job);
            // Two that began before either has ended.
            if (what === "doubled") [job, job].forEach(conclude);
          }
        }
        for (const [organization, timeZone] of Object.entries(organizations)) {
          const days = told.filter((job) => job.organization === organization).map(({ day }) => day);
          expect(days).toEqual([...new Set(days)].toSorted());
          // Each day of which an evening and a night have passed; of the first, it was new to this.
          const ends = DateTime.fromMillis(from + offset + 3 * DAY, { zone: timeZone });
          const first = DateTime.fromMillis(from + offset, { zone: timeZone });
          const whole: string[] = [];
          for (
            let day = first.startOf("day").plus({ days: 1 });
            day.set({ hour: 23 }) <= ends;
            day = day.plus({ days: 1 })
          )
            whole.push(day.toISODate()!);
          // Twenty quarters of an hour until 23:00: of so few fates each comes to every one of them.
          const missing = whole.filter((day) => !days.includes(day));
          const ever = fates.some((what) => what === "done" || what === "doubled");
          expect(missing).toEqual(ever ? [] : whole);
        }
      },
    ),
    { numRuns: 60 },
  );
});
