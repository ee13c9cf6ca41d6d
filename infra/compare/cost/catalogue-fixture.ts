import { Catalogue } from "../catalogue/catalogue.ts";
import type { Entry } from "../catalogue/entry.ts";
import type { Range } from "../estimate.ts";

interface Parts {
  readonly prices?: Readonly<Record<string, number | Range | null>>;
  readonly facts?: Readonly<Record<string, number | Range | null>>;
}

/** Entries of these values for all time: prices in USD, and ratios and other facts without a currency. */
export function catalogueWith(parts: Parts): Catalogue {
  const entries = (values: Parts["prices"] = {}) =>
    Object.entries(values).map(([id, value]): Entry => ({
      id,
      aliases: [],
      provider: id.split("/")[0] ?? "",
      about: id,
      unit: "unit",
      value: typeof value === "number" ? { low: value, high: value } : value,
      validFrom: "2000-01-01",
      observedAt: "2026-11-01",
      source: "a test",
      sourceKind: "measured",
      confidence: "A",
      file: "test.yaml",
      line: 1,
    }));
  const prices = entries(parts.prices).map((entry) => Object.assign(entry, { currency: "USD" as const }));
  return new Catalogue([...prices, ...entries(parts.facts)]);
}
