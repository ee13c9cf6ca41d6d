import type { FastifyInstance } from "fastify";
import type { Exposition } from "../metrics/exposition.ts";
import { BOARD_USER } from "./board.ts";
import { isSameSecret } from "./same-secret.ts";

const METRICS_PATH = "/metrics";

/** What opens it, where it is not open to whoever reaches the port. */
export interface MetricsSecrets {
  readonly token: string | undefined;
  /** Of the board. */
  readonly password: string | undefined;
}

/** `GET /metrics` for Prometheus. Without a token and a password there is none, unless it may be `open`. */
export async function addMetrics(
  app: FastifyInstance,
  exposition: Exposition,
  access: MetricsSecrets | "open",
): Promise<void> {
  if (access !== "open" && access.token === undefined && access.password === undefined) return;
  await app.register(async (guarded) => {
    if (access !== "open") {
      guarded.addHook("onRequest", async (request, reply) => {
        if (isLetIn(request.headers.authorization ?? "", access)) return;
        await reply
          .code(401)
          .header("www-authenticate", 'Basic realm="Oxy Workers", Bearer realm="Oxy Workers"')
          .send({ error: "expected the token of OXY_METRICS_TOKEN, or the user and password of the board" });
      });
    }
    guarded.get(METRICS_PATH, async (_request, reply) => {
      const text = await exposition.text();
      return await reply.header("content-type", exposition.contentType).send(text);
    });
  });
}

function isLetIn(authorization: string, { token, password }: MetricsSecrets): boolean {
  const [, scheme = "", given = ""] = /^(Bearer|Basic) (.+)$/.exec(authorization) ?? [];
  if (scheme === "Bearer") return token !== undefined && isSameSecret(given, token);
  return (
    password !== undefined &&
    isSameSecret(Buffer.from(given, "base64").toString("utf8"), `${BOARD_USER}:${password}`)
  );
}
