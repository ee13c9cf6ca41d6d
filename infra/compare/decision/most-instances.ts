import type { Host } from "../../host.ts";

/** More than any host says. */
const LIMIT = 1_000;

/** The most processes with sessions that a fleet of the host may be told to have, by the schema of its config. */
export function mostInstances({ config: { shape } }: Host): number {
  const fields = ["instances", "maxInstances"].flatMap((name) => {
    const field = (shape as Readonly<Record<string, { safeParse(value: unknown): { success: boolean } }>>)[
      name
    ];
    return field === undefined ? [] : [field];
  });
  if (fields.length === 0) return 1;
  for (let count = LIMIT; count > 1; count--)
    if (fields.some((field) => field.safeParse(count).success)) return count;
  return 1;
}
