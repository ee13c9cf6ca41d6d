import { expect, test } from "vitest";
import { noReplies } from "../metrics/reply-window.ts";
import type { SessionRecord } from "../sessions/session-record.ts";
import { samplesOf, type Observation, type ProcessReport } from "./observation.ts";

const AT = Date.UTC(2026, 10, 25, 12);
const HOUR_MS = 3_600_000;
const report: ProcessReport = { replies: noReplies(), openBreakers: 0, stopped: [], lost: 0 };

type Figures = Observation["figures"];

function observed(changed: Partial<Observation> = {}, figures: Partial<Figures> = {}) {
  const queue = { waiting: 0, oldestMs: 0 };
  return samplesOf({
    figures: {
      at: AT,
      conversations: 0,
      oldestMs: 0,
      queues: { campaign: queue, automation: queue, cron: queue },
      bulk: { parts: 0, paused: {} },
      sessions: new Map(),
      freeShards: 0,
      ...figures,
    },
    reports: [report],
    memory: { used: undefined, limit: undefined, evicted: undefined },
    budgets: new Map(),
    health: new Map(),
    ...changed,
  });
}

const ended = (reason: string): SessionRecord => ({
  state: "ended",
  since: AT - HOUR_MS,
  reason,
  place: "",
  process: "p",
});

test.each([
  ["dropped", "sessionDownSeconds", 3_600],
  ["replaced", "sessionDownSeconds", 3_600],
  ["rejected", "sessionRestricted", 1],
  ["logged-out", "sessionLoggedOut", 1],
  // Its phone is gone still: to say that it was linked again would be false.
  ["not-scanned", "sessionLoggedOut", 1],
] as const)("a session that ended as %s counts as %s alone", (reason, measure, value) => {
  const sessions = new Map([
    ["ana", ended(reason)],
    ["bia", { ...ended(""), state: "open" as const }],
  ]);
  const samples = observed({}, { sessions });
  for (const each of ["sessionDownSeconds", "sessionRestricted", "sessionLoggedOut"] as const)
    expect(samples.get(each)?.map((sample) => [sample.subject, sample.value])).toEqual(
      each === measure ? [["ana", value]] : [],
    );
});

test("what a host does not say of its memory is not known, and no limit is none that could be reached", () => {
  expect([...observed().keys()]).not.toContain("redisMemoryPercent");
  expect([...observed().keys()]).not.toContain("redisEvictions");
  const of = (used: number, limit: number) =>
    observed({ memory: { used, limit, evicted: 0 } }).get("redisMemoryPercent")?.[0]?.value;
  expect([of(7, 0), of(799, 1_000), of(800, 1_000)]).toEqual([0, 79, 80]);
});

test("of few replies nothing is said, and of enough the slowest of twenty is not the measure", () => {
  const replies = (count: number, place: number): ProcessReport => ({
    ...report,
    replies: noReplies().map((none, index) => (index === place ? count : none)),
  });
  const p95 = (...reports: ProcessReport[]) => observed({ reports }).get("replyP95Seconds")?.[0]?.value;
  expect(p95(replies(19, 12))).toBe(0);
  expect(p95(replies(19, 12), replies(1, 12))).toBeGreaterThan(20);
  expect(p95(replies(19, 1), replies(1, 12))).toBe(1);
});

test("what a health check found hours ago says nothing of now", () => {
  const health = (ago: number) =>
    new Map([
      [
        "ana",
        {
          organization: "ana",
          at: AT - ago,
          standing: "open" as const,
          stuck: 3,
          refusedToday: 0,
          problems: ["unusually-quiet" as const],
        },
      ],
    ]);
  for (const [ago, found] of [
    [HOUR_MS, 1],
    [2 * HOUR_MS, 0],
  ] as const) {
    const samples = observed({ health: health(ago) });
    expect([samples.get("partsStuck")?.length, samples.get("unusuallyQuiet")?.length]).toEqual([
      found,
      found,
    ]);
  }
});

test("a number that WhatsApp restricts is told apart from one message that it refused", () => {
  const paused = { ana: "463", bia: "400 code 1463", caio: "479" };
  const samples = observed({}, { bulk: { parts: 2, paused } });
  expect(samples.get("bulkPaused")).toHaveLength(3);
  expect(samples.get("sessionRestricted")?.map(({ subject }) => subject)).toEqual(["ana"]);
});
