interface Asked {
  readonly first?: number | null;
  readonly after?: string | null;
}

const DEFAULT_SIZE = 100;

/** One page of a list; a cursor is how many come before. */
export function page<Node>(nodes: readonly Node[], { first, after }: Asked) {
  const from = Number(after ?? 0);
  const to = from + (first ?? DEFAULT_SIZE);
  return {
    edges: nodes.slice(from, to).map((node) => ({ node })),
    pageInfo: { hasNextPage: to < nodes.length, endCursor: `${Math.min(to, nodes.length)}` },
  };
}
