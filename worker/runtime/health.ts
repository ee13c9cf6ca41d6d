import type { FastifyInstance } from "fastify";
import manifest from "../package.json" with { type: "json" };
import type { ConsumptionReport } from "./consumption.ts";
import type { ReadinessReport } from "./readiness.ts";

/** What the health checks ask of Redis. */
export interface Pingable {
  ping(): Promise<unknown>;
}

/** How long Redis may take to answer, in ms. */
const PATIENCE_MS = 1_000;

/**
 * `GET /health`: the event loop turns; hosts restart what does not answer, so Redis has no part in it.
 * `GET /health/redis`: a round trip in ms, or 503 with a reason.
 * `GET /health/queues`: whether this process takes what waits in its queues, or 503; never for being busy.
 * `GET /health/ready`: 200 from joining until the signal to stop, else 503; hosts gate a deployment on it.
 */
export function addHealth(
  app: FastifyInstance,
  parts: {
    readonly redis: Pingable;
    readonly readiness: { readonly report: ReadinessReport };
    readonly consumption: { report(): Promise<ConsumptionReport> };
  },
): void {
  app.get("/health", () => ({
    status: "ok",
    uptimeSeconds: Math.round(process.uptime()),
    version: manifest.version,
  }));

  app.get("/health/ready", (_request, reply) => {
    const { report } = parts.readiness;
    return reply.code(report.status === "ready" ? 200 : 503).send({ ...report, version: manifest.version });
  });

  app.get("/health/queues", async (_request, reply) => {
    const report = await parts.consumption.report();
    return await reply.code(report.status === "ok" ? 200 : 503).send(report);
  });

  const ping = onePingAtATime(parts.redis);
  app.get("/health/redis", async (_request, reply) => {
    const started = performance.now();
    const problem = await problemOf(ping());
    if (problem !== undefined) return reply.code(503).send({ status: "unavailable", reason: problem });
    return { status: "ok", roundTripMs: Number((performance.now() - started).toFixed(2)) };
  });
}

/** While Redis is away a ping waits for it; every check adding one more would be a queue without end. */
function onePingAtATime(redis: Pingable): () => Promise<unknown> {
  let pending: Promise<unknown> | undefined;
  return () => {
    pending ??= redis.ping().finally(() => (pending = undefined));
    return pending;
  };
}

async function problemOf(answer: Promise<unknown>): Promise<string | undefined> {
  const { promise: patience, resolve: giveUp } = Promise.withResolvers<string>();
  const timer = setTimeout(giveUp, PATIENCE_MS, `no answer within ${PATIENCE_MS} ms`);
  const problem = answer.then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  try {
    return await Promise.race([problem, patience]);
  } finally {
    clearTimeout(timer);
  }
}
