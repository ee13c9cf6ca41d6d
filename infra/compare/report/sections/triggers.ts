import type { TriggerResult } from "../../decision/triggers.ts";
import type { Context } from "../context.ts";
import type { Cell, Foreign, Section } from "../document.ts";
import { separated } from "./list.ts";

/** When the analysis would move, evaluated. */
export function triggersSection(context: Context): Section {
  const { comparison, words } = context;
  return {
    id: "triggers",
    title: words.text("triggers.title"),
    blocks: [
      {
        kind: "table",
        caption: words.text("triggers.caption"),
        columns: [
          { title: words.text("triggers.condition"), align: "left" },
          { title: words.text("triggers.towards"), align: "left" },
          { title: words.text("triggers.outcome"), align: "left" },
          { title: words.text("triggers.far"), align: "left" },
        ],
        rows: comparison.triggers.map((trigger) => [
          { line: [quotation(trigger.quote)] },
          { line: [trigger.phase === "any" ? words.text("triggers.any") : PHASES[trigger.phase]] },
          outcomeCell(trigger, context),
          farCell(trigger, context),
        ]),
      },
      { kind: "paragraph", line: words.line("triggers.inputs") },
    ],
  };
}

const PHASES = { fly: "Fly.io", aws: "AWS ECS" } as const;

function outcomeCell({ outcome }: TriggerResult, { words }: Context): Cell {
  if (outcome === "unknown") return { line: [words.text("unknown")], tone: "unknown" };
  return {
    line: [words.text(outcome === "met" ? "triggers.met" : "triggers.not-met")],
    tone: outcome === "met" ? "bad" : "good",
  };
}

function farCell({ ratio, because = [] }: TriggerResult, { words, numbers }: Context): Cell {
  const percent =
    ratio === undefined
      ? undefined
      : numbers.percentRange({ low: ratio.low * 100, high: ratio.high * 100 }, 1);
  if (percent !== undefined) return { line: words.line("triggers.ratio", { percent }) };
  return {
    line: separated(
      because.map((each) => [words.phrase(each)]),
      "; ",
    ),
  };
}

/** What the analysis and triggers quote of it is in Portuguese. */
export function quotation(text: string): Foreign {
  return { kind: "foreign", text, language: "pt-BR" };
}

/** What the analysis says against moving, and what is to be said of it. */
export function reasonsSection({ comparison, words }: Context): Section {
  return {
    id: "reasons",
    title: words.text("reasons.title"),
    isDetail: true,
    blocks: [
      {
        kind: "list",
        items: comparison.triggers.flatMap(({ quote, remark }) =>
          remark === undefined
            ? []
            : [words.line("triggers.remark", { quote: quotation(quote), remark: words.phrase(remark) })],
        ),
      },
      {
        kind: "list",
        items: comparison.reasonsAgainst.map(({ quote, verdict, because }) =>
          words.line("reasons.line", {
            quote: quotation(quote),
            verdict: words.text(`verdict.${verdict}`),
            because: words.phrase(because),
          }),
        ),
      },
    ],
  };
}
