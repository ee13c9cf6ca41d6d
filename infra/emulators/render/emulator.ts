import type { FastifyInstance } from "fastify";
import { renderApi } from "../../provider/render/api.ts";
import type { Cloud, StartEmulator } from "../cloud.ts";
import { Emulator } from "../emulator.ts";
import { disks } from "./disk-routes.ts";
import { keyValues } from "./key-value-routes.ts";
import { EmulatedKeyValues } from "./key-values.ts";
import { logs } from "./log-routes.ts";
import type { Pace } from "./service.ts";
import { lifecycle, services, variables } from "./service-routes.ts";
import { EmulatedServices } from "./services.ts";
import { workspaces } from "./workspace-routes.ts";
import { Workspaces, type Workspace } from "./workspaces.ts";

/** How the emulated Render differs from a new account's. */
export interface RenderSettings {
  readonly workspaces: readonly Workspace[];
  readonly pace: Pace;
  /** The image that a repository is built to; undefined when it cannot be built. */
  builds(repo: string): string | undefined;
}

const USUAL: RenderSettings = {
  workspaces: [{ id: "tea-rehearsal", name: "Rehearsal", plan: "pro" }],
  // Render: 60 s and 15 min. Nobody rehearses for so long.
  pace: { overlap: 2, health: 60 },
  // A repository is what its address says that it is built to: `https://github.com/acme/worker#sha256:…`.
  builds: (repo) => /sha256:[0-9a-f]{64}$/.exec(repo)?.[0],
};

/** Render's REST API; its services are processes of this machine, its Key Value instances redis-servers. */
export const startRender: StartEmulator = (cloud) => startRenderWith(cloud, {});

export async function startRenderWith(
  { containers, redisServers, port }: Cloud,
  settings: Partial<RenderSettings>,
): Promise<Emulator> {
  const { workspaces: all, pace, builds } = { ...USUAL, ...settings };
  const owners = new Workspaces(all);
  const emulated = new EmulatedServices({ workspaces: owners, containers, pace, builds });
  const stores = new EmulatedKeyValues(owners, redisServers);
  return await Emulator.start({
    api: renderApi,
    credentials: { RENDER_API_KEY: "rehearsal-api-key" },
    ...(port === undefined ? {} : { port }),
    refusalBody: (status, message) => ({ id: `${status}`, message }),
    routes: (app: FastifyInstance) => {
      workspaces(app, owners);
      services(app, emulated);
      variables(app, emulated);
      lifecycle(app, emulated);
      disks(app, emulated);
      logs(app, emulated);
      keyValues(app, stores);
    },
    close: async () => {
      await Promise.all([emulated.close(), stores.close()]);
      await Promise.all([containers.close(), redisServers.close()]);
    },
  });
}
