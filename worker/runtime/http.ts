import Fastify from "fastify";
import type { FastifyInstance } from "fastify";
import type { Redis } from "ioredis";
import { keysOf } from "../adapters/redis/keys.ts";
import type { Config } from "../config.ts";
import { Exposition } from "../metrics/exposition.ts";
import type { Observed } from "../platform.ts";
import { API_PATH } from "../contract/openapi.ts";
import { addAdmin, ADMIN_PATH } from "./admin.ts";
import { addApi } from "./api.ts";
import type { ApiStore } from "./api-store.ts";
import { BoardQueues } from "./board-queues.ts";
import { addBoard, BOARD_PATH } from "./board.ts";
import { addHealth } from "./health.ts";
import { addMetrics } from "./metrics-endpoint.ts";
import type { Logger } from "./logging.ts";
import type { Readiness } from "./readiness.ts";

const ANYWHERE = "0.0.0.0";
const LOOPBACK = "127.0.0.1";

/** What is served, by URL. */
export interface HttpServers {
  readonly health: string;
  /** Missing where the board is not served. */
  readonly board: string | undefined;
  /** Missing where there is no admin API. */
  readonly admin: string | undefined;
  /** Missing where there is no API for other services. */
  readonly api: string | undefined;
  /** Ends every connection and frees the ports. */
  close(): Promise<void>;
}

/** Somebody else listens where we are told to. */
export class PortInUse extends Error {
  override readonly name = "PortInUse";

  constructor(key: string, host: string, port: number) {
    super(`${key}: port ${port} on ${host} is in use; stop what listens there, or set ${key} to a free port`);
  }
}

/**
 * Health checks and Bull Board: each on its port, or both under PORT where the host routes only one. The admin API and
 * the one for other services are where the health checks are.
 * @throws PortInUse
 */
export async function serveHttp(
  config: Pick<Config, "role" | "namespace" | "port" | "health" | "board" | "admin" | "api" | "metrics">,
  parts: {
    readonly redis: Redis;
    readonly readiness: Readiness;
    readonly log: Logger;
    readonly observed: Observed;
    /** What the API works on; undefined while the store was not reached yet. */
    api(): ApiStore | undefined;
  },
): Promise<HttpServers> {
  const { redis, readiness, log, observed } = parts;
  const { password } = config.board;
  const { token } = config.admin;
  const apps: FastifyInstance[] = [];
  const keys = keysOf(config.namespace);
  const queues = new BoardQueues({ redis, ...keys });
  const close = async (): Promise<void> => {
    await Promise.all(apps.map((app) => app.close()));
    await queues.close();
  };
  const open = (): FastifyInstance => {
    const app = Fastify({ forceCloseConnections: true });
    apps.push(app);
    return app;
  };

  try {
    const healthApp = open();
    addHealth(healthApp, { redis, readiness, consumption: observed.consumption });
    // A port of its own is within the host's network; PORT is everybody's.
    const known = { token: config.metrics.token, password };
    await addMetrics(
      healthApp,
      new Exposition({ redis, keys, ...observed }),
      config.port === undefined ? "open" : known,
    );
    const wanted = config.role !== "worker";
    const administered = wanted && token !== undefined;
    const { tokens } = config.api;
    const called = wanted && tokens.length > 0;
    if (called) await addApi(healthApp, { tokens, log, store: parts.api });
    const apiOf = (url: string): string | undefined => (called ? `${url}${API_PATH}` : undefined);
    if (administered) await addAdmin(healthApp, { redis, keys, token, log });
    const adminOf = (url: string): string | undefined => (administered ? `${url}${ADMIN_PATH}` : undefined);
    if (config.port !== undefined) {
      const shared = wanted && password !== undefined;
      if (shared) await addBoard(healthApp, () => queues.current(), password);
      else if (wanted) log.warn("board not served: PORT is public and OXY_BOARD_PASSWORD is not set");
      const url = await listen(healthApp, "PORT", ANYWHERE, config.port);
      const board = shared ? `${url}${BOARD_PATH}` : undefined;
      return { health: `${url}/health`, board, admin: adminOf(url), api: apiOf(url), close };
    }
    const url = await listen(healthApp, "OXY_HEALTH_PORT", ANYWHERE, config.health.port);
    const health = `${url}/health`;
    if (!wanted) return { health, board: undefined, admin: undefined, api: undefined, close };
    const boardApp = open();
    boardApp.get("/", (_request, reply) => reply.redirect(BOARD_PATH));
    await addBoard(boardApp, () => queues.current(), password);
    const boardHost = password === undefined ? LOOPBACK : ANYWHERE;
    const boardUrl = await listen(boardApp, "OXY_BOARD_PORT", boardHost, config.board.port);
    return { health, board: `${boardUrl}${BOARD_PATH}`, admin: adminOf(url), api: apiOf(url), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** @returns the URL on this machine; a port of 0 is any free one */
async function listen(app: FastifyInstance, key: string, host: string, port: number): Promise<string> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EADDRINUSE")
      throw new PortInUse(key, host, port);
    throw error;
  }
  const address = app.server.address();
  return `http://${LOOPBACK}:${typeof address === "object" && address !== null ? address.port : port}`;
}
