import type { FastifyInstance, FastifyRequest } from "fastify";
import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import { isSameSecret } from "./same-secret.ts";

/** One token of the HTTP API. */
export interface ApiToken {
  /** Whose calls it opens; undefined for everybody's. */
  readonly organization: string | undefined;
  readonly token: string;
}

/** Calls of one organization a second, in one process. */
const CALLS_PER_SECOND = 50;
/** Calls without a token that are answered one by one, a minute. */
const WRONG_PER_MINUTE = 30;

/**
 * Lets through who brings a token of the organization that the path names, or of all; and no organization so often that it
 * keeps the others waiting.
 * @param refused told of each refusal that is answered one by one
 */
export function guardByToken(app: FastifyInstance, tokens: readonly ApiToken[], refused: () => void): void {
  const pace = new RateLimiterMemory({ points: CALLS_PER_SECOND, duration: 1 });
  const wrong = new RateLimiterMemory({ points: WRONG_PER_MINUTE, duration: 60 });
  app.addHook("onRequest", async (request, reply) => {
    const given = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1] ?? "";
    // All are compared: how long it takes tells nothing.
    const matching = tokens.filter(({ token }) => isSameSecret(given, token));
    const organization = organizationOf(request);
    if (matching.length === 0) {
      const waitMs = await consumed(wrong, "");
      if (waitMs === undefined) refused();
      else reply.header("retry-after", String(Math.ceil(waitMs / 1000)));
      await reply
        .code(waitMs === undefined ? 401 : 429)
        .header("www-authenticate", 'Bearer realm="Oxy Workers"')
        .send({ error: "expected a token of OXY_API_TOKENS: Authorization: Bearer …" });
      return;
    }
    const opens = matching.some(
      (each) => each.organization === undefined || each.organization === organization,
    );
    if (organization !== undefined && !opens) {
      await reply.code(403).send({ error: `this token opens nothing of organization ${organization}` });
      return;
    }
    const waitMs = await consumed(pace, organization ?? "");
    if (waitMs === undefined) return;
    await reply
      .code(429)
      .header("retry-after", String(Math.ceil(waitMs / 1000)))
      .send({ error: `expected at most ${CALLS_PER_SECOND} calls a second of one organization, got more` });
  });
}

function organizationOf(request: FastifyRequest): string | undefined {
  return (request.params as { readonly organization?: string } | undefined)?.organization;
}

/** Ms to wait; undefined when it may go on. */
async function consumed(limiter: RateLimiterMemory, key: string): Promise<number | undefined> {
  try {
    await limiter.consume(key);
    return undefined;
  } catch (error) {
    if (error instanceof RateLimiterRes) return error.msBeforeNext;
    throw error;
  }
}
