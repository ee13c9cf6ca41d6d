import { Refusal } from "../emulator.ts";

/** A query as Fastify reads it: everything is text, and whatever is repeated is a list. */
export type Query = Readonly<Record<string, string | readonly string[] | undefined>>;

const LIMIT = { default: 20, max: 100 };

/** Filters by `name`, `type`, …; several values stand for any of them. */
export function fits(query: Query, values: Readonly<Record<string, string>>): boolean {
  return Object.entries(values).every(([key, value]) => {
    const wanted = query[key];
    return (
      wanted === undefined ||
      [wanted]
        .flat()
        .flatMap((text) => text.split(","))
        .includes(value)
    );
  });
}

/** A page of a list, each entry with the cursor of what follows it. */
export function pageOf<Entry>(
  entries: readonly Entry[],
  named: string,
  idOf: (entry: Entry) => string,
  query: Query,
): object[] {
  const limit = Number(query["limit"] ?? LIMIT.default);
  if (!Number.isInteger(limit) || limit < 1 || limit > LIMIT.max)
    throw new Refusal(400, `invalid limit: must be between 1 and ${LIMIT.max}`);
  const cursors = entries.map((entry) => Buffer.from(idOf(entry)).toString("base64url"));
  const { cursor } = query;
  const after = cursor === undefined ? -1 : cursors.indexOf(String(cursor));
  if (cursor !== undefined && after === -1) throw new Refusal(400, "invalid cursor");
  return entries
    .slice(after + 1, after + 1 + limit)
    .map((entry, index) => ({ cursor: cursors[after + 1 + index], [named]: entry }));
}
