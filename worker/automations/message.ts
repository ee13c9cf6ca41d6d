/** What may stand for something in a message: `{{nome}}`, or `{{nome|cliente}}` with what stands there when it is not known. */
const VARIABLE = /\{\{\s*([\p{L}\p{N}_]+)\s*(?:\|([^{}]*))?\}\}/gu;

/** Names of what is known of a run. */
export const VARIABLES = ["nome", "texto", "numero", "empresa"] as const;

export type Values = Readonly<Partial<Record<(typeof VARIABLES)[number], string | undefined>>>;

/** Variables in a text that there are none of. */
export function unknownVariables(text: string): string[] {
  const names = [...text.matchAll(VARIABLE)].map(([, name = ""]) => name);
  return names.filter((name) => !(VARIABLES as readonly string[]).includes(name));
}

/**
 * A text with its variables replaced; one of which nothing is known leaves no gap. What is put in is not looked at again: a
 * customer who is called `{{texto}}` stays so.
 */
export function withValues(text: string, values: Values): string {
  const filled = text.replace(VARIABLE, (_, name: string, otherwise?: string) => {
    const value = Object.hasOwn(values, name) ? values[name as keyof Values] : undefined;
    return value?.trim() || otherwise?.trim() || GAP;
  });
  return filled
    .replace(new RegExp(` *${GAP}(?=[,.!?;:]|$)`, "gmu"), "")
    .replace(new RegExp(`${GAP} ?`, "gu"), "");
}

/** Nobody writes it: a noncharacter of Unicode. */
const GAP = "\uFDD0";
