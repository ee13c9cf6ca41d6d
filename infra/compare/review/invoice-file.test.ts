import { describe, expect, test } from "vitest";
import { InvalidFile } from "../../yaml-file.ts";
import { readInvoices } from "./invoice-file.ts";

const GIVEN = `version: 1
month: 2026-10
invoices:
  - provider: render
    lines:
      - {what: Background worker, price: render/instance/starter, amount: 7}
      - {what: Credit, amount: -2}
  - provider: upstash
    currency: BRL
    brl_per_usd: 5.5
    lines:
      - {what: Fixed 250 MB, price: upstash/fixed/250mb, amount: 55}
`;

function problemsOf(text: string): readonly string[] {
  try {
    readInvoices("invoices.yaml", text);
  } catch (error) {
    if (error instanceof InvalidFile) return error.problems;
    throw error;
  }
  return [];
}

test("amounts are read in dollars, credits among them", () => {
  expect(readInvoices("invoices.yaml", GIVEN)).toEqual({
    month: "2026-10",
    lines: [
      { provider: "render", what: "Background worker", price: "render/instance/starter", usd: 7 },
      { provider: "render", what: "Credit", usd: -2 },
      { provider: "upstash", what: "Fixed 250 MB", price: "upstash/fixed/250mb", usd: 10 },
    ],
  });
});

describe("is refused with file, line and key", () => {
  const refusals: [string, string, string, string][] = [
    [
      "another version",
      "version: 1",
      "version: 2",
      "invoices.yaml:1: version: expected version 1, which is what this oxy reads, got 2",
    ],
    [
      "no month",
      "month: 2026-10",
      "month: October",
      'invoices.yaml:2: month: expected a month, such as 2026-10, got "October"',
    ],
    [
      "a currency without a rate",
      "    brl_per_usd: 5.5\n",
      "",
      "invoices.yaml:8: invoices.1.brl_per_usd: expected it with currency BRL: what a dollar cost, got nothing",
    ],
    [
      "a rate without a currency",
      "    currency: BRL\n",
      "",
      "invoices.yaml:9: invoices.1.brl_per_usd: expected it with currency BRL only, got 5.5",
    ],
    [
      "another provider's id",
      "price: upstash/fixed/250mb",
      "price: render/disk",
      'invoices.yaml:12: invoices.1.lines.0.price: expected an id that begins with upstash/, got "render/disk"',
    ],
    [
      "no amount",
      "amount: 7",
      "amount: seven",
      'invoices.yaml:6: invoices.0.lines.0.amount: expected an amount from -1000000000 to 1000000000, got "seven"',
    ],
    [
      "a misspelt key",
      "amount: 7",
      "ammount: 7",
      "invoices.yaml:6: invoices.0.lines.0.ammount: expected a known key",
    ],
  ];
  test.each(refusals)("%s", (_what, from, to, problem) => {
    expect(GIVEN).toContain(from);
    expect(problemsOf(GIVEN.replace(from, to)).some((found) => found.startsWith(problem))).toBe(true);
  });

  test("a file without an invoice", () => {
    expect(problemsOf("version: 1\nmonth: 2026-10\ninvoices: []\n")).toEqual([
      "invoices.yaml:3: invoices: expected a list of invoices, one at the least, got a list",
    ]);
  });
});
