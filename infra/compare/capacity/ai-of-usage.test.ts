import { expect, test } from "vitest";
import { catalogueWith } from "../cost/catalogue-fixture.ts";
import { UNKNOWN_USAGE, type Usage } from "../usage.ts";
import { answerTime } from "./ai-of-usage.ts";
import { meanLatencyMs } from "./ai-latency.ts";

const catalogue = catalogueWith({
  facts: {
    "ai-speed/any/answer-seconds": { low: 2, high: 5 },
    "ai-speed/gpt-4o/tokens-second": { low: 25, high: 50 },
  },
});

const GPT_4O = {
  model: "gpt-4o",
  inputTokens: { low: 1_000, high: 1_000 },
  outputTokens: { low: 100, high: 200 },
  cachedShare: { low: 0, high: 0 },
};

function answerOf(change: Partial<Usage>) {
  const answer = answerTime({ catalogue, day: "2026-11-25", usage: { ...UNKNOWN_USAGE, ...change } });
  if (answer === undefined) throw new Error("expected it known");
  return answer;
}

test("the best is few tokens by a fast model, the worst many by a slow one", () => {
  const { best, worst, fastMs, slowMs } = answerOf({ ai: GPT_4O });
  expect(best).toMatchObject({ outputTokens: 100, tokensPerSecond: 50 });
  expect(worst).toMatchObject({ outputTokens: 200, tokensPerSecond: 25 });
  // 2 s and 8 s as usual; quick answers take less than those, slow ones more.
  expect(fastMs).toBeCloseTo(2_000 / 1.386, 6);
  expect(slowMs).toBeCloseTo(8_000 * 1.386, 6);
  expect(meanLatencyMs(best)).toBeLessThan(meanLatencyMs(worst));
});

test("what somebody measured of a model counts before what is said of it", () => {
  const measured = { "ai-speed/gpt-4o/tokens-second": { low: 100, high: 100 } };
  expect(answerOf({ ai: GPT_4O, measured }).worst).toMatchObject({ tokensPerSecond: 100 });
});

test("without a model it is what is said of any, and what somebody measured of theirs before that", () => {
  expect(answerOf({})).toMatchObject({
    best: { kind: "uniform", fromMs: 2_000, toMs: 5_000 },
    fastMs: 2_000,
    slowMs: 5_000,
  });
  const measured = { "ai-speed/any/answer-seconds": { low: 1, high: 3 } };
  expect(answerOf({ measured })).toMatchObject({ worst: { fromMs: 1_000, toMs: 3_000 }, slowMs: 3_000 });
});

test("a model that is measured to write nothing is as one that nobody measured", () => {
  const measured = { "ai-speed/gpt-4o/tokens-second": { low: 0, high: 0 } };
  const { best, assumption } = answerOf({ ai: GPT_4O, measured });
  expect(best).toMatchObject({ kind: "uniform" });
  expect(assumption).toContain("How fast gpt-4o writes is not in the catalogue");
});
