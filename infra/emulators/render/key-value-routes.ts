import type { FastifyInstance } from "fastify";
import type { EmulatedKeyValues, KeyValueRequest } from "./key-values.ts";
import { fits, pageOf, type Query } from "./pages.ts";
import { keyValueCreation, keyValuePatch, queryOf } from "./schemas.ts";

interface OfOne {
  readonly Params: { readonly id: string };
}

export function keyValues(app: FastifyInstance, all: EmulatedKeyValues): void {
  app.get<{ Querystring: Query }>(
    "/key-value",
    { schema: { querystring: queryOf("name", "region", "ownerId", "cursor", "limit") } },
    ({ query }) => {
      const found = all.all.filter(({ name, region, ownerId }) => fits(query, { name, region, ownerId }));
      return pageOf(
        found.map((keyValue) => all.listed(keyValue)),
        "keyValue",
        (shown) => (shown as { readonly id: string }).id,
        query,
      );
    },
  );
  app.post<{ Body: KeyValueRequest }>(
    "/key-value",
    { schema: { body: keyValueCreation } },
    async ({ body }, reply) => await reply.status(201).send(await all.create(body)),
  );
  app.get<OfOne>("/key-value/:id", ({ params }) => all.shown(all.known(params.id)));
  app.patch<OfOne & { Body: Partial<KeyValueRequest> }>(
    "/key-value/:id",
    { schema: { body: keyValuePatch } },
    ({ params, body }) => all.update(params.id, body),
  );
  app.delete<OfOne>("/key-value/:id", async ({ params }, reply) => {
    await all.remove(params.id);
    return await reply.status(204).send();
  });
  app.get<OfOne>("/key-value/:id/connection-info", ({ params }) => all.connectionInfo(params.id));
  app.post<OfOne>("/key-value/:id/suspend", async ({ params }, reply) => {
    all.suspend(params.id);
    return await reply.status(202).send();
  });
  app.post<OfOne>("/key-value/:id/resume", async ({ params }, reply) => {
    all.resume(params.id);
    return await reply.status(202).send();
  });
}
