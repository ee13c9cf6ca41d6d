import { setTimeout as delay } from "node:timers/promises";
import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import type { Keys } from "../adapters/redis/keys.ts";
import { Script } from "../adapters/redis/script.ts";
import { dueKey } from "../conversation/keys.ts";
import { fenceLua } from "../conversation/scripts.ts";
import { chosen } from "./chosen.ts";
import { fenceOf, type Lease } from "./lease.ts";
import { LEASE_MS, useMembers, type Member, type MemberOptions } from "./membership-fixture.ts";
import { SHARDS, shardOf } from "./shards.ts";

/** Answers "refused" where the fence does not let a lease pass. */
const fenced = new Script("fenced", [fenceLua, new URL("../adapters/baileys/load.lua", import.meta.url)]);

const members = useMembers();
const newKeys = (): Keys => members.newKeys();

async function joined(keys: Keys, options?: MemberOptions): Promise<Member> {
  return await members.joined(keys, options);
}

async function permits(keys: Keys, lease: Lease): Promise<boolean> {
  return (
    (await fenced.run(
      members.redis,
      [keys.leases, keys.meta + ":none", keys.meta + ":none"],
      fenceOf(lease),
    )) !== "refused"
  );
}

async function stored(keys: Keys, shard = 0): Promise<{ owner: string; epoch: bigint; expiry: number }> {
  const [owner = "", epoch = "", expiry] = (
    (await members.redis.hget(keys.leases, String(shard))) ?? ""
  ).split(" ");
  return { owner, epoch: BigInt(epoch), expiry: Number(expiry) };
}

test("a process says in the store what it is and where, for as long as its lease", async () => {
  const keys = newKeys();
  const member = await joined(keys);
  expect(await members.redis.hgetall(keys.process(member.id))).toMatchObject({
    fleet: "default",
    place: "local/here",
    image: "sha256:ab",
    heartbeat: expect.stringMatching(/^\d+$/),
  });
  expect(await members.redis.pttl(keys.process(member.id))).toBeLessThanOrEqual(LEASE_MS);
});

describe("shards", () => {
  test("the first process takes all of them, and the store lets it write", async () => {
    const keys = newKeys();
    const member = await joined(keys);
    expect(member.membership.leases).toHaveLength(SHARDS);
    expect(member.acquired).toHaveBeenCalledOnce();
    expect(await permits(keys, member.lease()!)).toBe(true);
    expect(await permits(keys, { ...member.lease()!, owner: "another" })).toBe(false);
    expect(await permits(keys, { ...member.lease()!, epoch: "1" })).toBe(false);
  });

  test("a missing lease permits nothing", async () => {
    const keys = newKeys();
    const member = await joined(keys);
    const lease = member.lease()!;
    await members.redis.hdel(keys.leases, "0");
    expect(await permits(keys, lease)).toBe(false);
  });

  test("an expired lease permits nothing, though nobody else has taken it", async () => {
    const keys = newKeys();
    const member = await joined(keys);
    const lease = member.lease()!;
    await members.redis.hset(keys.leases, "0", `${lease.owner} ${lease.epoch} ${Date.now() - 1}`);
    expect(await permits(keys, lease)).toBe(false);
  });

  test("a process of another image waits as long as the first one keeps its own", async () => {
    const keys = newKeys();
    const first = await joined(keys);
    const second = await joined(keys, { image: "sha256:cd" });
    await delay(2 * LEASE_MS);
    await second.membership.beat();
    expect(second.acquired).not.toHaveBeenCalled();
    expect(second.lease()).toBeUndefined();
    expect(first.lost).not.toHaveBeenCalled();
    expect(first.over).not.toHaveBeenCalled();
    expect(first.acquired).toHaveBeenCalledOnce();
  });

  test("what is given back is taken with the next beat, and the others are told where", async () => {
    const keys = newKeys();
    const first = await joined(keys);
    const second = await joined(keys);
    const lease = first.lease()!;
    expect(await first.membership.leave()).toEqual([1]);
    expect(await permits(keys, lease)).toBe(false);
    expect(first.lost).not.toHaveBeenCalled();
    await second.membership.beat();
    expect(second.membership.leases).toHaveLength(SHARDS);
    expect(BigInt(second.lease()!.epoch)).toBeGreaterThan(BigInt(lease.epoch));
  });

  test("a process that takes no more keeps what it has", async () => {
    const keys = newKeys();
    const member = await joined(keys);
    member.membership.stopTaking();
    await members.redis.hdel(keys.leases, "7");
    await member.membership.beat();
    expect(member.lease(7)).toBeUndefined();
    expect(member.lost.mock.calls.flatMap(([leases]) => leases.map(({ shard }) => shard))).toEqual([7]);
    expect(member.membership.leases).toHaveLength(SHARDS - 1);
  });

  test("a process that has left does not come back, whoever makes it beat", async () => {
    const keys = newKeys();
    const member = await joined(keys);
    await member.membership.beat();
    expect(await members.redis.exists(keys.process(member.id), keys.shares(member.id))).toBe(2);
    await member.membership.leave();
    await member.membership.beat();
    expect(await members.redis.hgetall(keys.slots)).toEqual({});
    expect(await members.redis.exists(keys.process(member.id), keys.shares(member.id))).toBe(0);
  });
});

describe("epochs only grow", () => {
  test("also when the store's clock went back", async () => {
    const keys = newKeys();
    const future = BigInt(Date.now() + 3_600_000) * 1000n;
    await members.redis.hset(keys.leases, "0", `- ${future} 0`);
    const first = await joined(keys);
    expect(BigInt(first.lease()!.epoch)).toBe(future + 1n);
    await first.membership.leave();
    const second = await joined(keys);
    expect(BigInt(second.lease()!.epoch)).toBe(future + 2n);
  });

  test("also when the owner never gave it back", async () => {
    const keys = newKeys();
    const dead = BigInt(Date.now()) * 1000n;
    await members.redis.hset(keys.leases, "0", `dead ${dead} ${Date.now() - 1}`);
    const member = await joined(keys);
    expect(BigInt(member.lease()!.epoch)).toBeGreaterThan(dead);
  });

  test("also when a process takes its own lease anew", async () => {
    const keys = newKeys();
    const member = await joined(keys);
    const before = member.lease()!;
    await members.redis.hset(keys.leases, "0", `${before.owner} ${before.epoch} 1`);
    await member.membership.beat();
    expect(member.lost).toHaveBeenCalledExactlyOnceWith([before]);
    expect(BigInt(member.lease()!.epoch)).toBeGreaterThan(BigInt(before.epoch));
  });
});

describe("slots", () => {
  test("each process has one, the lowest that is free", async () => {
    const keys = newKeys();
    const [first, second, third] = [await joined(keys), await joined(keys), await joined(keys)];
    expect([first, second, third].map(({ membership }) => membership.slot)).toEqual([0, 1, 2]);
    await second.membership.leave();
    const fourth = await joined(keys);
    expect(fourth.membership.slot).toBe(1);
    expect(fourth.slot).toHaveBeenCalledExactlyOnceWith(1);
  });

  test("whoever lost its slot while it was away claims another and is told", async () => {
    const keys = newKeys();
    const first = await joined(keys);
    await members.redis.del(keys.process(first.id));
    const second = await joined(keys);
    expect(second.membership.slot).toBe(0);
    await first.membership.beat();
    expect(first.membership.slot).toBe(1);
    expect(first.slot.mock.calls).toEqual([[0], [1]]);
    await first.membership.beat();
    expect(first.slot).toHaveBeenCalledTimes(2);
  });

  test("what was lost is told before the change of slots, which may take long", async () => {
    const keys = newKeys();
    const order: string[] = [];
    const first = await joined(keys, {
      events: {
        slot: async (slot) => void order.push(`slot ${slot}`),
        lost: (leases) => void order.push(`lost ${leases.length}`),
      },
    });
    await members.redis.del(keys.process(first.id));
    await members.redis.hset(keys.slots, "0", "another");
    await members.redis.hset(keys.process("another"), "fleet", "default");
    await members.redis.hset(keys.leases, "0", `another 9${Date.now()}000 ${Date.now() + 60_000}`);
    await first.membership.beat();
    expect(order).toEqual(["slot 0", "lost 1", "slot 1"]);
  });
});

test("a beat brings what is due in the shards that are held, and what operators ask for", async () => {
  const keys = newKeys();
  const conversation = { organization: "ana", chat: "5511@lid" };
  const shard = shardOf("ana");
  await members.redis.sadd(`${keys.prefix}:due`, shard);
  await members.redis.zadd(
    dueKey(keys.prefix, shard),
    1,
    "ana 5511@lid",
    Date.now() + 60_000,
    "ana later@lid",
  );
  await members.redis.hset(keys.requests, "request", "{}");
  const first = await joined(keys);
  expect(first.due).toHaveBeenCalledExactlyOnceWith([conversation]);
  expect(first.requested).toHaveBeenCalledExactlyOnceWith(new Map([["request", "{}"]]));
  const second = await joined(keys);
  expect(second.due).not.toHaveBeenCalled();
  expect(second.requested).toHaveBeenCalledOnce();
});

test("a beat that is asked for while one is under way comes after it, and learns of what came meanwhile", async () => {
  const keys = newKeys();
  const member = await joined(keys, { leaseMs: 100 * LEASE_MS });
  member.way.holdUp("replies", 50);
  const underWay = member.membership.beat();
  // Until it has been sent.
  await new Promise(setImmediate);
  await members.redis.hset(keys.requests, "request", "{}");
  await member.membership.beat();
  expect(member.requested).toHaveBeenCalledExactlyOnceWith(new Map([["request", "{}"]]));
  await underWay;
});

describe("without the store", () => {
  test("the sockets are cut before the lease could be another's by the store's clock", async () => {
    const keys = newKeys();
    const cut = Promise.withResolvers<{ at: number; leases: readonly Lease[] }>();
    const member = await joined(keys, {
      events: { lost: (leases) => cut.resolve({ at: Date.now(), leases }) },
    });
    const { expiry } = await stored(keys);
    process.kill(members.server.pid, "SIGSTOP");
    try {
      const { at, leases } = await cut.promise;
      expect(at).toBeLessThan(expiry);
      expect(member.lease()).toBeUndefined();
      expect(leases).toHaveLength(SHARDS);
    } finally {
      process.kill(members.server.pid, "SIGCONT");
    }
  });

  test("a lease is not claimed for a moment longer than it is sure, whatever timers do", async () => {
    const keys = newKeys();
    const member = await joined(keys);
    member.way.holdUp("requests", 3 * LEASE_MS);
    const { expiry } = await stored(keys);
    // No timer runs meanwhile, as in a process that was frozen.
    while (Date.now() < expiry - 1) continue;
    expect(member.lease()).toBeUndefined();
  });

  test("a reply that comes too late is not believed", async () => {
    const keys = newKeys();
    const member = members.member(keys);
    member.way.holdUp("replies", LEASE_MS);
    await member.membership.join();
    expect((await stored(keys)).owner).toBe(member.id);
    expect(member.acquired).not.toHaveBeenCalled();
    expect(member.lease()).toBeUndefined();
    await vi.waitFor(() => expect(member.lease()).toBeDefined(), { interval: 5 });
  });

  test("what was cut is taken under a new epoch, though the store had renewed the old one in time", async () => {
    const keys = newKeys();
    const member = await joined(keys);
    const before = member.lease()!;
    // Sent when a third of the lease is over, answered between its end by our clock and its end by the store's.
    member.way.holdUp("replies", 0.95 * LEASE_MS);
    await vi.waitFor(() => expect(member.lost).toHaveBeenCalledOnce(), { interval: 5 });
    await vi.waitFor(() => expect(member.acquired).toHaveBeenCalledTimes(2), { interval: 5 });
    expect(BigInt(member.lease()!.epoch)).toBeGreaterThan(BigInt(before.epoch));
    expect(await permits(keys, before)).toBe(false);
  });

  test("a process that takes no more gives back what was cut", async () => {
    const keys = newKeys();
    const member = await joined(keys);
    member.membership.stopTaking();
    member.way.holdUp("replies", 0.95 * LEASE_MS);
    await vi.waitFor(() => expect(member.lost).toHaveBeenCalledOnce(), { interval: 5 });
    await vi.waitFor(async () => expect((await stored(keys)).owner).toBe("-"), { interval: 5 });
    expect(member.acquired).toHaveBeenCalledOnce();
  });

  test("what was cut is taken again when the store is back, under a new epoch", async () => {
    const keys = newKeys();
    const member = await joined(keys);
    const before = member.lease()!;
    member.way.holdUp("requests", 1.5 * LEASE_MS);
    await vi.waitFor(() => expect(member.lost).toHaveBeenCalledOnce(), { interval: 5 });
    await vi.waitFor(() => expect(member.acquired).toHaveBeenCalledTimes(2), {
      interval: 5,
      timeout: 5 * LEASE_MS,
    });
    expect(BigInt(member.lease()!.epoch)).toBeGreaterThan(BigInt(before.epoch));
  });
});

type Step =
  | {
      readonly kind: "beat" | "leave" | "join" | "stop taking";
      readonly member: number;
      readonly thenMs: number;
    }
  | {
      readonly kind: "requests" | "replies";
      readonly member: number;
      readonly forMs: number;
      readonly thenMs: number;
    };

describe("whatever several processes do", () => {
  const SHORT_LEASE_MS = 100;
  const member = fc.nat(2);
  const thenMs = fc.nat(60);
  const step: fc.Arbitrary<Step> = fc.oneof(
    fc.record({ kind: fc.constantFrom("beat", "join", "leave", "stop taking"), member, thenMs }),
    fc.record({
      kind: fc.constantFrom("requests", "replies"),
      member,
      forMs: fc.integer({ min: 10, max: 250 }),
      thenMs,
    }),
  );

  test("no two are sure of one shard at any instant, and its epochs strictly increase", async () => {
    let handOvers = 0;
    let given = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 14 }), async (steps) => {
        const keys = newKeys();
        const present: (Member | undefined)[] = [];
        const everyone: Member[] = [];
        const epochs = Array.from({ length: SHARDS }, () => 0n);
        const problems: string[] = [];
        const work: Promise<unknown>[] = [];
        const look = (): void => {
          for (let shard = 0; shard < SHARDS; shard++) {
            const sure = everyone.filter((each) => each.lease(shard) !== undefined);
            if (sure.length > 1) problems.push(`${sure.length} processes are sure of one shard`);
          }
        };
        const join = async (): Promise<Member> => {
          const joining: Member = members.member(keys, {
            leaseMs: SHORT_LEASE_MS,
            events: {
              over: (count) => {
                given += count;
                work.push(joining.membership.handOver(chosen(joining.membership.leases, count, () => 0)));
              },
              acquired: (leases) => {
                handOvers++;
                for (const { shard, epoch } of leases) {
                  if (BigInt(epoch) <= epochs[shard]!) problems.push(`epoch ${epoch} after ${epochs[shard]}`);
                  epochs[shard] = BigInt(epoch);
                }
                look();
              },
            },
          });
          everyone.push(joining);
          await joining.membership.join();
          return joining;
        };
        const watch = setInterval(look, 2);
        try {
          // Two from the beginning, and for long enough: else few histories have anything to hand over.
          const joins: Step[] = [0, 1].map((each) => ({ kind: "join", member: each, thenMs: 60 * each }));
          for (const next of [...joins, ...steps]) {
            const acting = present[next.member];
            if (next.kind === "join") present[next.member] ??= await join();
            else if (next.kind === "beat") work.push(acting?.membership.beat() ?? Promise.resolve());
            else if (next.kind === "stop taking") acting?.membership.stopTaking();
            else if (next.kind === "requests" || next.kind === "replies")
              acting?.way.holdUp(next.kind, next.forMs);
            else {
              present[next.member] = undefined;
              if (acting) work.push(acting.membership.leave());
            }
            look();
            await delay(next.thenMs);
            // What a process is sure of, the store agrees to; asked of those that are sure at both ends of the question.
            const claims = everyone.flatMap((each) => each.lease() ?? []);
            const answers = await Promise.all(claims.map((lease) => permits(keys, lease)));
            const still = new Set(everyone.flatMap((each) => each.lease() ?? []));
            for (const [index, lease] of claims.entries()) {
              if (!answers[index] && still.has(lease))
                problems.push(`the store refuses ${JSON.stringify(lease)}`);
            }
          }
        } finally {
          clearInterval(watch);
          await Promise.all(work);
          await members.allLeave();
        }
        expect([...new Set(problems)]).toEqual([]);
      }),
      { numRuns: 25, endOnFailure: true },
    );
    expect(handOvers).toBeGreaterThan(25);
    expect(given).toBeGreaterThan(SHARDS);
  });
});
