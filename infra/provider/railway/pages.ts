import { z } from "zod";

/** One page of a list, as Railway's API has every list. */
export interface Page<Node> {
  readonly edges: readonly { readonly node: Node }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor?: string | null | undefined };
}

export function pageOf<Node>(node: z.ZodType<Node>): z.ZodType<Page<Node>> {
  return z.object({
    edges: z.array(z.object({ node })),
    pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullish() }),
  });
}

/** Everything that a list has. */
export async function allOf<Node>(
  page: (after: string | undefined) => Promise<Page<Node>>,
): Promise<readonly Node[]> {
  const found: Node[] = [];
  let after: string | undefined;
  do {
    const { edges, pageInfo } = await page(after);
    found.push(...edges.map(({ node }) => node));
    after = pageInfo.hasNextPage ? (pageInfo.endCursor ?? undefined) : undefined;
  } while (after !== undefined);
  return found;
}
