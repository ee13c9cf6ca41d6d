import { parseTemplate, render, variablesOf } from "../campaigns/template.ts";

/** What is known of a run: `{{nome}}` in a text is who wrote, `{{texto}}` what they wrote. */
export const VARIABLES = ["nome", "texto", "numero", "empresa"] as const;

type Variable = (typeof VARIABLES)[number];
export type Values = Readonly<Partial<Record<Variable, string | undefined>>>;

/** @throws InvalidTemplate */
export function unknownVariables(text: string): string[] {
  return namesIn(text).filter((name) => !(VARIABLES as readonly string[]).includes(name));
}

/** @throws InvalidTemplate */
export function hasVariable(text: string, name: Variable): boolean {
  return namesIn(text).includes(name);
}

/**
 * A text with its variables replaced. What is put in is not looked at again: a customer who is called `{{texto}}` stays so.
 * @throws InvalidTemplate
 */
export function withValues(text: string, values: Values): string {
  const known = Object.entries(values).filter(([, value]) => value !== undefined);
  return render(parseTemplate(text), Object.fromEntries(known) as Record<string, string>);
}

function namesIn(text: string): string[] {
  return variablesOf(parseTemplate(text));
}
