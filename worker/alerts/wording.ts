import type { AlertEvent } from "./evaluate.ts";
import type { Rule } from "./rule.ts";

/** What people read of an event, in Portuguese. */
export interface Wording {
  readonly title: string;
  readonly sentence: string;
  /** Missing of what is over. */
  readonly todo?: string;
}

/** @param nameOf an organization, as its people know it */
export function wordingOf(event: AlertEvent, rule: Rule, nameOf: (organization: string) => string): Wording {
  const { organization, detail = "", value = 0 } = event;
  const put = (text: string): string =>
    text
      .replaceAll("{value}", () => shown(value, rule.unit))
      .replaceAll("{from}", () => shown(rule.from, rule.unit))
      .replaceAll("{organization}", () => (organization === undefined ? "" : nameOf(organization)))
      .replace(/ ?\(?\{detail\}\)?/, (whole) =>
        detail === "" ? "" : whole.replace("{detail}", () => detail),
      );
  if (event.kind === "resolved") return { title: "✅ Resolvido", sentence: put(rule.resolved) };
  const title = rule.severity === "critical" ? "🚨 Alerta" : "⚠️ Aviso";
  return { title, sentence: put(rule.sentence), todo: put(rule.todo) };
}

/** As one message of WhatsApp. */
export function messageOf({ title, sentence, todo }: Wording): string {
  return [`*${title}*`, sentence, ...(todo === undefined ? [] : [todo])].join("\n");
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;

function shown(value: number, unit: Rule["unit"]): string {
  if (unit === "%") return `${Math.round(value)}%`;
  if (unit === "") return String(Math.round(value));
  if (!Number.isFinite(value)) return "mais de 5 min";
  if (value >= 2 * HOUR) return `${Math.round(value / HOUR)} h`;
  if (value >= 2 * MINUTE) return `${Math.round(value / MINUTE)} min`;
  return `${value < 10 ? Number(value.toFixed(1)) : Math.round(value)} s`.replace(".", ",");
}
