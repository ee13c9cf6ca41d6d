import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { afterAll, beforeAll } from "vitest";
import { type EmulatedRedis, RedisServers } from "../emulators/redis-servers.ts";

/** What a worker says of itself in the store. */
export interface Present {
  readonly id: string;
  readonly fleet?: string;
  readonly place?: string;
  readonly image?: string;
  readonly shards?: readonly number[];
}

/** A real store for the tests of a file, with what workers would write there, as docs/architecture.md has it. */
export function useStore() {
  let folder: string;
  let server: EmulatedRedis;
  let redis: Redis;
  let count = 0;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "store-"));
    server = await new RedisServers(folder).start({ maxMemoryMb: 64 });
    redis = new Redis(server.url);
  });
  afterAll(async () => {
    redis.disconnect();
    await server.stop();
    await rm(folder, { recursive: true });
  });

  return {
    url: () => server.url,
    redis: () => redis,
    /** Another one for each test. */
    namespace: () => `trial-${++count}`,
    async join(namespace: string, { id, fleet, place, image, shards = [] }: Present): Promise<void> {
      const prefix = `{${namespace}}`;
      const slot = await redis.hlen(`${prefix}:slots`);
      const expiry = Date.now() + 60_000;
      const said = { fleet: fleet ?? "main", place: place ?? "", image: image ?? "", heartbeat: "1" };
      const joining = redis
        .multi()
        .hset(`${prefix}:slots`, `${slot}`, id)
        .hset(`${prefix}:process:${id}`, { ...said, slot: `${slot}`, version: "1" });
      for (const shard of shards) joining.hset(`${prefix}:leases`, `${shard}`, `${id} 1 ${expiry}`);
      await joining.exec();
    },
    /** As of a process that was killed, and whose slot nobody has claimed. */
    async lose(namespace: string, id: string): Promise<void> {
      await redis.del(`{${namespace}}:process:${id}`);
    },
  };
}
