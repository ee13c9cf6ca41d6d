import { reasonsAgainst } from "../decision/reasons.ts";
import { TRIGGERS } from "../decision/triggers.ts";
import type { Cost } from "../cost/cost.ts";
import type { JudgedClaim, Topic } from "./claim.ts";
import type { Source } from "./evidence.ts";
import type { Explanation } from "./explain.ts";
import type { ExplainedTotal } from "./totals.ts";
import { usd } from "./words.ts";

/** `docs/analysis-2025-revisited.md`, in Markdown. @param usage for what the examples are priced, in words */
export function analysisPage(explanation: Explanation, { usage, command }: PageParts): string {
  const { day, beforeDay, totals, claims, verdicts } = explanation;
  const notes = new Notes();
  const counts = Object.entries(verdicts).map(([verdict, count]) => `${count} ${verdict}`);
  return [
    "# The 2025 analysis, revisited",
    "",
    "In January 2025 somebody compared by hand where these workers could run, and decided by it. This page takes that",
    "analysis at its word, total by total and claim by claim. Its quotations are in Portuguese, as it is.",
    "",
    `Prices are those of ${day}, and beside them those of ${beforeDay}, the month of the analysis. ${usage}`,
    `Of ${claims.length} claims: ${counts.join(", ")}.`,
    "",
    `Generated: \`${command}\`. \`oxy compare --explain\` has the same for any day and volume.`,
    "",
    "## Totals",
    "",
    "What the analysis adds up, what such a stack of this repository was billed that month, and what it is billed now.",
    "",
    ...table(
      ["option", "the analysis", "its own lines", "priced beside it", beforeDay, day, "verdict"],
      totals.map(totalRow),
    ),
    "",
    ...totals.flatMap(({ title, differs }) =>
      differs === undefined ? [] : [`- ${escaped(title)}: ${differs}.`],
    ),
    ...TOPICS.flatMap((topic) => topicSection(topic, claims, notes)),
    "",
    "## Triggers",
    "",
    "When the analysis would move. `oxy compare` evaluates each from what it is given or what was measured: met, not met,",
    "unknown, and by how far.",
    "",
    ...table(
      ["trigger", "moves to", "remark"],
      TRIGGERS.map(({ quote, phase, remark = "" }) => [escaped(quote), phase, remark]),
    ),
    "",
    "## Reasons not to move",
    "",
    ...table(
      ["reason", "about", "verdict", "because"],
      reasonsAgainst([]).map(({ quote, about, verdict, because }) => [
        escaped(quote),
        about,
        verdict,
        because,
      ]),
    ),
    "",
    "## Sources",
    "",
    ...notes.lines(),
    "",
  ].join("\n");
}

export interface PageParts {
  readonly usage: string;
  /** That makes the page. */
  readonly command: string;
}

interface TopicTitle {
  readonly topic: Topic;
  readonly title: string;
}

const TOPICS: readonly TopicTitle[] = [
  { topic: "render", title: "Render" },
  { topic: "upstash", title: "Upstash" },
  { topic: "railway", title: "Railway" },
  { topic: "fly", title: "Fly.io" },
  { topic: "aws", title: "AWS" },
  { topic: "decision", title: "The decision" },
];

function topicSection(
  { topic, title }: TopicTitle,
  claims: readonly JudgedClaim[],
  notes: Notes,
): readonly string[] {
  const rows = claims.filter((claim) => claim.topic === topic).map((claim) => claimRow(claim, notes));
  return ["", `## ${title}`, "", ...table(["#", "then", "now", "verdict", "sources"], rows)];
}

function totalRow({ title, printed, lines, said, priced, before, now, verdict }: ExplainedTotal): string[] {
  const own = lines.map((line) => `${escaped(line.what)} ${usd(line.usd)}`).join("<br>");
  return [
    escaped(title),
    escaped(printed),
    `${own}<br>= ${usd(said)}`,
    priced,
    bill(before),
    bill(now),
    verdict,
  ];
}

function bill({ baseline, usage, total }: Cost): string {
  return `${usd(total)}<br>of which ${usd(baseline)} whatever is used, ${usd(usage)} by use`;
}

function claimRow({ number, quote, now, verdict, sources }: JudgedClaim, notes: Notes): string[] {
  const marks = sources.map((source) => notes.numberOf(source)).toSorted((one, other) => one - other);
  return [`${number}`, escaped(quote), escaped(now), verdict, [...new Set(marks)].join(", ")];
}

/** Each source once, in the order in which it is first named. */
class Notes {
  readonly #numbers = new Map<string, { readonly number: number; readonly ids: Set<string> }>();

  numberOf(source: Source): number {
    const text = noteText(source);
    const note = this.#numbers.get(text) ?? { number: this.#numbers.size + 1, ids: new Set() };
    if (source.id !== undefined) note.ids.add(source.id);
    this.#numbers.set(text, note);
    return note.number;
  }

  lines(): string[] {
    return [...this.#numbers].map(([text, { number, ids }]) => {
      const of = ids.size === 0 ? "" : `: ${[...ids].map((id) => `\`${id}\``).join(", ")}`;
      return `${number}. ${escaped(text)}${of}`;
    });
  }
}

function noteText({ text, observedAt, confidence }: Source): string {
  const parts = [
    ...(observedAt === undefined ? [] : [`seen ${observedAt}`]),
    ...(confidence === undefined ? [] : [`confidence ${confidence}`]),
  ];
  return parts.length === 0 ? text : `${text} (${parts.join(", ")})`;
}

function table(columns: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(columns), line(columns.map(() => "---")), ...rows.map(line)];
}

/** Markdown would take <5s for HTML, | for the end of a cell and $…$ for a formula. */
function escaped(text: string): string {
  return text.replaceAll("<", "\\<").replaceAll("|", "\\|").replaceAll("$", "\\$").replaceAll("~", "\\~");
}
