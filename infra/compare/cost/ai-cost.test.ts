import { expect, test } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { known } from "../estimate.ts";
import { UNKNOWN_USAGE, USUAL_TOKENS, type Usage } from "../usage.ts";
import { aiCost, LIBRARY } from "./ai-cost.ts";

const day = "2026-11-25";

function usageOf(model: string, more: Partial<NonNullable<Usage["ai"]>> = {}, messages = 500_000): Usage {
  return {
    ...UNKNOWN_USAGE,
    messages: { low: messages, high: messages },
    ai: { model, ...USUAL_TOKENS, ...more },
  };
}

test.each([
  ["gpt-4", 21_000],
  ["gpt-4o", 2_250],
  ["gpt-4.1-mini", 360],
  ["gpt-4o-mini", 135],
])("half a million messages of %s, 1,000 tokens in and 200 out, are %d USD", (model, usd) => {
  const { total } = aiCost(usageOf(model), day);
  expect(total).toMatchObject({ kind: "known", currency: "USD" });
  expect(total).toHaveProperty("low", expect.closeTo(usd, 6));
});

test("what is read from the cache costs what the cache does", () => {
  const { total, lines } = aiCost(usageOf("gpt-4o-mini", { cachedShare: known(0, 1) }), day);
  expect(lines.map(({ what }) => what)).toEqual([
    "tokens read, gpt-4o-mini",
    "tokens read from the cache, gpt-4o-mini",
    "tokens written, gpt-4o-mini",
  ]);
  // Between all of it from the cache and none, each line is at its end.
  expect(total).toMatchObject({ low: expect.closeTo(60, 6), high: expect.closeTo(75 + 37.5 + 60, 6) });
});

test("of a model that nobody has a price of, and without one, the cost is unknown", () => {
  expect(aiCost(usageOf("gpt-4o-mni"), day).total).toMatchObject({
    kind: "unknown",
    because: ["price of AI model gpt-4o-mni (the nearest is gpt-4o-mini)"],
  });
  expect(aiCost({ ...UNKNOWN_USAGE, messages: { low: 1, high: 1 } }, day).total.kind).toBe("unknown");
});

test("without messages it is unknown what they cost", () => {
  const { messages: _, ...usage } = usageOf("gpt-4o-mini");
  expect(aiCost(usage, day).total).toMatchObject({ kind: "unknown", because: ["messages a month"] });
});

test("its source names the version that is installed", () => {
  expect(manifest.dependencies["@pydantic/genai-prices"]).toBe(LIBRARY.version);
});
