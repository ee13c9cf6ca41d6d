import type { Amount } from "../../amount.ts";
import { ageInDays, isStale } from "../../catalogue/staleness.ts";
import type { Context } from "../context.ts";
import type { Section } from "../document.ts";
import { conjunction } from "./list.ts";

/** What nobody knows, and whose numbers hang on it; then what was observed long ago. */
export function unknownsSection({ comparison, words }: Context): Section {
  const { targets } = comparison;
  const reasons = new Map<string, string[]>();
  for (const { name, cost } of targets)
    for (const reason of reasonsIn([cost.hosting.total, cost.ai.total, cost.people.total]))
      reasons.set(reason, [...(reasons.get(reason) ?? []), name]);
  return {
    id: "unknowns",
    title: words.text("unknowns.title"),
    blocks:
      reasons.size === 0
        ? [{ kind: "paragraph", line: words.line("unknowns.none") }]
        : [
            {
              kind: "list",
              items: [...reasons].map(([reason, names]) =>
                words.line("unknowns.line", {
                  reason: words.phrase(reason),
                  targets:
                    names.length === targets.length && names.length > 1
                      ? words.text("unknowns.all")
                      : conjunction(names, words),
                }),
              ),
            },
          ],
  };
}

function reasonsIn(amounts: readonly Amount[]): ReadonlySet<string> {
  return new Set(amounts.flatMap((amount) => (amount.kind === "unknown" ? amount.because : [])));
}

/** Of what was used, by how often its provider changes. */
export function staleSection({
  comparison: { today },
  catalogue,
  words,
  numbers,
  sources,
}: Context): Section {
  const old = sources.entries.filter((entry) => isStale(entry, catalogue, today));
  return {
    id: "stale",
    title: words.text("stale.title"),
    isDetail: true,
    blocks:
      old.length === 0
        ? [{ kind: "paragraph", line: words.line("stale.none") }]
        : [
            {
              kind: "list",
              items: old.map((entry) =>
                words.line("stale.line", {
                  id: sources.figure(entry.id, [entry]),
                  day: numbers.day(entry.observedAt),
                  days: numbers.count(ageInDays(entry, today)),
                  review: numbers.count(catalogue.providers[entry.provider]?.reviewDays ?? 0),
                }),
              ),
            },
          ],
  };
}
