/** One request that an emulated API was sent. */
export interface RecordedCall {
  readonly api: string;
  readonly method: string;
  /** As it was sent, without the query. */
  readonly path: string;
  /** As the API's description has it: `/services/:serviceId`. Missing when there is no such route. */
  readonly route: string | undefined;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: unknown;
  /** What it was answered with; 0 when the connection was cut. */
  readonly status: number;
}

/** Whether a call may change anything. GraphQL reads by POST too. */
export function isWrite({ method, body }: Pick<RecordedCall, "method" | "body">): boolean {
  if (method === "GET" || method === "HEAD") return false;
  const { query } = (body ?? {}) as { readonly query?: unknown };
  return typeof query !== "string" || /^\s*mutation\b/.test(query);
}
