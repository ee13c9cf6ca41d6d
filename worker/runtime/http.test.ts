import { once } from "node:events";
import { request } from "node:http";
import type { IncomingMessage } from "node:http";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { Queue } from "bullmq";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Config } from "../config.ts";
import { keysOf } from "../adapters/redis/keys.ts";
import { startRedisServer } from "../dev/redis-server.ts";
import type { RedisServer } from "../dev/redis-server.ts";
import { Meters } from "../metrics/meters.ts";
import type { Observed } from "../platform.ts";
import { Consumption } from "./consumption.ts";
import { PortInUse, serveHttp } from "./http.ts";
import type { HttpServers } from "./http.ts";
import type { Logger } from "./logging.ts";
import { Readiness } from "./readiness.ts";

const keys = keysOf("oxy");
/** Queues that every process takes from. */
const SHARED = ["campaign", "automation", "cron"];
const PASSWORD = "correct horse battery";

const METRICS = { destination: "none", namespace: "Oxy/oxy", everySeconds: 60 } as const;

let redisServer: RedisServer;
let redis: Redis;
let queue: Queue;
const opened: HttpServers[] = [];
const logged: string[] = [];
const note = (event: string): void => void logged.push(event);
const log: Logger = { error: note, warn: note, info: note, debug: note };
const meters = new Meters();
let observed: Observed;

beforeAll(async () => {
  redisServer = await startRedisServer();
  redis = new Redis(redisServer.url, { maxRetriesPerRequest: null });
  observed = { meters, consumption: new Consumption({ redis, keys, log }) };
  queue = new Queue("message-1", { connection: { url: redisServer.url }, prefix: keys.prefix });
  await queue.add("turn", { conversation: "acme:5511" });
  await redis.hset(keys.slots, "1", "process-1");
});

afterEach(async () => {
  await Promise.all(opened.splice(0).map((servers) => servers.close()));
  logged.length = 0;
});

afterAll(async () => {
  meters.stop();
  await queue.close();
  redis.disconnect();
  await redisServer.stop();
});

async function serve(
  settings: Partial<Pick<Config, "role" | "port">> & {
    password?: string;
    token?: string;
    healthPort?: number;
    boardPort?: number;
    metricsToken?: string;
  } = {},
) {
  const { role = "all", port, password, token, healthPort = 0, boardPort = 0, metricsToken } = settings;
  const servers = await serveHttp(
    {
      role,
      namespace: "oxy",
      port,
      health: { port: healthPort },
      board: { port: boardPort, password },
      admin: { token },
      api: { tokens: [] },
      metrics: { ...METRICS, token: metricsToken },
    },
    { redis, readiness: new Readiness({ role, fleet: "default" }), log, observed, api: () => undefined },
  );
  opened.push(servers);
  return servers;
}

function basic(user: string, password: string): RequestInit {
  return { headers: { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}` } };
}

function boardOf(servers: HttpServers): string {
  if (servers.board === undefined) throw new Error("the board is not served");
  return servers.board;
}

async function occupiedPort(host: string): Promise<{ port: number; free(): Promise<unknown> }> {
  const server = createServer().listen(0, host);
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    free: () => Promise.all([once(server, "close"), server.close()]),
  };
}

describe("each on its port", () => {
  test("health says what runs and for how long", async () => {
    const response = await fetch((await serve()).health);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      status: "ok",
      uptimeSeconds: expect.any(Number),
      version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
    });
  });

  test("the board shows the queues and their jobs", async () => {
    const board = boardOf(await serve());
    const page = await fetch(board);
    expect(await page.text()).toContain("<title>Oxy Workers</title>");
    const state = (await (await fetch(`${board}/api/queues?activeQueue=message-1`)).json()) as {
      queues: {
        name: string;
        readOnlyMode: boolean;
        counts: { waiting: number };
        jobs: { data: unknown }[];
      }[];
    };
    expect(state.queues[3]).toEqual(
      expect.objectContaining({
        name: "message-1",
        readOnlyMode: false,
        counts: expect.objectContaining({ waiting: 1 }),
        jobs: [expect.objectContaining({ data: { conversation: "acme:5511" } })],
      }),
    );
    expect(state.queues.slice(0, 3).map(({ name }) => name)).toEqual(SHARED);
  });

  test("a process that joins later has its queue on the board, one that left has not", async () => {
    const board = boardOf(await serve());
    const names = async (): Promise<string[]> => {
      const state = (await (await fetch(`${board}/api/queues`)).json()) as { queues: { name: string }[] };
      return state.queues.map(({ name }) => name);
    };
    expect(await names()).toEqual([...SHARED, "message-1"]);
    await redis.hset(keys.slots, "10", "process-10", "2", "process-2");
    expect(await names()).toEqual([...SHARED, "message-1", "message-2", "message-10"]);
    await redis.hdel(keys.slots, "2", "10");
    expect(await names()).toEqual([...SHARED, "message-1"]);
  });

  test("the board's scripts are served, and its address leads to it", async () => {
    const board = boardOf(await serve());
    const page = await fetch(board.replace("/board", "/"));
    expect(page.url).toBe(board);
    const script = /src="([^"]+\.js)"/.exec(await page.text())?.[1] ?? "no script";
    expect((await fetch(new URL(script, `${board}/`))).status).toBe(200);
  });

  test("the board can act on a job", async () => {
    const board = boardOf(await serve());
    const job = await queue.add("turn", { conversation: "acme:gone" }, { delay: 3_600_000 });
    const removed = await fetch(`${board}/api/queues/message-1/${job.id}/clean`, { method: "PUT" });
    expect(removed.status).toBe(204);
    expect(await queue.getJob(job.id ?? "")).toBeUndefined();
  });
});

test("a process of the role worker serves its health and no board", async () => {
  const servers = await serve({ role: "worker" });
  expect(servers.board).toBeUndefined();
  expect((await fetch(servers.health)).status).toBe(200);
});

describe("who may see the board", () => {
  test("without a password a name that resolves to this machine is refused", async () => {
    const board = new URL(boardOf(await serve()));
    // fetch sets Host itself, so the request is written by hand.
    const sent = request({
      host: board.hostname,
      port: board.port,
      path: "/board",
      headers: { host: "evil.example" },
    });
    const [response] = (await once(sent.end(), "response")) as [IncomingMessage];
    response.resume();
    expect(response.statusCode).toBe(403);
  });

  test.each([
    ["nothing", undefined],
    ["a wrong password", basic("oxy", "wrong")],
    ["a wrong user", basic("admin", PASSWORD)],
  ])("with a password, %s is refused", async (_, init) => {
    const board = boardOf(await serve({ password: PASSWORD }));
    for (const path of ["", "/api/queues", "/static/favicon.ico"]) {
      const response = await fetch(`${board}${path}`, init);
      expect([path, response.status]).toEqual([path, 401]);
      expect(response.headers.get("www-authenticate")).toContain("Oxy Workers");
    }
  });

  test("the right password opens it", async () => {
    const board = boardOf(await serve({ password: PASSWORD }));
    expect((await fetch(board, basic("oxy", PASSWORD))).status).toBe(200);
  });
});

describe("the admin API", () => {
  const token = "token-of-the-admin-api-in-this-test";

  test.each([{}, { port: 0 }])(
    "is where the health checks are (%j), for the roles web and all",
    async (at) => {
      for (const role of ["web", "all"] as const) {
        const { admin = "", health } = await serve({ role, token, ...at });
        expect(new URL(admin).port).toBe(new URL(health).port);
        const response = await fetch(`${admin}/state`, { headers: { authorization: `Bearer ${token}` } });
        expect(response.status).toBe(200);
      }
    },
  );

  test.each([
    ["without a token", {}],
    ["in the role worker", { token, role: "worker" }],
  ] as const)("%s there is none", async (_, settings) => {
    const { admin, health } = await serve(settings);
    expect(admin).toBeUndefined();
    const response = await fetch(new URL("/admin/state", health), {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(response.status).toBe(404);
  });
});

describe("everything under PORT", () => {
  test("health and board share it when there is a password", async () => {
    const servers = await serve({ port: 0, password: PASSWORD });
    expect(new URL(boardOf(servers)).port).toBe(new URL(servers.health).port);
    expect((await fetch(servers.health)).status).toBe(200);
    expect((await fetch(boardOf(servers))).status).toBe(401);
    expect((await fetch(boardOf(servers), basic("oxy", PASSWORD))).status).toBe(200);
  });

  test("without a password the board is not served, and the log says why", async () => {
    const servers = await serve({ port: 0 });
    expect(servers.board).toBeUndefined();
    expect((await fetch(new URL("/board", servers.health))).status).toBe(404);
    expect(logged).toEqual(["board not served: PORT is public and OXY_BOARD_PASSWORD is not set"]);
  });
});

describe("what Prometheus reads", () => {
  const metricsToken = "token-of-the-metrics-in-this-test-00";
  const bearer = (token: string): RequestInit => ({ headers: { authorization: `Bearer ${token}` } });
  const get = async ({ health }: HttpServers, init?: RequestInit) =>
    await fetch(new URL("/metrics", health), init);

  test("is open on the port of the health checks, in every role", async () => {
    for (const role of ["worker", "web", "all"] as const) {
      const response = await get(await serve({ role }));
      expect([response.status, response.headers.get("content-type")]).toEqual([
        200,
        expect.stringContaining("version=0.0.4"),
      ]);
      expect(await response.text()).toContain("oxy_shards_free 256");
    }
  });

  test("under PORT it wants the token, or the board's user and password", async () => {
    const servers = await serve({ port: 0, password: PASSWORD, metricsToken });
    const status = async (init?: RequestInit): Promise<number> => (await get(servers, init)).status;
    expect(await status(bearer(metricsToken))).toBe(200);
    expect(await status(basic("oxy", PASSWORD))).toBe(200);
    const wrong = [
      undefined,
      bearer("wrong"),
      bearer(PASSWORD),
      basic("oxy", "wrong"),
      basic("ox", PASSWORD),
    ];
    for (const init of wrong) expect(await status(init)).toBe(401);
    expect(await status(basic("oxy", metricsToken))).toBe(401);
  });

  test("each of the two is good without the other, and without both there is none under PORT", async () => {
    expect((await get(await serve({ port: 0, metricsToken }), bearer(metricsToken))).status).toBe(200);
    expect((await get(await serve({ port: 0, metricsToken }), basic("oxy", ""))).status).toBe(401);
    expect((await get(await serve({ port: 0, password: PASSWORD }), basic("oxy", PASSWORD))).status).toBe(
      200,
    );
    expect((await get(await serve({ port: 0, role: "worker" }))).status).toBe(404);
  });
});

describe("a port in use", () => {
  test.each([
    ["OXY_HEALTH_PORT", "0.0.0.0", (port: number) => ({ healthPort: port })],
    ["OXY_BOARD_PORT", "127.0.0.1", (port: number) => ({ boardPort: port })],
    ["PORT", "0.0.0.0", (port: number) => ({ port })],
  ])("%s is named with what to do", async (key, host, settings) => {
    const taken = await occupiedPort(host);
    try {
      await expect(serve(settings(taken.port))).rejects.toThrow(new PortInUse(key, host, taken.port));
    } finally {
      await taken.free();
    }
  });

  test("leaves nothing else open", async () => {
    const taken = await occupiedPort("127.0.0.1");
    const health = await occupiedPort("0.0.0.0");
    await health.free();
    await expect(serve({ healthPort: health.port, boardPort: taken.port })).rejects.toThrow("OXY_BOARD_PORT");
    await expect(fetch(`http://127.0.0.1:${health.port}/health`)).rejects.toThrow("fetch failed");
    await taken.free();
  });

  test("close frees the ports, open connections or not", async () => {
    const first = await serve();
    await fetch(first.health);
    await first.close();
    const again = await serve({ healthPort: Number(new URL(first.health).port) });
    expect((await fetch(again.health)).status).toBe(200);
  });
});
