import type { Api } from "../api/api.ts";
import type { Cloud } from "./cloud.ts";
import { Emulator, Refusal } from "./emulator.ts";

/** An API of nobody. */
export const toyApi: Api = {
  title: "Toy",
  url: "https://toy.invalid",
  urlVariable: "TOY_URL",
  variables: ["TOY_TOKEN"],
  headers: ({ TOY_TOKEN = "" }) => ({ authorization: `Bearer ${TOY_TOKEN}` }),
  messageOf: (body) => (body as { message?: string } | undefined)?.message,
  whereFrom: "toy.invalid, Tokens",
};

/** Emulates it: whatever image is asked for runs, beside a Redis. */
export async function startToy({ containers, redisServers }: Cloud): Promise<Emulator> {
  return await Emulator.start({
    api: toyApi,
    credentials: { TOY_TOKEN: "token-of-the-toy" },
    refusalBody: (_status, message) => ({ message }),
    interrupt: (service, capacity) => {
      if (service !== "thing") throw new Refusal(404, `there is no ${service}`);
      return [`${service}, capacity ${capacity}`];
    },
    routes: (app) => {
      app.get("/things", () => ({ things: containers.running.length }));
      app.post<{ Body: { image: string } }>("/things", async ({ body }) => {
        const redis = await redisServers.start({ maxMemoryMb: 16 });
        const started = containers.start({
          name: "thing",
          image: body.image,
          environment: {},
          routed: true,
          stop: { signal: "SIGTERM", graceSeconds: 60 },
          memoryMb: 64,
        });
        const { port } = await started.catch((error: Error) => {
          throw new Refusal(422, error.message);
        });
        return { port, redisPort: redis.port };
      });
    },
  });
}
