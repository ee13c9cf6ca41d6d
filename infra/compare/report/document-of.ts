import type { Catalogue } from "../catalogue/catalogue.ts";
import type { Comparison } from "../comparison.ts";
import type { Context } from "./context.ts";
import type { Document, Line } from "./document.ts";
import { Numbers } from "./numbers.ts";
import { claimsSection, totalsSection } from "./sections/analysis.ts";
import { availabilitySection, outagesSection } from "./sections/availability.ts";
import { assumptionsSection, capacitySection } from "./sections/capacity.ts";
import { reviewSection } from "./sections/review.ts";
import { billSection } from "./sections/bill.ts";
import { costsSection } from "./sections/costs.ts";
import { breakEvenSection, stayingSection } from "./sections/decisions.ts";
import { matrixSection, rankingSection } from "./sections/matrix.ts";
import { reasonsSection, triggersSection } from "./sections/triggers.ts";
import { staleSection, unknownsSection } from "./sections/unknowns.ts";
import { separated } from "./sections/list.ts";
import { Sources } from "./sources.ts";
import { Words, type Language } from "./words.ts";

/** What is said of a comparison, in one language. */
export function documentOf(comparison: Comparison, catalogue: Catalogue, language: Language): Document {
  const words = new Words(language);
  const numbers = new Numbers(words, comparison.exchange);
  const sources = new Sources(words, numbers);
  const context: Context = { comparison, catalogue, words, numbers, sources };
  const lead = leadOf(context);
  const { analysisTotals, explanation, review } = comparison;
  const sections = [
    costsSection(context),
    ...(analysisTotals === undefined ? [] : [totalsSection(analysisTotals, context)]),
    ...(review === undefined ? [] : [reviewSection(review, context)]),
    // One alone is neither moved to nor overtaken.
    ...(comparison.targets.length === 1 ? [] : [stayingSection(context), breakEvenSection(context)]),
    capacitySection(context),
    availabilitySection(context),
    rankingSection(context),
    triggersSection(context),
    ...(explanation === undefined ? [] : [claimsSection(explanation, context)]),
    unknownsSection(context),
    matrixSection(context),
    reasonsSection(context),
    outagesSection(context),
    assumptionsSection(context),
    ...comparison.targets.map((target) => billSection(target, context)),
  ];
  return {
    language,
    title: words.text("title"),
    lead,
    // What is old among all that they used.
    sections: [...sections, staleSection(context)],
    notes: { title: words.text("notes.title"), notes: sources.notes() },
  };
}

function leadOf({ comparison, words, numbers }: Context): readonly Line[] {
  const { day, today, usage, exchange } = comparison;
  const { messages, ai } = usage;
  const sentences: Line[] = [
    words.line("lead.made", { day: numbers.day(day), today: numbers.day(today) }),
    messages === undefined
      ? words.line("lead.no-messages")
      : words.line("lead.messages", { messages: numbers.range(messages) }),
    ai === undefined
      ? words.line("lead.no-model")
      : words.line("lead.model", {
          model: ai.model,
          input: numbers.range(ai.inputTokens),
          output: numbers.range(ai.outputTokens),
        }),
    ...(exchange === undefined
      ? []
      : [
          words.line("lead.exchange", {
            currency: exchange.to,
            rate: numbers.count(exchange.rate, 4),
            day: numbers.day(exchange.day),
            taxes: Object.entries(exchange.taxes)
              .map(([name, share]) =>
                words.text("lead.tax", { name: name.toUpperCase(), percent: numbers.percent(share, 2) }),
              )
              .join(""),
          }),
        ]),
    words.line("lead.unknown"),
  ];
  return [separated(sentences, " ")];
}
