import type { FastifyInstance } from "fastify";
import { Refusal } from "../emulator.ts";
import { logQuery } from "./schemas.ts";
import type { EmulatedServices } from "./services.ts";

interface LogQuery {
  readonly ownerId: string;
  readonly resource: string | readonly string[];
  readonly startTime?: string;
  readonly endTime?: string;
  readonly direction?: "forward" | "backward";
  readonly limit?: string;
}

const HOUR_MS = 3_600_000;
const LIMIT = { default: 20, max: 100 };

export function logs(app: FastifyInstance, all: EmulatedServices): void {
  app.get<{ Querystring: LogQuery }>("/logs", { schema: { querystring: logQuery } }, async ({ query }) => {
    const now = new Date();
    const { startTime = new Date(now.getTime() - HOUR_MS).toISOString(), direction = "backward" } = query;
    const services = [query.resource].flat().map((id) => all.known(id));
    if (services.some(({ settings }) => settings.ownerId !== query.ownerId))
      throw new Refusal(404, "not found: resource of that workspace");
    const entries = (await Promise.all(services.map(({ log }) => log.look())))
      .flat()
      .filter(({ timestamp }) => timestamp >= startTime && timestamp <= (query.endTime ?? "9999"))
      .toSorted((one, other) => one.timestamp.localeCompare(other.timestamp));
    const limit = Math.min(Number(query.limit ?? LIMIT.default), LIMIT.max);
    const shown = direction === "forward" ? entries.slice(0, limit) : entries.slice(-limit).toReversed();
    const last = shown.at(-1)?.timestamp ?? startTime;
    return {
      hasMore: shown.length < entries.length,
      nextStartTime: direction === "forward" ? last : startTime,
      nextEndTime: direction === "forward" ? now.toISOString() : last,
      logs: shown,
    };
  });
}
