import { describe, expect, test, vi } from "vitest";
import type { SessionHealth } from "../../cron/session-health.ts";
import { handleHealthCheck, type HealthCheckPorts } from "./handler.ts";
import { judge, type SessionFacts } from "./judgement.ts";

const AT = Date.UTC(2026, 10, 25, 17, 30);
const MINUTE = 60_000;

function facts(changed: Partial<SessionFacts> = {}): SessionFacts {
  return {
    organization: "ana",
    record: { state: "open", since: AT - 60 * MINUTE },
    ownerAlive: true,
    paired: true,
    refusedToday: 0,
    stuck: 0,
    ...changed,
  };
}

const judged = (changed: Partial<SessionFacts>, hour = 14) => {
  const { standing, problems } = judge(facts(changed), { at: AT, hour });
  return [standing, ...problems];
};
const ended = (reason: string, minutes = 60): Partial<SessionFacts> => ({
  record: { state: "ended", since: AT - minutes * MINUTE, reason },
});

describe("how a number stands", () => {
  test.each<[what: string, changed: Partial<SessionFacts>, expected: string[]]>([
    ["all is well", {}, ["open"]],
    [
      "its process was killed and nobody took over",
      { ownerAlive: false },
      ["abandoned", "session-abandoned"],
    ],
    ["it has been away", ended("dropped"), ["down", "session-down"]],
    ["it was closed and nobody dials", ended("closed"), ["down", "session-down"]],
    ["it is being dialled again", ended("dropped", 1), ["down"]],
    ["the phone unlinked it, a moment ago", ended("logged-out", 0), ["logged-out", "logged-out"]],
    ["and nobody linked it again in time", ended("not-scanned"), ["logged-out", "logged-out"]],
    ["another connection uses it", ended("replaced"), ["replaced", "session-replaced"]],
    ["WhatsApp rejects it", ended("rejected"), ["rejected", "session-rejected"]],
    ["no phone was ever linked", { record: undefined, paired: false }, ["never-paired", "never-paired"]],
    ["linked and never connected", { record: undefined }, ["down", "session-down"]],
    ["parts were refused", { refusedToday: 2 }, ["open", "parts-refused"]],
    ["something is stuck", { stuck: 3, stuckSince: AT - 20 * MINUTE }, ["open", "stuck"]],
  ])("%s", (_what, changed, expected) => {
    expect(judged(changed)).toEqual(expected);
  });
});

describe("an unusual silence", () => {
  const busy = Array.from({ length: 24 }, (_, hour) => (hour >= 8 && hour < 20 ? 6 : 0));
  const until = (hour: number) => busy.map((count, index) => (index <= hour ? count : 0));
  const empty = busy.map(() => 0);
  const weeks = [busy, busy, busy, busy];

  test.each<[what: string, hours: SessionFacts["hours"], hour: number, quiet: boolean]>([
    [
      "two whole hours that brought something each week before",
      { today: until(11), before: weeks },
      14,
      true,
    ],
    ["an hour is too short to tell", { today: until(12), before: weeks }, 14, false],
    ["somebody wrote in this hour", { today: until(14), before: weeks }, 14, false],
    ["in the night nobody writes", { today: until(19), before: weeks }, 23, false],
    ["nor in the early morning", { today: empty, before: weeks }, 8, false],
    ["a whole morning without anything", { today: empty, before: weeks }, 12, true],
    [
      "one of those weeks was as quiet",
      { today: until(11), before: [busy, until(10), busy, busy] },
      14,
      false,
    ],
    ["a week away does not count", { today: until(11), before: [busy, empty, busy, busy] }, 14, true],
    [
      "two weeks are too few to compare with",
      { today: until(11), before: [busy, busy, empty, empty] },
      14,
      false,
    ],
    [
      "who gets little always has silences",
      { today: empty, before: weeks.map((week) => week.map((count) => Math.min(count, 1))) },
      12,
      false,
    ],
    ["nothing is known of the hours", undefined, 14, false],
  ])("%s", (_what, hours, hour, quiet) => {
    expect(judged({ hours }, hour).includes("unusually-quiet")).toBe(quiet);
  });

  test("is no news of a number that is away", () => {
    expect(judged({ hours: { today: empty, before: weeks }, ...ended("dropped") }, 14)).toEqual([
      "down",
      "session-down",
    ]);
  });
});

function checkPorts(found: readonly SessionFacts[], previous: readonly SessionHealth[] = []) {
  const said: string[] = [];
  const saved: { health: readonly SessionHealth[]; gone: readonly string[] }[] = [];
  const keepSchedules = vi.fn<HealthCheckPorts["keepSchedules"]>(async () => {});
  const ports: HealthCheckPorts = {
    log: {
      error: () => {},
      debug: () => {},
      info: (event, fields) => void said.push(`${event} ${String(fields?.["problems"])}`),
      warn: (event, fields) => void said.push(`${event} ${String(fields?.["problems"])}`),
    },
    facts: async () => found.map((each) => ({ facts: each, moment: { at: AT, hour: 14 } })),
    previous: async () => new Map(previous.map((each) => [each.organization, each])),
    save: async (health, gone) => void saved.push({ health, gone }),
    keepSchedules,
  };
  return { ports, said, saved, keepSchedules };
}

test("a problem is said when it comes and when it goes, and not in between", async () => {
  const [well, away] = [facts(), facts(ended("dropped"))];
  const first = checkPorts([away]);
  await handleHealthCheck({ v: 1 }, first.ports);
  expect(first.said).toEqual(["whatsapp number has problems session-down"]);
  const { health } = first.saved[0]!;
  const second = checkPorts([away], health);
  await handleHealthCheck({ v: 1 }, second.ports);
  expect(second.said).toEqual([]);
  const third = checkPorts([well], health);
  await handleHealthCheck({ v: 1 }, third.ports);
  expect(third.said).toEqual(["whatsapp number has these problems no more session-down"]);
});

test("what is known of an organization that is gone goes too, and schedules are looked after each time", async () => {
  const left = judge(facts({ organization: "gone" }), { at: AT, hour: 14 });
  const { ports, saved, keepSchedules } = checkPorts([facts()], [left]);
  await handleHealthCheck({ v: 1 }, ports);
  expect(saved).toMatchObject([{ health: [{ organization: "ana", standing: "open" }], gone: ["gone"] }]);
  expect(keepSchedules).toHaveBeenCalledOnce();
});

test("a job of a newer process is refused", async () => {
  await expect(handleHealthCheck({ v: 2 }, checkPorts([]).ports)).rejects.toThrow(
    "expected version 1 or older, got 2",
  );
});
