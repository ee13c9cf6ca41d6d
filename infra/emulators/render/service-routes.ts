import type { FastifyInstance } from "fastify";
import { Refusal } from "../emulator.ts";
import { fits, pageOf, type Query } from "./pages.ts";
import {
  autoscaling,
  deployCreation,
  envVars,
  envVarValue,
  queryOf,
  scale,
  serviceCreation,
  servicePatch,
} from "./schemas.ts";
import type { Autoscaling, EmulatedService } from "./service.ts";
import {
  shownDeploy,
  shownService,
  type CreationRequest,
  type EmulatedServices,
  type PatchRequest,
} from "./services.ts";

interface OfOne {
  readonly Params: { readonly id: string };
}

export function services(app: FastifyInstance, all: EmulatedServices): void {
  app.get<{ Querystring: Query }>(
    "/services",
    {
      schema: {
        querystring: queryOf(
          "name",
          "type",
          "ownerId",
          "region",
          "suspended",
          "includePreviews",
          "cursor",
          "limit",
        ),
      },
    },
    ({ query }) => {
      const found = all.all.filter(({ suspended, settings: { name, type, ownerId, region } }) =>
        fits(query, { name, type, ownerId, region, suspended: suspended ? "suspended" : "not_suspended" }),
      );
      return pageOf(found.map(shownService), "service", idOf, query);
    },
  );
  app.post<{ Body: CreationRequest }>(
    "/services",
    { schema: { body: serviceCreation } },
    async ({ body }, reply) => await reply.status(201).send(await all.create(body)),
  );
  app.get<OfOne>("/services/:id", ({ params }) => shownService(all.known(params.id)));
  app.patch<OfOne & { Body: PatchRequest }>(
    "/services/:id",
    { schema: { body: servicePatch } },
    ({ params, body }) => all.update(params.id, body),
  );
  app.delete<OfOne>("/services/:id", async ({ params }, reply) => {
    all.remove(params.id);
    return await reply.status(204).send();
  });
  app.get<OfOne>("/services/:id/instances", ({ params }) => {
    const service = all.known(params.id);
    return service.instances.map(({ port }) => ({
      id: `${service.id}-${port}`,
      createdAt: service.createdAt,
    }));
  });
}

export function variables(app: FastifyInstance, all: EmulatedServices): void {
  app.get<OfOne & { Querystring: Query }>(
    "/services/:id/env-vars",
    { schema: { querystring: queryOf("cursor", "limit") } },
    ({ params, query }) => variablesOf(all.known(params.id), query),
  );
  app.put<OfOne & { Body: readonly { key: string; value: string }[] }>(
    "/services/:id/env-vars",
    { schema: { body: envVars } },
    ({ params, body }) => {
      const service = all.known(params.id);
      service.environment = new Map(body.map(({ key, value }) => [key, value]));
      return variablesOf(service, { limit: "100" });
    },
  );
  app.put<{ Params: { id: string; key: string }; Body: { value: string } }>(
    "/services/:id/env-vars/:key",
    { schema: { body: envVarValue } },
    ({ params, body }) => {
      all.known(params.id).environment.set(params.key, body.value);
      return { key: params.key, value: body.value };
    },
  );
  app.delete<{ Params: { id: string; key: string } }>(
    "/services/:id/env-vars/:key",
    async ({ params }, reply) => {
      if (!all.known(params.id).environment.delete(params.key)) throw new Refusal(404, "not found: env var");
      return await reply.status(204).send();
    },
  );
}

/** What acts on processes. */
export function lifecycle(app: FastifyInstance, all: EmulatedServices): void {
  app.get<OfOne & { Querystring: Query }>(
    "/services/:id/deploys",
    { schema: { querystring: queryOf("status", "cursor", "limit") } },
    ({ params, query }) => pageOf(all.known(params.id).deploys.map(shownDeploy), "deploy", idOf, query),
  );
  app.post<OfOne & { Body: { imageUrl?: string } }>(
    "/services/:id/deploys",
    { schema: { body: deployCreation } },
    async ({ params, body }, reply) => {
      const service = all.known(params.id);
      if (service.suspended) throw new Refusal(400, "service is suspended");
      if (body.imageUrl !== undefined) service.change({ image: body.imageUrl });
      return await reply.status(201).send(shownDeploy(await service.deploy("api")));
    },
  );
  app.get<{ Params: { id: string; deploy: string } }>("/services/:id/deploys/:deploy", ({ params }) =>
    shownDeploy(deployOf(all.known(params.id), params.deploy)),
  );
  app.post<{ Params: { id: string; deploy: string } }>(
    "/services/:id/deploys/:deploy/cancel",
    async ({ params }) => {
      const service = all.known(params.id);
      const deploy = deployOf(service, params.deploy);
      await service.cancel(deploy);
      return shownDeploy(deploy);
    },
  );
  app.post<OfOne>("/services/:id/suspend", async ({ params }, reply) => {
    all.known(params.id).suspend();
    return await reply.status(202).send();
  });
  app.post<OfOne>("/services/:id/resume", async ({ params }, reply) => {
    await all.known(params.id).resume();
    return await reply.status(202).send();
  });
  app.post<OfOne & { Body: { numInstances: number } }>(
    "/services/:id/scale",
    { schema: { body: scale } },
    async ({ params, body }, reply) => {
      await all.setInstances(params.id, body.numInstances);
      return await reply.status(202).send();
    },
  );
  app.put<OfOne & { Body: Autoscaling }>(
    "/services/:id/autoscaling",
    { schema: { body: autoscaling } },
    async ({ params, body }) => {
      await all.setAutoscaling(params.id, body);
      return body;
    },
  );
  app.delete<OfOne>("/services/:id/autoscaling", async ({ params }, reply) => {
    await all.setAutoscaling(params.id, undefined);
    return await reply.status(204).send();
  });
}

function deployOf({ deploys }: EmulatedService, id: string) {
  const found = deploys.find((deploy) => deploy.id === id);
  if (found === undefined) throw new Refusal(404, `not found: deploy ${id}`);
  return found;
}

function variablesOf({ environment }: EmulatedService, query: Query): object[] {
  const entries = [...environment].map(([key, value]) => ({ key, value }));
  return pageOf(entries, "envVar", ({ key }) => key, query);
}

function idOf(shown: object): string {
  return (shown as { readonly id: string }).id;
}
