import type { FastifyInstance } from "fastify";
import type { EmulatedApps } from "./apps.ts";
import { bodies, queries } from "./schemas.ts";

interface OfApp {
  readonly app: string;
}

/** Apps, their secrets, their addresses, and what their machines printed. */
export function appRoutes(server: FastifyInstance, apps: EmulatedApps): void {
  const none = { schema: { querystring: queries.none } };

  server.get<{ Querystring: { org_slug: string } }>(
    "/apps",
    { schema: { querystring: queries.apps } },
    ({ query }) => {
      const found = apps.of(query.org_slug).map((app) => app.shown());
      return { total_apps: found.length, apps: found };
    },
  );
  server.post<{ Body: { name: string; org_slug: string } }>(
    "/apps",
    { schema: { body: bodies.app, querystring: queries.none } },
    async ({ body }, reply) => {
      const { id } = apps.create(body.name, body.org_slug);
      return await reply.status(201).send({ id, created_at: Date.now() });
    },
  );
  server.get<{ Params: OfApp }>("/apps/:app", none, ({ params }) => apps.app(params.app).shown());
  server.delete<{ Params: OfApp; Querystring: { force?: string } }>(
    "/apps/:app",
    { schema: { querystring: queries.force } },
    async ({ params, query }, reply) => {
      await apps.delete(params.app, query.force === "true");
      return await reply.status(202).send();
    },
  );

  server.get<{ Params: OfApp }>("/apps/:app/secrets", none, ({ params }) => ({
    secrets: apps.app(params.app).secrets(),
  }));
  server.post<{ Params: OfApp; Body: { values: Record<string, string> } }>(
    "/apps/:app/secrets",
    { schema: { body: bodies.secrets, querystring: queries.none } },
    ({ params, body }) => apps.app(params.app).setSecrets(body.values),
  );
  server.delete<{ Params: OfApp & { secret: string } }>("/apps/:app/secrets/:secret", none, ({ params }) =>
    apps.app(params.app).deleteSecret(params.secret),
  );

  server.get<{ Params: OfApp }>("/apps/:app/ip_assignments", none, ({ params }) => ({
    ips: apps.app(params.app).addresses,
  }));
  server.post<{ Params: OfApp; Body: { type: "v4" | "v6" | "shared_v4" } }>(
    "/apps/:app/ip_assignments",
    { schema: { body: bodies.address, querystring: queries.none } },
    ({ params, body }) => apps.app(params.app).addAddress(body.type),
  );
  server.delete<{ Params: OfApp & { ip: string } }>(
    "/apps/:app/ip_assignments/:ip",
    none,
    async ({ params }, reply) => {
      apps.app(params.app).deleteAddress(params.ip);
      return await reply.status(204).send();
    },
  );
}
