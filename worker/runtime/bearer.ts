import type { FastifyInstance } from "fastify";
import { isSameSecret } from "./same-secret.ts";

/** Wrong tokens that are answered one by one, within {@link WINDOW_MS}. */
const WRONG_MAX = 10;
const WINDOW_MS = 60_000;

/**
 * Lets through who brings the token. A token of 32 random bytes cannot be guessed: that wrong ones are limited keeps
 * the log and the process out of the hands of who tries, and never locks out who has the right one.
 * @param refused told of each refusal that is answered one by one
 */
export function guardByBearer(app: FastifyInstance, token: string, refused: () => void): void {
  let [windowEnds, wrong] = [0, 0];
  app.addHook("onRequest", async (request, reply) => {
    const given = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1] ?? "";
    if (isSameSecret(given, token)) return;
    const now = performance.now();
    if (now > windowEnds) [windowEnds, wrong] = [now + WINDOW_MS, 0];
    if (++wrong > WRONG_MAX) {
      const seconds = Math.ceil((windowEnds - now) / 1000);
      await reply
        .code(429)
        .header("retry-after", String(seconds))
        .send({ error: "too many requests without the token" });
      return;
    }
    refused();
    await reply
      .code(401)
      .header("www-authenticate", 'Bearer realm="Oxy Workers"')
      .send({ error: "expected the token of OXY_ADMIN_TOKEN: Authorization: Bearer …" });
  });
}
