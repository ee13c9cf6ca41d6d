import fc from "fast-check";
import { expect, test } from "vitest";
import { InvalidFile } from "../yaml-file.ts";
import type { Range } from "./estimate.ts";
import { readUsage, usageText } from "./usage-file.ts";

test("a number is itself at both ends, and two are a range", () => {
  const usage = readUsage("usage.yaml", "version: 1\nmessages: 500000\nsessions: [10, 20]\n");
  expect(usage.messages).toEqual({ low: 500_000, high: 500_000 });
  expect(usage.sessions).toEqual({ low: 10, high: 20 });
  expect(usage.ai).toBeUndefined();
});

test.each([
  ["version: 2\n", "usage.yaml:1: version: expected version 1, which is what this oxy reads, got 2"],
  ["messages: 5\n", "usage.yaml:1: version: expected version 1, which is what this oxy reads, got nothing"],
  [
    "version: 1\nmessages: -5\n",
    "usage.yaml:2: messages: expected a number from 0 on, or two of them as [low, high], got -5",
  ],
  [
    "version: 1\nmessages: 1e13\n",
    "usage.yaml:2: messages: expected a number from 0 on, or two of them as [low, high], got 10000000000000",
  ],
  [
    "version: 1\nmessages: [9, 3]\n",
    "usage.yaml:2: messages: expected a number from 0 on, or two of them as [low, high], got a list",
  ],
  [
    "version: 1\n\nmesages: 3\n",
    "usage.yaml:3: mesages: expected a known key, got an unknown one; the nearest is messages",
  ],
  [
    "version: 1\nai:\n  model: gpt-4o\n  cached_share: 40\n",
    "usage.yaml:4: ai.cached_share: expected a number from 0 on, or two of them as [low, high], each at most 1, got 40",
  ],
  [
    "version: 1\nai:\n  model: gpt-4o\n  tokens: 40\n",
    "usage.yaml:4: ai.tokens: expected a known key, got an unknown one",
  ],
  ["version: 1\nmessages: 3\nmessages: 4\n", "usage.yaml:3: expected YAML, got something else"],
  [
    "version: 1\nmeasured:\n  oxy/idle: many\n",
    'usage.yaml:3: measured.oxy/idle: expected a number from 0 on, or two of them as [low, high], each at most 1000000000000, got "many"',
  ],
])("%j is refused with file and line", (text, sentence) => {
  expect(() => readUsage("usage.yaml", text)).toThrow(InvalidFile);
  expect(() => readUsage("usage.yaml", text)).toThrow(sentence);
});

test("every problem is said at once", () => {
  const text = "version: 1\nmessages: -1\nsessions: -2\n";
  expect(() => readUsage("u.yaml", text)).toThrow(/u\.yaml:2: messages.*\n.*u\.yaml:3: sessions/s);
});

test("what is written is read again as it was", () => {
  const range = (most: number) =>
    fc
      .tuple(fc.integer({ min: 0, max: most }), fc.integer({ min: 0, max: most }))
      .map(([a, b]): Range => ({ low: Math.min(a, b), high: Math.max(a, b) }));
  const ids = fc.constantFrom("oxy/message/commands/client", "oxy/idle/memory-mb", "a: b");
  const usages = fc.record(
    {
      messages: range(1e9),
      sessions: range(1e5),
      profile: fc.constantFrom("economy" as const, "standard" as const, "fast-failover" as const),
      ai: fc.record({
        model: fc.constantFrom("gpt-4o", "gpt-4.1-mini"),
        inputTokens: range(1e6),
        outputTokens: range(1e6),
        cachedShare: range(1),
      }),
      hourlyRate: range(500),
      upkeepHours: fc.dictionary(fc.constantFrom("fly", "render"), range(40)),
      accounts: fc.dictionary(fc.constantFrom("render/workspace"), fc.constantFrom("pro", "hobby")),
      measured: fc.dictionary(ids, range(1e9)),
    },
    { requiredKeys: ["profile", "upkeepHours", "accounts", "measured"] },
  );
  fc.assert(
    fc.property(usages, (usage) => {
      expect(readUsage("usage.yaml", usageText(usage, "somewhere, today"))).toEqual(usage);
    }),
  );
});
