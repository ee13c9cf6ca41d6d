import { Readable } from "node:stream";
import type { FastifyInstance } from "fastify";
import type { Redis } from "ioredis";
import { z } from "zod";
import type { Keys } from "../adapters/redis/keys.ts";
import { ask } from "../sessions/asking.ts";
import { readOverview } from "../sessions/overview.ts";
import { addAlerts } from "./admin-alerts.ts";
import { guardByBearer } from "./bearer.ts";
import type { Logger } from "./logging.ts";

export const ADMIN_PATH = "/admin";
/** Of a request with all that comes with it: the WhatsApp session of a busy number is some MB. */
const MOST_BYTES = 64 * 1024 * 1024;
/** Each holds a connection to the store. */
const ASKED_AT_ONCE = 20;

const seconds = (standard: number) => z.coerce.number().min(0.1).max(3_600).default(standard);
const querySchema = z.strictObject({ notice: seconds(45), patience: seconds(90) });
const bodySchema = z.looseObject({
  verb: z.string(),
  attachment: z.array(z.string()).default([]),
});

export interface AdminParts {
  readonly redis: Redis;
  readonly keys: Keys;
  readonly token: string;
  readonly log: Logger;
}

/**
 * What operators need of the store, for where they cannot reach it; with the bearer token.
 * `GET /admin/state`: processes, their shards, and sessions.
 * `GET /admin/alerts`, `POST /admin/alerts/silences`: what fires and is silenced; see admin-alerts.ts.
 * `POST /admin/requests?notice=45&patience=90`: a request as in the store, `at` apart; answered by lines of JSON as
 * they come, until `done`, `failed` or `silent`. Empty lines are signs of life.
 */
export async function addAdmin(app: FastifyInstance, parts: AdminParts): Promise<void> {
  const { redis, keys, token, log } = parts;
  await app.register(
    async (admin) => {
      guardByBearer(admin, token, () => log.warn("admin API asked without its token"));
      admin.addHook("preHandler", async (_request, reply) => {
        // Its commands would wait for as long as it is away.
        if (redis.status === "ready") return;
        await reply.code(503).send({ error: "the store cannot be reached from here" });
      });

      admin.get("/state", async () => await readOverview(redis, keys));
      addAlerts(admin, { redis, keys });

      let asking = 0;
      admin.post("/requests", { bodyLimit: MOST_BYTES }, async (request, reply) => {
        const query = querySchema.safeParse(request.query);
        const body = bodySchema.safeParse(request.body);
        const wrong = query.error ?? body.error;
        if (wrong !== undefined || !query.success || !body.success)
          return await reply.code(400).send({ error: wrong === undefined ? "" : z.prettifyError(wrong) });
        if (asking >= ASKED_AT_ONCE)
          return await reply
            .code(429)
            .header("retry-after", "5")
            .send({ error: `${ASKED_AT_ONCE} requests are being answered already` });
        const { attachment, ...asked } = body.data;
        const waiting = redis.duplicate();
        // Told by the commands.
        waiting.on("error", () => {});
        asking++;
        reply.raw.once("close", () => {
          asking--;
          waiting.disconnect();
        });
        const { notice: noticeSeconds, patience: patienceSeconds } = query.data;
        const way = { store: redis, waiting, keys };
        const answers = ask(way, { request: asked, attachment, noticeSeconds, patienceSeconds });
        return await reply.type("application/x-ndjson").send(Readable.from(lines(answers)));
      });
    },
    { prefix: ADMIN_PATH },
  );
}

async function* lines(answers: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const answer of answers) yield `${answer}\n`;
}
