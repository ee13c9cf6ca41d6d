import type { FastifyInstance } from "fastify";
import { fits, pageOf, type Query } from "./pages.ts";
import { queryOf, registryCredentialCreation } from "./schemas.ts";
import { owner, type Workspaces } from "./workspaces.ts";

export function workspaces(app: FastifyInstance, all: Workspaces): void {
  app.get<{ Querystring: Query }>(
    "/owners",
    { schema: { querystring: queryOf("name", "cursor", "limit") } },
    ({ query }) =>
      pageOf(all.all.filter(({ name }) => fits(query, { name })).map(owner), "owner", ({ id }) => id, query),
  );
  app.get<{ Querystring: { ownerId?: string } }>(
    "/registrycredentials",
    { schema: { querystring: queryOf("name", "ownerId", "cursor", "limit") } },
    ({ query }) => all.credentials(query.ownerId),
  );
  app.post<{ Body: Parameters<Workspaces["addCredential"]>[0] }>(
    "/registrycredentials",
    { schema: { body: registryCredentialCreation } },
    ({ body }) => all.addCredential(body),
  );
}
