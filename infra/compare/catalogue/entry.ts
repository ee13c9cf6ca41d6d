import type { Currency } from "../amount.ts";
import type { Range } from "../estimate.ts";

/** A price or a fact, in force for a time, with who says so. */
export interface Entry {
  /** What plans and comparisons ask for it by: `render/instance/starter`. */
  readonly id: string;
  /** Other names that it had or has. */
  readonly aliases: readonly string[];
  readonly provider: string;
  readonly about: string;
  /** Of what one is: `GB`, `hour`, `100,000 commands`, `ratio`, `percent`, `ms`. */
  readonly unit: string;
  /** Null where nobody found it. */
  readonly value: Range | null;
  /** Of a price; a fact has none. */
  readonly currency?: Currency;
  /** ISO 8601 days: in force from this one on. */
  readonly validFrom: string;
  /** And until the day before this one. */
  readonly validTo?: string;
  readonly observedAt: string;
  /** URL, or repository and commit. */
  readonly source: string;
  readonly sourceKind: SourceKind;
  readonly confidence: Confidence;
  /** What has to be so for it to hold, such as a plan. */
  readonly condition?: string;
  readonly note?: string;
  readonly file: string;
  readonly line: number;
}

/** Read at the provider; a dated copy of that; said by others; measured by us; known without a source. */
type SourceKind = "official" | "harvested" | "third_party" | "measured" | "unsourced";

/** A: the provider's own text. B: a dated copy. C: others say so. D: no source found. */
type Confidence = "A" | "B" | "C" | "D";
