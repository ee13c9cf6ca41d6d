import { expect, test } from "vitest";
import { UNKNOWN_USAGE, type Usage } from "../usage.ts";
import { catalogueWith } from "./catalogue-fixture.ts";
import { metersOf } from "./meters.ts";
import { planWith } from "./plan-fixture.ts";

const FACTS = {
  "oxy/idle/commands-minute/standard/client": 10,
  "oxy/idle/commands-minute/standard/inside": 100,
  "oxy/idle/commands-minute/fast-failover/client": 50,
  "oxy/idle/commands-minute/fast-failover/inside": 500,
  "oxy/message/commands/client": 8,
  "oxy/message/commands/inside": 80,
  "oxy/message/egress-bytes": 10_000,
  "oxy/session/egress-bytes-minute": 100,
  "oxy/idle/memory-mb": 130,
  "oxy/session/memory-mb": 4,
};
const MINUTES = 43_800;
const day = "2026-11-25";
const two = planWith({ kind: "upstash" }, { host: "fly", services: "two", instances: 2 });

function metersAt(usage: Partial<Usage>, facts: Record<string, number | null> = FACTS) {
  return metersOf(two, { usage: { ...UNKNOWN_USAGE, ...usage }, catalogue: catalogueWith({ facts }), day });
}

const messages = { low: 1_000, high: 2_000 };
const sessions = { low: 10, high: 10 };

test("commands are those of each process that idles and of each message; inside scripts, none of them are billed or all", () => {
  expect(metersAt({ messages })["store-commands"]).toEqual({
    kind: "known",
    low: 2 * 10 * MINUTES + 8 * 1_000,
    high: 2 * 110 * MINUTES + 88 * 2_000,
  });
});

test("a profile that recovers faster idles more", () => {
  const { low } = metersAt({ messages, profile: "fast-failover" })["store-commands"] as { low: number };
  expect(low).toBe(2 * 50 * MINUTES + 8 * 1_000);
});

test("own measurements go before the catalogue's", () => {
  const measured = { "oxy/message/commands/client": { low: 5, high: 6 } };
  expect(metersAt({ messages, measured })["store-commands"]).toMatchObject({
    low: 2 * 10 * MINUTES + 5 * 1_000,
    high: 2 * 110 * MINUTES + 86 * 2_000,
  });
});

test("what sessions send and hold is that of all of them", () => {
  const meters = metersAt({ messages, sessions });
  expect(meters["internet-gb"]).toMatchObject({ low: (10 * 100 * MINUTES + 1_000 * 10_000) / 1e9 });
  expect(meters["sessions-memory-gb"]).toMatchObject({ low: 0.04, high: 0.04 });
});

test("without a volume it is unknown, and at least what idles", () => {
  expect(metersAt({})["store-commands"]).toEqual({
    kind: "unknown",
    atLeast: 2 * 10 * MINUTES,
    because: ["messages a month"],
  });
  expect(metersAt({ messages })["sessions-memory-gb"]).toMatchObject({ because: ["WhatsApp sessions"] });
});

test("what nobody measured is unknown", () => {
  const { "oxy/message/egress-bytes": _, ...less } = FACTS;
  expect(metersAt({ messages, sessions }, less)["internet-gb"]).toMatchObject({
    kind: "unknown",
    because: ["no measurement oxy/message/egress-bytes"],
  });
});
