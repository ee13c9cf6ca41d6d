import { describe, expect, test } from "vitest";
import { readUsage, usageText } from "../compare/usage-file.ts";
import { tally } from "./deployment-usage.ts";
import { measuredUsage, type Observation } from "./measured-usage.ts";
import type { Commands } from "./rates.ts";

const HOUR_MS = 3_600_000;
const commands = (client: number, all: number): Commands => ({
  client: { counted: client, atMost: all, others: false },
  all,
});

const SEEN: Observation = {
  rates: {
    from: "2026-11-25T10:00:00.000Z",
    to: "2026-11-25T10:01:00.000Z",
    seconds: 60,
    seen: commands(424, 4_240),
    byName: {},
    jobs: 40,
    bytesIn: 0,
    bytesOut: 0,
    cpuMs: undefined,
    rest: { seconds: 40, perMinute: commands(24, 240) },
  },
  deployment: { received: tally(26_000, 26 * HOUR_MS), sent: undefined, complete: true },
  messages: 40,
  processes: 2,
  sessions: 3,
};

describe("the usage of what was seen", () => {
  test("has idle commands by process, and by message without them", () => {
    const { measured, sessions } = measuredUsage(SEEN);
    expect(sessions).toEqual({ low: 3, high: 3 });
    expect(measured).toEqual({
      "oxy/idle/commands-minute/standard/client": { low: 12, high: 12 },
      "oxy/idle/commands-minute/standard/inside": { low: 108, high: 108 },
      "oxy/message/commands/client": { low: 10, high: 10 },
      "oxy/message/commands/inside": { low: 90, high: 90 },
    });
  });

  test("has a month's messages between what chance makes of a day", () => {
    const { messages } = measuredUsage(SEEN);
    expect(messages?.low).toBeLessThan(730_000);
    expect(messages?.high).toBeGreaterThan(730_000);
    expect((messages?.high ?? 0) / (messages?.low ?? 1)).toBeLessThan(1.05);
  });

  test("spans both counts, where a week says something else than a day", () => {
    const sent = tally(7_000, 7 * 24 * HOUR_MS);
    const { messages } = measuredUsage({ ...SEEN, deployment: { ...SEEN.deployment, sent } });
    expect(messages?.low).toBeLessThan(7_000 * 5);
    expect(messages?.high).toBeGreaterThan(730_000);
  });

  test.each<[string, Partial<Observation>, string[]]>([
    ["fewer messages than tell anything", { messages: 19 }, ["oxy/message/commands/client"]],
    ["how many messages is not known", { messages: undefined }, ["oxy/message/commands/client"]],
    ["processes that are not known", { processes: 0 }, ["oxy/idle/commands-minute/standard/client"]],
  ])("leaves out what was not seen: %s", (_what, more, missing) => {
    const { measured } = measuredUsage({ ...SEEN, ...more });
    for (const id of missing) expect(measured).not.toHaveProperty([id]);
  });

  test("of less than a day says nothing of a month", () => {
    const received = tally(1_000, 23 * HOUR_MS);
    const usage = measuredUsage({
      ...SEEN,
      sessions: undefined,
      deployment: { ...SEEN.deployment, received },
    });
    expect(usage).not.toHaveProperty("messages");
    expect(usage).not.toHaveProperty("sessions");
  });

  test("is what the file that is written of it reads as", () => {
    const usage = measuredUsage(SEEN);
    expect(readUsage("usage.yaml", usageText(usage, "stack trial"))).toEqual(usage);
  });
});
