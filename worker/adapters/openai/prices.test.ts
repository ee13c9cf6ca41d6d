import { describe, expect, test } from "vitest";
import { Meter, parsePrices } from "./prices.ts";

const reported = (prompt_tokens: number, completion_tokens: number) => ({
  prompt_tokens,
  completion_tokens,
  total_tokens: prompt_tokens + completion_tokens,
});

describe("prices", () => {
  test("are read by model", () => {
    expect(parsePrices("gpt-4o-mini=0.15/0.60, org/big=2.5/10")).toEqual(
      new Map([
        ["gpt-4o-mini", { in: 0.15, out: 0.6 }],
        ["org/big", { in: 2.5, out: 10 }],
      ]),
    );
  });

  test.each(["gpt", "gpt=1", "gpt=1/x", "gpt=-1/2", "a=1/2,a=3/4", "a=1/2,", "=1/2", "a b=1/2"])(
    "%j is none",
    (value) => {
      expect(parsePrices(value)).toBeUndefined();
    },
  );
});

describe("a meter", () => {
  test("adds up calls, at the model's price", () => {
    const meter = new Meter("m", new Map([["m", { in: 0.15, out: 0.6 }]]));
    expect(meter.total).toBeUndefined();
    meter.add(reported(1_000, 100));
    meter.add(reported(2_000, 50));
    expect(meter.total).toEqual({
      model: "m",
      calls: 2,
      promptTokens: 3_000,
      completionTokens: 150,
      microUsd: 210 + 330,
      unpriced: 0,
    });
  });

  test("counts tokens without a price, and says that their cost is not known", () => {
    const meter = new Meter("m", new Map());
    meter.add(reported(10, 5));
    expect(meter.total).toMatchObject({ promptTokens: 10, completionTokens: 5, microUsd: 0, unpriced: 1 });
  });

  test("says the same of a call of which nobody knows what it used", () => {
    const meter = new Meter("m", new Map([["m", { in: 1, out: 1 }]]));
    meter.add(undefined);
    expect(meter.total).toMatchObject({ calls: 1, microUsd: 0, unpriced: 1 });
  });

  test.each([
    ["12", 3],
    [1.5, 3],
    [-1, 3],
    [Number.NaN, 3],
    [null, 3],
    [7, undefined],
  ])("does not believe %j and %j tokens, which nothing could count", (promptTokens, completionTokens) => {
    const meter = new Meter("m", new Map([["m", { in: 1, out: 1 }]]));
    const usage = meter.add({ prompt_tokens: promptTokens, completion_tokens: completionTokens } as never);
    expect(usage).toMatchObject({ microUsd: 0, unpriced: 1 });
    for (const tokens of [usage.promptTokens, usage.completionTokens]) expect([0, 3, 7]).toContain(tokens);
  });

  test("knows that a call that was turned away cost nothing", () => {
    const meter = new Meter("m", new Map());
    meter.addFree();
    expect(meter.total).toMatchObject({ calls: 1, microUsd: 0, unpriced: 0 });
  });
});
