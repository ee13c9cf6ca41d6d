import { Refused } from "./refused.ts";

export type Variables = Readonly<Record<string, string>>;

/** Variables of a service, with those that Railway adds; by the name of the service. */
export type Namespaces = (service: string) => Variables | undefined;

/** `${{VAR}}`, or `${{service.VAR}}`, with or without blanks. */
const REFERENCE = /\$\{\{\s*(?:([^}.]+)\.)?([A-Za-z0-9_]+)\s*\}\}/g;
const DEEPEST = 10;

/** With every reference put in; one that leads nowhere is nothing (docs.railway.com/variables, 2026-08). */
export function rendered(variables: Variables, service: string, namespaces: Namespaces): Variables {
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [name, render(value, service, namespaces, 0)]),
  );
}

function render(value: string, service: string, namespaces: Namespaces, depth: number): string {
  if (depth === DEEPEST) throw new Refused("Variable references form a cycle");
  return value.replaceAll(REFERENCE, (_whole, namespace: string | undefined, name: string) => {
    const from = namespace?.trim() ?? service;
    return render(namespaces(from)?.[name] ?? "", from, namespaces, depth + 1);
  });
}

/** @throws Refused when something is not text */
export function variablesIn(given: unknown): Variables {
  const entries = Object.entries((given ?? {}) as Record<string, unknown>);
  for (const [name, value] of entries)
    if (typeof value !== "string") throw new Refused(`Invalid value of variable ${name}`);
  return Object.fromEntries(entries) as Variables;
}
