import type { FastifyInstance } from "fastify";
import { upstash as api } from "../../provider/upstash/api.ts";
import type { StartEmulator } from "../cloud.ts";
import { Emulator } from "../emulator.ts";
import { EmulatedDatabases, PLANS, type CreateRequest } from "./databases.ts";

/** Upstash docs, openapi.yml of 2026-08-12. */
const REGIONS = [
  ...["us-east-1", "us-east-2", "us-west-1", "us-west-2", "ca-central-1", "eu-central-1", "eu-west-1"],
  ...["eu-west-2", "sa-east-1", "ap-south-1", "ap-northeast-1", "ap-southeast-1", "ap-southeast-2"],
  ...["af-south-1", "us-central1", "us-east4", "europe-west1", "asia-northeast1"],
];
const plan = { type: "string", enum: Object.keys(PLANS) };
const flag = { type: "boolean" };
const budget = { type: "integer", minimum: 0 };

/** Upstash's Developer API for Redis databases; each is a redis-server of this machine. */
export const startUpstash: StartEmulator = ({ redisServers, port }) => {
  const databases = new EmulatedDatabases(redisServers);
  return Emulator.start({
    api,
    credentials: { UPSTASH_EMAIL: "rehearsal@offline.invalid", UPSTASH_API_KEY: "rehearsal-api-key" },
    ...(port === undefined ? {} : { port }),
    refusalBody: (status, message) => ({ code: `${status}`, message }),
    routes: (app) => {
      existence(app, databases);
      settings(app, databases);
    },
    close: () => redisServers.close(),
  });
};

interface OfOne {
  readonly Params: { readonly id: string };
}

function existence(app: FastifyInstance, databases: EmulatedDatabases): void {
  app.get("/redis/databases", () => databases.list());
  app.post<{ Body: CreateRequest }>(
    "/redis/database",
    {
      schema: bodyOf(["database_name", "platform", "primary_region"], {
        database_name: { type: "string", minLength: 1 },
        platform: { type: "string", enum: ["aws", "gcp"] },
        primary_region: { type: "string", enum: REGIONS },
        read_regions: { type: "array", items: { type: "string", enum: REGIONS } },
        plan,
        budget,
        eviction: flag,
        tls: flag,
      }),
    },
    ({ body }) => databases.create(body),
  );
  app.get<OfOne & { Querystring: { credentials?: string } }>(
    "/redis/database/:id",
    {
      schema: {
        querystring: {
          type: "object",
          properties: { credentials: { type: "string" } },
          additionalProperties: false,
        },
      },
    },
    ({ params, query }) => databases.show(params.id, { withCredentials: query.credentials !== "hide" }),
  );
  app.delete<OfOne>("/redis/database/:id", async ({ params }) => {
    await databases.delete(params.id);
    return ok();
  });
}

function settings(app: FastifyInstance, databases: EmulatedDatabases): void {
  app.post<OfOne & { Body: { plan_name: string; auto_upgrade?: boolean; prod_pack_enabled?: boolean } }>(
    "/redis/:id/change-plan",
    {
      schema: bodyOf(["plan_name"], {
        database_id: { type: "string" },
        plan_name: plan,
        auto_upgrade: flag,
        prod_pack_enabled: flag,
      }),
    },
    async ({ params, body }) => {
      await databases.changePlan(params.id, body);
      return ok();
    },
  );
  app.patch<OfOne & { Body: { budget: number } }>(
    "/redis/update-budget/:id",
    { schema: bodyOf(["budget"], { budget }) },
    async ({ params, body }) => {
      await databases.change(params.id, body);
      return ok();
    },
  );
  app.post<OfOne & { Body: { name: string } }>(
    "/redis/rename/:id",
    { schema: bodyOf(["name"], { name: { type: "string", minLength: 1 } }) },
    async ({ params, body }) => {
      await databases.change(params.id, { database_name: body.name });
      return databases.show(params.id, { withCredentials: false });
    },
  );
  const switches = {
    "enable-eviction": { eviction: true },
    "disable-eviction": { eviction: false },
    "enable-autoupgrade": { auto_upgrade: true },
    "disable-autoupgrade": { auto_upgrade: false },
  };
  for (const [path, change] of Object.entries(switches)) {
    app.post<OfOne>(`/redis/${path}/:id`, async ({ params }) => {
      await databases.change(params.id, change);
      return ok();
    });
  }
}

/** Answered as JSON text. */
function ok(): string {
  return JSON.stringify("OK");
}

function bodyOf(required: readonly string[], properties: Readonly<Record<string, object>>) {
  return { body: { type: "object", required, properties, additionalProperties: false } };
}
