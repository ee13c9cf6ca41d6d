import { fly } from "../../provider/fly/api.ts";
import type { Cloud, StartEmulator } from "../cloud.ts";
import { Emulator } from "../emulator.ts";
import { appRoutes } from "./app-routes.ts";
import { EmulatedApps } from "./apps.ts";
import { logRoutes } from "./log-routes.ts";
import { machineRoutes } from "./machine-routes.ts";
import { RateLimit } from "./rate-limit.ts";
import { volumeRoutes } from "./volume-routes.ts";

export interface FlyOptions {
  /** Names of apps that organizations have which the token does not reach. */
  readonly others?: readonly string[];
  /** Whether it counts requests as Fly does; a rehearsal has no time for it. */
  readonly isLimited?: boolean;
}

/** Fly's Machines API, and what `fly logs` reads. */
export const startFly: StartEmulator = (cloud) => startFlyWith(cloud, {});

export async function startFlyWith(cloud: Cloud, options: FlyOptions): Promise<Emulator> {
  const { others = [], isLimited = false } = options;
  const apps = new EmulatedApps(cloud.containers, others);
  const limit = new RateLimit();
  return await Emulator.start({
    api: fly,
    credentials: { FLY_API_TOKEN: "fm2_emulated" },
    refusalBody: (_status, message) =>
      message.includes("lease currently held") ? { status: "error", message } : { error: message },
    ...(cloud.port === undefined ? {} : { port: cloud.port }),
    routes(app) {
      if (isLimited)
        app.addHook("preHandler", async ({ method, routeOptions, url }) => {
          const action = `${method} ${routeOptions.url} ${url.split("?")[0]}`;
          limit.admit(action, method === "GET" && routeOptions.url === "/apps/:app/machines/:id");
        });
      appRoutes(app, apps);
      machineRoutes(app, apps);
      volumeRoutes(app, apps);
      logRoutes(app, apps);
    },
    async close() {
      await apps.settled();
      await cloud.containers.close();
    },
  });
}
