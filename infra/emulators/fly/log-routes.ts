import type { FastifyInstance } from "fastify";
import type { EmulatedApps } from "./apps.ts";
import { queries } from "./schemas.ts";

/** Lines of one answer (Fly docs, monitoring/logs-api-options, 2025-10). */
const PAGE = 100;

/** What `fly logs` reads; at the real Fly it is at another address. */
export function logRoutes(server: FastifyInstance, apps: EmulatedApps): void {
  server.get<{
    Params: { app: string };
    Querystring: { instance?: string; region?: string; next_token?: string };
  }>("/api/v1/apps/:app/logs", { schema: { querystring: queries.logs } }, async ({ params, query }) => {
    const { instance, region, next_token: after } = query;
    const machines = apps
      .app(params.app)
      .machines.filter(({ id }) => instance === undefined || id === instance)
      .filter((machine) => region === undefined || machine.region === region);
    await Promise.all(machines.map((machine) => machine.listen()));
    const lines = machines
      .flatMap(({ id, region: where, printed }) => printed.all.map((line) => ({ ...line, id, where })))
      .toSorted((one, other) => (one.at < other.at ? -1 : 1));
    const page =
      after === undefined || after === ""
        ? lines.slice(-PAGE)
        : lines.filter(({ at }) => at > BigInt(after)).slice(0, PAGE);
    return {
      data: page.map(({ text, at, id, where }) => ({
        id: `${at}`,
        type: "log",
        attributes: { timestamp: timeOf(at), message: text, level: "info", instance: id, region: where },
      })),
      meta: { next_token: `${page.at(-1)?.at ?? after ?? ""}` },
    };
  });
}

function timeOf(nanoseconds: bigint): string {
  return new Date(Number(nanoseconds / 1_000_000n)).toISOString();
}
