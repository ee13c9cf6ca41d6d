import { setTimeout as delay } from "node:timers/promises";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, vi } from "vitest";
import { keysOf, type Keys } from "../adapters/redis/keys.ts";
import { startRedisServer, type RedisServer } from "../dev/redis-server.ts";
import type { Logger } from "../runtime/logging.ts";
import type { Lease } from "./lease.ts";
import { Membership, type MembershipEvents } from "./membership.ts";

export const LEASE_MS = 300;
const nothing = (): void => {};
const log: Logger = { error: nothing, warn: nothing, info: nothing, debug: nothing };

export interface MemberOptions {
  readonly leaseMs?: number | undefined;
  readonly image?: string | undefined;
  readonly events?: Partial<MembershipEvents> | undefined;
}

/** The way to Redis, which can be held up before the request or before the reply. */
class Way {
  #requests = Promise.resolve();
  #replies = Promise.resolve();

  holdUp(what: "requests" | "replies", forMs: number): void {
    if (what === "requests") this.#requests = delay(forMs);
    else this.#replies = delay(forMs);
  }

  over(redis: Redis): Redis {
    const through = async (call: () => Promise<unknown>): Promise<unknown> => {
      await this.#requests;
      const reply = await call();
      await this.#replies;
      return reply;
    };
    const evalsha = (...args: Parameters<Redis["evalsha"]>) => through(() => redis.evalsha(...args));
    const evaluate = (...args: Parameters<Redis["eval"]>) => through(() => redis.eval(...args));
    return { evalsha, eval: evaluate } as unknown as Redis;
  }
}

/** A process as far as the others notice it. */
export class Member {
  readonly way = new Way();
  readonly slot = vi.fn<MembershipEvents["slot"]>(async () => {});
  readonly acquired = vi.fn<MembershipEvents["acquired"]>();
  readonly lost = vi.fn<MembershipEvents["lost"]>();
  readonly over = vi.fn<MembershipEvents["over"]>();
  readonly due = vi.fn<MembershipEvents["due"]>();
  readonly requested = vi.fn<MembershipEvents["requested"]>();
  readonly settings = vi.fn<MembershipEvents["settings"]>();
  readonly membership: Membership;

  constructor(redis: Redis, keys: Keys, options: MemberOptions = {}) {
    this.membership = new Membership(
      {
        redis: this.way.over(redis),
        keys,
        log,
        fleet: "default",
        version: "1",
        place: "local/here",
        image: options.image ?? "sha256:ab",
        leaseMs: options.leaseMs ?? LEASE_MS,
      },
      { ...this, ...options.events },
    );
  }

  get id(): string {
    return this.membership.process;
  }

  lease(shard = 0): Lease | undefined {
    return this.membership.lease(shard);
  }
}

/** A Redis for a file of tests, and processes on it that leave with each test. */
export class Members {
  server!: RedisServer;
  redis!: Redis;
  readonly #present: Member[] = [];
  #deployments = 0;

  newKeys(): Keys {
    return keysOf(`members${++this.#deployments}`);
  }

  /** One that has not joined. */
  member(keys: Keys, options?: MemberOptions): Member {
    const member = new Member(this.redis, keys, options);
    this.#present.push(member);
    return member;
  }

  async joined(keys: Keys, options?: MemberOptions): Promise<Member> {
    const member = this.member(keys, options);
    await member.membership.join();
    return member;
  }

  async allLeave(): Promise<void> {
    await Promise.all(this.#present.splice(0).map(({ membership }) => membership.leave()));
  }
}

export function useMembers(): Members {
  const members = new Members();
  beforeAll(async () => {
    members.server = await startRedisServer();
    members.redis = new Redis(members.server.url, { maxRetriesPerRequest: null });
  });
  afterEach(() => members.allLeave());
  afterAll(async () => {
    members.redis.disconnect();
    await members.server.stop();
  });
  return members;
}
