import { describe, expect, test } from "vitest";
import { PRICES } from "./audit-fixture.ts";
import { commandFindings } from "./command-findings.ts";
import { monthOf } from "./month.ts";
import type { Commands, Rates } from "./rates.ts";
import { storePlans } from "./store-plans.ts";

const commands = (client: number, all: number, others = false): Commands => ({
  client: { counted: client, atMost: all, others },
  all,
});

/** A minute in which that was seen, with 20 jobs, and with rest or without. */
function findingsOn(seen: Commands, rests = true) {
  const rates: Rates = {
    ...{ from: "2026-11-25T10:00:00.000Z", to: "2026-11-25T10:01:00.000Z", seconds: 60, seen, byName: {} },
    ...{ jobs: 20, bytesIn: 0, bytesOut: 0, cpuMs: 0 },
    ...(rests ? { rest: { seconds: 40, perMinute: seen }, perJob: commands(3, 40) } : {}),
  };
  const month = monthOf(rates);
  const plans = storePlans(PRICES, "2026-11-25", month.asSeen, 1e6);
  const [atRest, byJob, plan] = commandFindings(rates, month, plans);
  return { atRest, byJob, plan };
}

test("where other programs use the Redis, a count is the least that it may be", () => {
  expect(findingsOn(commands(10, 100)).atRest?.text).toMatch(/^10 a minute from clients, 100 with those/);
  expect(findingsOn(commands(10, 100, true)).atRest?.text).toMatch(/^at least 10 a minute from clients/);
});

test("without rest nothing is said of it, and what a job takes is at most all that was seen", () => {
  const { atRest, byJob } = findingsOn(commands(40, 400), false);
  expect(atRest?.verdict).toBe("unknown");
  expect(byJob?.text).toMatch(/^at most 2 from BullMQ's clients, 20 with those inside scripts, by 20 jobs/);
});

describe("how to pay for it", () => {
  test.each([
    ["few commands", commands(1, 2), "ok", "pay-as-you-go fits"],
    ["many", commands(100, 200), "risk", "Upstash fixed 250 MB fits; pay-as-you-go would cost more"],
    [
      "many of them inside scripts",
      commands(1, 200),
      "risk",
      "Upstash fixed 250 MB: it is not settled whether commands inside scripts are billed, and it is the same either way",
    ],
  ])("%s", (_what, seen, verdict, remedy) => {
    expect(findingsOn(seen).plan).toMatchObject({ verdict, remedy });
  });
});
