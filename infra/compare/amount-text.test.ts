import { expect, test } from "vitest";
import { money } from "./amount.ts";
import { amountText, changeText, unitPriceText } from "./amount-text.ts";
import { known, unknown } from "./estimate.ts";

test.each([
  [known(20.324), "20.32 USD"],
  [known(17.6, 25.6), "17.60–25.60 USD"],
  [known(5, 5.001), "5.00 USD"],
  [known(1_234.5), "1,234.50 USD"],
  [known(0), "0.00 USD"],
  [unknown("a price"), "unknown"],
  [unknown("a price", 14), "unknown, at least 14.00 USD"],
])("%j is %s", (estimate, text) => {
  expect(amountText(money(estimate))).toBe(text);
});

test("what one of something costs has as many decimals as it needs, and two at the least", () => {
  expect(unitPriceText(money(known(0.000011)))).toBe("0.000011 USD");
  expect(unitPriceText(money(known(0.2)))).toBe("0.20 USD");
});

test("numbers are written as the reader writes them", () => {
  expect(amountText(money(known(1_234.5), "BRL"), "pt-BR")).toBe("1.234,50 BRL");
});

test.each([
  [8.08, 8.08, "+8.08 USD"],
  [-1, 2.5, "−1.00 to +2.50 USD"],
  [-12.346, -12.346, "−12.35 USD"],
  [-0.001, 0.004, "0.00 USD"],
])("a difference of %d to %d is %s", (low, high, text) => {
  expect(changeText({ low, high }, "USD")).toBe(text);
});
