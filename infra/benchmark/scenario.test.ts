import { readFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { projectDirectory } from "../home.ts";
import { InvalidFile } from "../yaml-file.ts";
import { generatedScenario } from "./generated-scenario.ts";
import { readBenchmark } from "./limits.ts";
import { recordedScenario } from "./recorded-scenario.ts";
import { scenarioText } from "./scenario-text.ts";
import { durationOf, readScenario, spedUp } from "./scenario.ts";

const HEAD = "version: 1\nabout: a test\norganizations: 1\nmessages:\n";
const message = (fields: string): string => `  - { atMs: 0, conversation: 0, aiMs: 10, text: oi${fields} }\n`;

function problemsOf(read: () => unknown): readonly string[] {
  try {
    read();
  } catch (error) {
    if (error instanceof InvalidFile) return error.problems;
    throw error;
  }
  return [];
}

test.each([
  [
    "version: 2\nabout: a test\norganizations: 1\nmessages:\n" + message(""),
    "s.yaml:1: version: expected version 1",
  ],
  [HEAD + message("") + message(", color: red"), "s.yaml:6: messages.1.color: expected a known key"],
  [
    HEAD + message("").replace("atMs: 0", "atMs: -1"),
    "s.yaml:5: messages.0.atMs: expected ms from 0 to a day, got -1",
  ],
  [
    HEAD + message("").replace("aiMs: 10, ", ""),
    "s.yaml:5: messages.0.aiMs: expected ms from 0 to a day, got nothing",
  ],
  [HEAD + message("").replace("oi", '"pedido #12"'), "s.yaml:5: messages.0.text: expected a text"],
  [
    HEAD.replace("1\nmessages", "0\nmessages") + message(""),
    "s.yaml:3: organizations: expected an integer from 1",
  ],
  [
    HEAD + message("").replace("atMs: 0", "atMs: 9") + message(""),
    "s.yaml:6: messages.1.atMs: expected messages in the order",
  ],
  [HEAD + "  [\n", "s.yaml:"],
  [HEAD.replace("messages:\n", "messages: []\n"), "s.yaml:4: messages: expected 1 to"],
])("a scenario that cannot be meant is refused with its line: %#", (text, sentence) => {
  const problems = problemsOf(() => readScenario("s.yaml", text));
  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain(sentence);
});

test.each([
  ["version: 1\nscenario: a.yaml\nlimits: {}\n", "b.yaml:3: limits: expected at least one limit"],
  [
    "version: 1\nscenario: a.yaml\nlimits:\n  lost: 0\n  replyP96Ms: 9\n",
    "b.yaml:5: limits.replyP96Ms: expected a known key, got an unknown one; the nearest is replyP9",
  ],
  [
    "version: 1\nscenario: a.yaml\nlimits:\n  lost: -1\n",
    "b.yaml:4: limits.lost: expected the most it may be, in messages, from 0 on, got -1",
  ],
  [
    "version: 1\nscenario: a.yaml\nspeed: 0\nlimits: { lost: 0 }\n",
    "b.yaml:3: speed: expected a number above 0, up to 1000, got 0",
  ],
  ["version: 1\nlimits: { lost: 0 }\n", "b.yaml:1: scenario: expected the path of a scenario, got nothing"],
])("limits that cannot be meant are refused with their line: %#", (text, sentence) => {
  const problems = problemsOf(() => readBenchmark("b.yaml", text));
  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain(sentence);
});

test("the limits and the scenario of this repository can be read", async () => {
  const folder = join(projectDirectory, "stacks");
  const benchmark = readBenchmark("benchmark.yaml", await readFile(join(folder, "benchmark.yaml"), "utf8"));
  const text = await readFile(join(folder, benchmark.scenario), "utf8");
  const scenario = readScenario(benchmark.scenario, text);
  expect(scenario.messages.length).toBeGreaterThan(100);
  expect(benchmark.limits).toMatchObject({ lost: 0, seenTwice: 0, replyP95Ms: expect.any(Number) });
});

const wish = fc.record({
  messages: fc.integer({ min: 1, max: 200 }),
  seconds: fc.integer({ min: 1, max: 600 }),
  conversations: fc.integer({ min: 1, max: 50 }),
  organizations: fc.integer({ min: 1, max: 5 }),
  seed: fc.integer(),
});

test("a scenario that is generated is what was asked for, can be read again, and is the same from the same seed", () => {
  fc.assert(
    fc.property(wish, (asked) => {
      const scenario = generatedScenario(asked);
      expect(scenario.messages).toHaveLength(asked.messages);
      expect(scenario.organizations).toBe(asked.organizations);
      expect(durationOf(scenario)).toBeLessThanOrEqual(asked.seconds);
      for (const { conversation } of scenario.messages)
        expect(conversation).toBeLessThan(asked.conversations);
      expect(readScenario("s.yaml", scenarioText(scenario))).toMatchObject({ messages: scenario.messages });
      expect(generatedScenario(asked)).toEqual(scenario);
    }),
    { numRuns: 30 },
  );
});

test("in a scenario that is generated there is a rush in the middle, and an AI that takes 2.5 s, rarely more than 5", () => {
  const { messages } = generatedScenario({
    messages: 4_000,
    seconds: 100,
    conversations: 50,
    organizations: 1,
    seed: 7,
  });
  const rush = messages.filter(({ atMs }) => atMs >= 40_000 && atMs < 60_000).length / messages.length;
  // A fifth of the time, in which three times as many come: 0.6 of 1.4.
  expect(Math.abs(rush - 0.6 / 1.4)).toBeLessThan(0.05);
  const shareWithin = (ms: number): number =>
    messages.filter(({ aiMs }) => aiMs <= ms).length / messages.length;
  expect(Math.abs(shareWithin(2_500) - 0.5)).toBeLessThan(0.05);
  expect(Math.abs(shareWithin(5_000) - 0.95)).toBeLessThan(0.02);
});

test("a scenario that is sped up is over sooner, and asks the AI for as long", () => {
  const scenario = generatedScenario({
    messages: 50,
    seconds: 60,
    conversations: 9,
    organizations: 1,
    seed: 1,
  });
  const faster = spedUp(scenario, 4);
  expect(durationOf(faster)).toBeCloseTo(durationOf(scenario) / 4);
  expect(faster.messages.map(({ aiMs }) => aiMs)).toEqual(scenario.messages.map(({ aiMs }) => aiMs));
  expect(() => spedUp(scenario, 0)).toThrow(RangeError);
});

test("what is recorded of a message is when it came, however long it waited, was thought about and was sent", () => {
  const answer = (queueMs: number, sendMs: number) =>
    JSON.stringify({
      ...{ message: "answered", organization: "loja", chat: `${queueMs}@lid`, aiMs: 2_000 },
      ...{ timestamp: "2026-11-25T10:00:30.000Z", queueMs, sendMs },
    });
  const { messages } = recordedScenario([answer(50, 100), answer(4_050, 100), answer(50, 1_100)], "");
  expect(messages.map(({ atMs }) => atMs)).toEqual([0, 3_000, 4_000]);
});

test("a scenario is recorded from what oxy logs printed: neither numbers nor texts are in it", () => {
  const answer = (chat: string, second: number) => ({
    ...{ message: "answered", organization: "loja", chat, timestamp: `2026-11-25T10:00:0${second}.000Z` },
    ...{ queueMs: 50, aiMs: 2_000, sendMs: 50 },
  });
  const lines = [
    JSON.stringify({ fleet: "main", process: "all", text: JSON.stringify(answer("5511999@lid", 5)) }),
    JSON.stringify(answer("5511888@lid", 4)),
    JSON.stringify({ ...answer("5511888@lid", 6), queueMs: "soon" }),
    JSON.stringify({ message: "ready" }),
    "no JSON",
    "null",
    JSON.stringify(answer("5511999@lid", 9)),
  ];
  const scenario = recordedScenario(lines, "a Tuesday");
  expect(scenario.messages).toMatchObject([
    { atMs: 0, conversation: 1, aiMs: 2_000 },
    { atMs: 1_000, conversation: 0, aiMs: 2_000 },
    { atMs: 5_000, conversation: 0, aiMs: 2_000 },
  ]);
  const text = scenarioText(scenario);
  expect(text).not.toMatch(/5511|loja/);
  expect(readScenario("s.yaml", text).messages).toHaveLength(3);
  expect(() => recordedScenario(["nothing"], "")).toThrow(RangeError);
});
