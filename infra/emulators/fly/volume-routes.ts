import type { FastifyInstance } from "fastify";
import type { EmulatedApps } from "./apps.ts";
import { bodies, queries } from "./schemas.ts";
import type { VolumeOrder } from "./volume.ts";

interface OfApp {
  readonly app: string;
}
interface OfVolume extends OfApp {
  readonly id: string;
}

const ONE = "/apps/:app/volumes/:id";

/** Volumes of an app. */
export function volumeRoutes(server: FastifyInstance, apps: EmulatedApps): void {
  const none = { schema: { querystring: queries.none } };
  const of = ({ app }: OfApp) => apps.app(app).volumes;

  server.get<{ Params: OfApp }>(
    "/apps/:app/volumes",
    { schema: { querystring: queries.volumes } },
    ({ params }) => of(params).all(),
  );
  server.post<{ Params: OfApp; Body: VolumeOrder }>(
    "/apps/:app/volumes",
    { schema: { body: bodies.volume, querystring: queries.none } },
    ({ params, body }) => of(params).create(body),
  );
  server.get<{ Params: OfVolume }>(ONE, none, ({ params }) => of(params).one(params.id));
  server.put<{ Params: OfVolume; Body: { size_gb: number } }>(
    `${ONE}/extend`,
    { schema: { body: bodies.extendVolume, querystring: queries.none } },
    ({ params, body }) => of(params).extend(params.id, body.size_gb),
  );
  server.delete<{ Params: OfVolume }>(ONE, none, ({ params }) => of(params).delete(params.id));
}
