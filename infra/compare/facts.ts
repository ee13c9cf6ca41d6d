import type { Catalogue } from "./catalogue/catalogue.ts";
import { unknown, type Estimate } from "./estimate.ts";
import type { Usage } from "./usage.ts";

/** What facts are asked for with. */
export interface FactsOfDay {
  readonly catalogue: Catalogue;
  /** ISO 8601. */
  readonly day: string;
}

/** And with what somebody measured. */
export interface UsedFacts extends FactsOfDay {
  readonly usage: Usage;
}

/** Own measurements first. */
export function measuredOf(id: string, { usage, catalogue, day }: UsedFacts): Estimate {
  const value = usage.measured[id] ?? catalogue.entry(id, day)?.value;
  return value == null ? unknown(`no measurement ${id}`) : { kind: "known", ...value };
}
