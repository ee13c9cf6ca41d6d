import { asked } from "../../provider/local/redis-settings.ts";
import { Refusal } from "../emulator.ts";
import type { EmulatedRedis, RedisServers } from "../redis-servers.ts";
import { Route } from "../route.ts";
import { newId } from "./ids.ts";
import { owner, type Workspaces } from "./workspaces.ts";

/** Of its plans, in MB; the smallest first. */
const MEMORY_MB: Readonly<Record<string, number>> = {
  free: 25,
  starter: 256,
  standard: 1_024,
  pro: 5_120,
  pro_plus: 10_240,
};

interface Rule {
  readonly cidrBlock: string;
  readonly description: string;
}

export interface KeyValueRequest {
  readonly name: string;
  readonly ownerId: string;
  readonly plan: string;
  readonly region?: string;
  readonly maxmemoryPolicy?: string;
  readonly persistenceMode?: string;
  readonly ipAllowList?: readonly Rule[];
}

interface KeyValue {
  readonly id: string;
  readonly createdAt: string;
  readonly route: Route;
  readonly region: string;
  readonly ownerId: string;
  name: string;
  plan: string;
  maxmemoryPolicy: string;
  persistenceMode: string;
  ipAllowList: readonly Rule[];
  status: string;
  updatedAt: string;
  redis: EmulatedRedis | undefined;
  /** What is being done to it. */
  work: Promise<void>;
}

/** Key Value instances: each is a redis-server of this machine, under an address that stays. */
export class EmulatedKeyValues {
  readonly #all = new Map<string, KeyValue>();
  readonly #workspaces: Workspaces;
  readonly #servers: RedisServers;

  constructor(workspaces: Workspaces, servers: RedisServers) {
    this.#workspaces = workspaces;
    this.#servers = servers;
  }

  get all(): readonly KeyValue[] {
    return [...this.#all.values()];
  }

  /** @throws Refusal */
  known(id: string): KeyValue {
    const found = this.#all.get(id);
    if (found === undefined) throw new Refusal(404, `not found: key value ${id}`);
    return found;
  }

  async create(request: KeyValueRequest): Promise<object> {
    const {
      name,
      ownerId,
      plan,
      region = "oregon",
      maxmemoryPolicy = "allkeys_lru",
      ipAllowList = [],
    } = request;
    this.#workspaces.known(ownerId);
    const { persistenceMode = plan === "free" ? "off" : "journal_snapshot" } = request;
    const at = new Date().toISOString();
    const keyValue: KeyValue = {
      id: newId("red"),
      createdAt: at,
      updatedAt: at,
      route: await Route.open(),
      name,
      ownerId,
      plan,
      region,
      maxmemoryPolicy,
      persistenceMode,
      ipAllowList,
      status: "creating",
      redis: undefined,
      work: Promise.resolve(),
    };
    this.#all.set(keyValue.id, keyValue);
    keyValue.work = this.#provide(keyValue);
    return this.shown(keyValue);
  }

  update(id: string, request: Partial<KeyValueRequest>): object {
    const keyValue = this.known(id);
    if (keyValue.status !== "available") throw new Refusal(409, `key value is ${keyValue.status}`);
    const { plan = keyValue.plan } = request;
    const isOtherPlan = plan !== keyValue.plan;
    if ((MEMORY_MB[plan] ?? 0) < (MEMORY_MB[keyValue.plan] ?? 0))
      throw new Refusal(400, "cannot downgrade the plan of a key value instance");
    const wasFree = keyValue.plan === "free";
    Object.assign(keyValue, request, { updatedAt: new Date().toISOString() });
    if (isOtherPlan) {
      keyValue.status = "updating_instance";
      keyValue.work = this.#replace(keyValue, wasFree);
    } else keyValue.work = this.#apply(keyValue);
    return this.shown(keyValue);
  }

  connectionInfo(id: string): object {
    const { route, redis, id: name } = this.known(id);
    const { port } = new URL(route.url);
    // As Render's with internal authentication; there is no TLS on a loopback.
    const url = `redis://:${encodeURIComponent(redis?.password ?? "")}@127.0.0.1:${port}`;
    return {
      internalConnectionString: url,
      externalConnectionString: url,
      cliCommand: `valkey-cli --user ${name} -h 127.0.0.1 -p ${port}`,
    };
  }

  suspend(id: string): void {
    const keyValue = this.known(id);
    keyValue.status = "suspended";
    keyValue.route.target = undefined;
  }

  resume(id: string): void {
    const keyValue = this.known(id);
    if (keyValue.status !== "suspended") throw new Refusal(400, "key value is not suspended");
    keyValue.status = "available";
    keyValue.route.target = keyValue.redis?.port;
  }

  async remove(id: string): Promise<void> {
    const keyValue = this.known(id);
    this.#all.delete(id);
    await keyValue.work;
    await keyValue.route.close();
    await keyValue.redis?.stop();
  }

  async close(): Promise<void> {
    await Promise.all(this.all.map(({ id }) => this.remove(id)));
  }

  listed(keyValue: KeyValue): object {
    return { ...this.shown(keyValue), dashboardUrl: `https://dashboard.render.invalid/r/${keyValue.id}` };
  }

  shown(keyValue: KeyValue): object {
    const { id, createdAt, updatedAt, name, plan, region, status, ownerId, ipAllowList } = keyValue;
    const { maxmemoryPolicy, persistenceMode } = keyValue;
    return {
      id,
      createdAt,
      updatedAt,
      name,
      plan,
      region,
      status,
      owner: owner(this.#workspaces.known(ownerId)),
      options: { maxmemoryPolicy, persistenceMode },
      ipAllowList: ipAllowList.length === 0 ? null : ipAllowList,
      version: "8.1.4",
    };
  }

  async #provide(keyValue: KeyValue): Promise<void> {
    keyValue.redis = await this.#servers.start({ maxMemoryMb: MEMORY_MB[keyValue.plan] ?? 0 });
    keyValue.route.target = keyValue.redis.port;
    await this.#apply(keyValue);
    keyValue.status = "available";
  }

  /** A free one keeps nothing; the others come back with what they had. */
  async #replace(keyValue: KeyValue, wasFree: boolean): Promise<void> {
    if (wasFree) {
      keyValue.route.target = undefined;
      await keyValue.redis?.stop();
      await this.#provide(keyValue);
      return;
    }
    await this.#apply(keyValue);
    keyValue.status = "available";
  }

  async #apply({ redis, plan, maxmemoryPolicy }: KeyValue): Promise<void> {
    if (redis === undefined) return;
    await asked(redis.url, async (client) => {
      await client.config("SET", "maxmemory", `${MEMORY_MB[plan] ?? 0}mb`);
      await client.config("SET", "maxmemory-policy", maxmemoryPolicy.replaceAll("_", "-"));
    });
  }
}
