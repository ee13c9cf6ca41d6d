import { randomUUID } from "node:crypto";
import type { RedisServers } from "../redis-servers.ts";
import { RedisData } from "./redis.ts";

/** Of one service. */
export class Volume {
  readonly id: string = randomUUID();
  readonly mountPath: string;
  readonly data: RedisData;

  constructor(mountPath: string, servers: RedisServers) {
    this.mountPath = mountPath;
    this.data = new RedisData(servers);
  }
}
