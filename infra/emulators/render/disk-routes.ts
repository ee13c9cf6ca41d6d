import type { FastifyInstance } from "fastify";
import { fits, pageOf, type Query } from "./pages.ts";
import { queryOf } from "./schemas.ts";
import type { EmulatedServices } from "./services.ts";

export function disks(app: FastifyInstance, all: EmulatedServices): void {
  app.get<{ Querystring: Query }>(
    "/disks",
    { schema: { querystring: queryOf("ownerId", "name", "serviceId", "cursor", "limit") } },
    ({ query }) => {
      const found = all.all.flatMap(({ id: serviceId, createdAt, settings: { disk, ownerId } }) =>
        disk !== undefined && fits(query, { ownerId, serviceId, name: disk.name })
          ? [{ ...disk, serviceId, createdAt, updatedAt: createdAt }]
          : [],
      );
      return pageOf(found, "disk", ({ id }) => id, query);
    },
  );
}
