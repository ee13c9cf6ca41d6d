import { z } from "zod";
import type { ApiClient } from "../../api/client.ts";
import { ApiFailed, type Cause } from "../../api/failure.ts";
import { refusal } from "./api.ts";

const PATH = "/graphql/v2";

export interface Request<Answer> {
  /** One query or mutation; it begins with that word. */
  readonly document: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  /** Completes "Railway refused to …"; names the resource. */
  readonly doing: string;
  /** What of the answer's data is used. */
  readonly answer: z.ZodType<Answer>;
}

/**
 * Asks Railway. It refuses with status 200, and with a sentence instead of a code: what kind of refusal it is, is read
 * from the words that its documentation and its own command line go by.
 * @throws ApiFailed
 */
export async function ask<Answer>(
  api: ApiClient,
  { document, variables = {}, doing, answer }: Request<Answer>,
): Promise<Answer> {
  const body = await api.call({
    method: "POST",
    path: PATH,
    body: { query: document, variables },
    doing,
    answer: z.looseObject({}),
    repeatable: document.trimStart().startsWith("query"),
  });
  const refused = refusal.safeParse(body);
  if (refused.success) throw failureOf(refused.data.errors[0]?.message ?? "", doing);
  return api.expect(z.object({ data: answer }), body, doing).data;
}

/** The first that matches. */
const WORDS: readonly (readonly [RegExp, Cause])[] = [
  [/not authorized|unauthorized|two factor/i, "forbidden"],
  [/not found|does not exist/i, "missing"],
  [/already (exists|taken|in use)|in progress/i, "conflict"],
  [/limit|upgrade|quota|exceeded/i, "quota"],
  [/problem processing|internal|timed? ?out|try again/i, "unavailable"],
];

function failureOf(words: string, doing: string): ApiFailed {
  const [, cause] = WORDS.find(([pattern]) => pattern.test(words)) ?? [undefined, "invalid" as const];
  switch (cause) {
    case "forbidden":
      // It says the same of a token that it does not know, and of what another workspace has.
      return new ApiFailed(
        cause,
        `RAILWAY_TOKEN: Railway does not accept it, or does not allow its holder to ${doing} (${words})`,
      );
    case "unavailable":
      return new ApiFailed(cause, `Railway failed to ${doing} (${words})`);
    default:
      return new ApiFailed(cause, `Railway refused to ${doing} (${words})`);
  }
}
