import { expect, test } from "vitest";
import { known, unknown } from "../compare/estimate.ts";
import { measurementOf } from "./measurement.ts";
import { measures } from "./measures.ts";
import { answered, outcomeOf, unanswered } from "./outcome-fixture.ts";

test("what got a fallback message has failed as what got nothing has, and the latter alone is lost", () => {
  const found = outcomeOf([answered(0, 900), answered(10, 900), unanswered(20, true), unanswered(30)]);
  expect(measures.failedPercent.of(found)).toEqual(known(50));
  expect(measures.lost.of(found)).toEqual(known(1));
});

test("what a phone could not decrypt is unreadable as what the worker refused is", () => {
  const report = { observations: [answered(0, 900)], holdingMessages: 0, undecryptable: 2, nacks: 3 };
  const found = { ...outcomeOf([]), measurement: measurementOf(report, [0], 60_000) };
  expect(measures.unreadable.of(found)).toEqual(known(5));
});

test("throughput is of what was answered, until the last answer was seen", () => {
  const found = outcomeOf([answered(1_000, 3_000), answered(2_000, 3_000), unanswered(9_000)]);
  expect(measures.answeredPerSecond.of(found)).toEqual(known(0.5));
  expect(measures.answeredPerSecond.of(outcomeOf([unanswered(0), unanswered(9)]))).toEqual(known(0));
});

test("commands are told by the message, and of none nothing is", () => {
  expect(measures.redisCommandsPerMessage.of(outcomeOf([answered(0, 9), unanswered(1)]))).toEqual(known(50));
  const nothing = outcomeOf([]);
  expect(measures.redisCommandsPerMessage.of(nothing)).toEqual(unknown("nothing was written"));
  expect(measures.failedPercent.of(nothing)).toEqual(unknown("nothing was written"));
});
