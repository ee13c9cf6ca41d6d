import { fleetReady } from "./fleet-ready.ts";
import { flyApp } from "./fly/app.ts";
import { flyMachines } from "./fly/machines.ts";
import { machine } from "./local/machine.ts";
import { redisServer } from "./local/redis-server.ts";
import { workerProcess } from "./local/worker-process.ts";
import { project } from "./railway/project.ts";
import { railwayRedis } from "./railway/redis.ts";
import { railwayService } from "./railway/service.ts";
import { release } from "./release.ts";
import { keyValue } from "./render/key-value.ts";
import { service } from "./render/service.ts";
import { storeBinding } from "./store-binding.ts";
import type { AnyResource } from "./resource.ts";
import { upstashDatabase } from "./upstash/database.ts";

/** Everything that the provider keeps. */
export const resources: readonly AnyResource[] = [
  release,
  storeBinding,
  fleetReady,
  machine,
  redisServer,
  workerProcess,
  service,
  keyValue,
  upstashDatabase,
  flyApp,
  flyMachines,
  project,
  railwayService,
  railwayRedis,
];
