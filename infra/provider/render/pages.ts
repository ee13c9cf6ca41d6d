import { z } from "zod";
import type { ApiClient } from "../../api/client.ts";

/** Entries of one answer; Render gives at most 100. */
const PAGE = 100;

/** A list of Render's, whole: each entry comes with the cursor of what follows it. */
export async function everyEntry<Entry>(
  render: ApiClient,
  list: {
    readonly path: string;
    readonly query?: Readonly<Record<string, string | readonly string[]>>;
    readonly doing: string;
    /** What an entry is called in the list, and what of it is used. */
    readonly named: string;
    readonly entry: z.ZodType<Entry>;
  },
): Promise<readonly Entry[]> {
  const answer = z.array(
    z.object({ cursor: z.string(), [list.named]: list.entry }),
  ) as z.ZodType as z.ZodType<readonly ({ readonly cursor: string } & Readonly<Record<string, unknown>>)[]>;
  const entries: Entry[] = [];
  for (let cursor: string | undefined; ;) {
    const { path, query, doing } = list;
    const page = await render.call({
      method: "GET",
      path,
      query: { ...query, limit: PAGE, cursor },
      doing,
      answer,
    });
    entries.push(...page.map((one) => one[list.named] as Entry));
    cursor = page.at(-1)?.cursor;
    if (page.length < PAGE || cursor === undefined) return entries;
  }
}
