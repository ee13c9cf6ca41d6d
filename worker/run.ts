import { setTimeout as delay } from "node:timers/promises";
import { quietConsole } from "./adapters/baileys/quiet-console.ts";
import { openRedis } from "./adapters/redis/connect.ts";
import { keysOf } from "./adapters/redis/keys.ts";
import { InvalidConfig, loadConfig, type Config } from "./config.ts";
import { Meters } from "./metrics/meters.ts";
import { createApiStore, type ApiStore } from "./runtime/api-store.ts";
import { Consumption } from "./runtime/consumption.ts";
import { serveHttp } from "./runtime/http.ts";
import { createLogger, errorFields } from "./runtime/logging.ts";
import { Readiness } from "./runtime/readiness.ts";
import { untilStopped } from "./runtime/shutdown.ts";
import { collectAfterStart } from "./runtime/start-garbage.ts";
import { openPlatform } from "./platform.ts";
import { startWorker, type Running } from "./worker.ts";

const MISCONFIGURED = 78;
/** Past the drain: a store that does not answer must not keep the process until the host kills it. */
const GIVE_UP_MS = 1_000;
/** How long a start that is under way may take to become something to drain. */
const START_MS = 1_000;

/** Serves what is on the store, and holds nothing of it. */
const WEB: Running = { standing: () => ({}), drain: () => Promise.resolve() };

const config = configOrExit();
const log = createLogger(config);
// Whoever reads what it prints may die, as a supervisor: that is lost, and the worker goes on.
for (const output of [process.stdout, process.stderr]) output.on("error", () => {});
quietConsole(log);
try {
  const unfit = Promise.withResolvers<undefined>();
  let exitCode = 0;
  const stopped = Promise.race([untilStopped(log), unfit.promise]);
  const readiness = new Readiness(config);
  void stopped.then(() => readiness.draining());
  const redis = openRedis(config.redis.url, "oxy");
  redis.on("error", (error) => log.warn("redis unreachable", errorFields(error)));
  const keys = keysOf(config.namespace);
  const observed = { meters: new Meters(), consumption: new Consumption({ redis, keys, log }) };
  let api: ApiStore | undefined;
  const http = await serveHttp(config, { redis, readiness, log, observed, api: () => api });
  log.info("listening", { health: http.health, board: http.board, admin: http.admin, api: http.api });
  const starting = openPlatform(config, redis, log, observed, (error) => {
    log.error("cannot go on", errorFields(error));
    exitCode = 1;
    unfit.resolve(undefined);
  }).then(async (platform) => {
    if (http.api !== undefined) api = createApiStore(platform);
    return config.role === "web" ? WEB : await startWorker(platform);
  });
  // Stopped while Redis is still awaited: there is nothing to drain. Else it is about to be ready, and holds shards.
  const worker = await Promise.race([
    starting,
    stopped.then(() => Promise.race([starting, delay(START_MS)])),
  ]);
  if (worker !== undefined) {
    readiness.started(() => worker.standing());
    log.info("ready", { role: config.role });
    collectAfterStart();
  }
  await stopped;
  log.info("draining", { seconds: config.shutdown.drainSeconds });
  const drainMs = config.shutdown.drainSeconds * 1000;
  setTimeout(() => {
    log.error("not drained in time; the next owner finds what is left");
    process.exit(1);
  }, drainMs + GIVE_UP_MS);
  await worker?.drain(drainMs);
  await http.close();
  await api?.close();
  redis.disconnect();
  log.info("stopped");
  process.exit(exitCode);
} catch (error) {
  log.error("cannot run", errorFields(error));
  process.exit(1);
}

function configOrExit(): Config {
  try {
    return loadConfig();
  } catch (error) {
    if (!(error instanceof InvalidConfig)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(MISCONFIGURED);
  }
}
