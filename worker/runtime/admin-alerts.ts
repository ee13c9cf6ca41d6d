import type { FastifyInstance } from "fastify";
import type { Redis } from "ioredis";
import { z } from "zod";
import type { Keys } from "../adapters/redis/keys.ts";
import { readAlerts, silence } from "../alerts/overview.ts";
import { RULES } from "../alerts/rules.ts";
import { organizationId } from "../sessions/organization.ts";

const MOST_MINUTES = 30 * 24 * 60;

const silencing = z.strictObject({
  rule: z.enum(RULES.map(({ id }) => id)),
  organization: organizationId.optional(),
  minutes: z.number().min(0).max(MOST_MINUTES),
});

/**
 * `GET /alerts`: what fires, and what is silenced.
 * `POST /alerts/silences`: `{rule, organization?, minutes}`: nobody is told of it for so long; 0 minutes end it.
 */
export function addAlerts(admin: FastifyInstance, { redis, keys }: { redis: Redis; keys: Keys }): void {
  admin.get("/alerts", async () => await readAlerts(redis, keys));

  admin.post("/alerts/silences", async (request, reply) => {
    const asked = silencing.safeParse(request.body);
    if (!asked.success) return await reply.code(400).send({ error: z.prettifyError(asked.error) });
    await silence(redis, keys, asked.data);
    return await readAlerts(redis, keys);
  });
}
