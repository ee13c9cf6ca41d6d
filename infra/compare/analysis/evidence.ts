import type { StackPlan } from "../../plan.ts";
import { money, unknownAmount, type Amount } from "../amount.ts";
import type { Catalogue } from "../catalogue/catalogue.ts";
import type { Entry } from "../catalogue/entry.ts";
import type { Cost } from "../cost/cost.ts";
import { hostingCost } from "../cost/hosting-cost.ts";
import { unknown, type Estimate } from "../estimate.ts";
import type { Usage } from "../usage.ts";

/** What the claims of the analysis are judged by. */
export interface EvidenceParts {
  readonly catalogue: Catalogue;
  /** ISO 8601: today, since claims are judged in the words of today; totals are of any day. */
  readonly day: string;
  /** Plans of the examples, by name. */
  readonly plans: Readonly<Record<string, StackPlan>>;
  /** For what the examples are priced. */
  readonly usage: Usage;
}

/** The month of the analysis: what was in force then. */
export const THEN = "2025-01-15";

/** Who says what a claim was judged by. */
export interface Source {
  /** Of the catalogue. */
  readonly id?: string;
  readonly text: string;
  /** ISO 8601. */
  readonly observedAt?: string;
  readonly confidence?: Entry["confidence"];
}

/** Looks things up, and remembers what was looked up: a number never comes without its source. */
export class Evidence {
  readonly day: string;
  readonly usage: Usage;
  readonly #parts: EvidenceParts;
  readonly #used = new Map<string, Source>();

  constructor(parts: EvidenceParts) {
    this.#parts = parts;
    this.day = parts.day;
    this.usage = parts.usage;
  }

  price(id: string, day = this.day): Amount {
    const entry = this.#entry(id, day);
    if (entry === undefined || entry.value === null) return unknownAmount(`price of ${id}`);
    return money({ kind: "known", ...entry.value }, entry.currency);
  }

  fact(id: string, day = this.day): Estimate {
    const entry = this.#entry(id, day);
    return entry === undefined || entry.value === null ? unknown(id) : { kind: "known", ...entry.value };
  }

  /** What has to be so for a fact to hold. */
  condition(id: string): string | undefined {
    return this.#entry(id, this.day)?.condition;
  }

  aliases(id: string): readonly string[] {
    return this.#entry(id, this.day)?.aliases ?? [];
  }

  /** What an example would be billed. @throws Error when there is no such example */
  bill(example: string, day = this.day): Cost {
    const { catalogue, usage } = this.#parts;
    const cost = hostingCost(this.plan(example), { catalogue, usage, day });
    for (const entry of cost.lines.flatMap(({ entries }) => entries)) this.#use(entry);
    return cost;
  }

  /** @throws Error when there is no such example */
  plan(example: string): StackPlan {
    const plan = this.#parts.plans[example];
    if (plan === undefined) throw new Error(`no example is named ${example}`);
    return plan;
  }

  sources(): readonly Source[] {
    return [...this.#used.values()];
  }

  #entry(id: string, day: string): Entry | undefined {
    const entry = this.#parts.catalogue.entry(id, day);
    if (entry !== undefined) this.#use(entry);
    return entry;
  }

  #use({ id, source, observedAt, confidence, validFrom }: Entry): void {
    this.#used.set(`${id} ${validFrom}`, { id, text: source, observedAt, confidence });
  }
}
