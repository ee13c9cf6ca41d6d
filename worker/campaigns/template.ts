/** A text with variables: `{{nome}}`, or `{{nome|cliente}}` for whoever has none. */
export interface Template {
  readonly parts: readonly (string | Variable)[];
}

interface Variable {
  /** Lower-case, without accents: as columns of an audience are matched. */
  readonly name: string;
  readonly fallback: string | undefined;
}

/** The template cannot be meant so; the message says where. */
export class InvalidTemplate extends Error {
  override readonly name = "InvalidTemplate";
}

const VARIABLE = /\{\{([^{}]*)\}\}/g;
const NAME = /^[\p{L}\p{N}_ -]{1,60}$/u;

/** @throws InvalidTemplate */
export function parseTemplate(text: string): Template {
  const parts: (string | Variable)[] = [];
  let end = 0;
  for (const match of text.matchAll(VARIABLE)) {
    parts.push(plain(text.slice(end, match.index), end), variable(match[1] ?? "", match.index));
    end = match.index + match[0].length;
  }
  parts.push(plain(text.slice(end), end));
  return { parts: parts.filter((part) => part !== "") };
}

/** The names that a recipient must have. */
export function required(template: Template): string[] {
  const names = template.parts.filter((part) => typeof part !== "string" && part.fallback === undefined);
  return [...new Set(names.map((part) => (part as Variable).name))];
}

/** The names that occur. */
export function variablesOf(template: Template): string[] {
  const names = template.parts.flatMap((part) => (typeof part === "string" ? [] : [part.name]));
  return [...new Set(names)];
}

/** @param values by name; an empty one counts as none, and one that is required and missing becomes nothing */
export function render(template: Template, values: Readonly<Record<string, string>>): string {
  return template.parts
    .map((part) => {
      if (typeof part === "string") return part;
      // A spreadsheet may have a column called "constructor".
      const value = Object.hasOwn(values, part.name) ? values[part.name]?.trim() : undefined;
      return value || (part.fallback ?? "");
    })
    .join("");
}

/** As names of variables and columns are compared: `Código ` is `codigo`. */
export function nameOf(text: string): string {
  return text.normalize("NFD").replaceAll(/\p{M}/gu, "").trim().toLowerCase().replaceAll(/\s+/g, " ");
}

function variable(inside: string, at: number): Variable {
  const bar = inside.indexOf("|");
  const name = bar < 0 ? inside : inside.slice(0, bar);
  if (!NAME.test(name.trim()))
    throw new InvalidTemplate(
      `template: expected a name between {{ and }} at character ${at + 1}, got "${name}"`,
    );
  return { name: nameOf(name), fallback: bar < 0 ? undefined : inside.slice(bar + 1).trim() };
}

function plain(text: string, at: number): string {
  const brace = text.search(/\{\{|\}\}/);
  if (brace >= 0)
    throw new InvalidTemplate(`template: {{ without }}, or }} without {{, at character ${at + brace + 1}`);
  return text;
}
