import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Keys } from "../adapters/redis/keys.ts";
import { commandsOf } from "../dev/redis-commands.ts";
import { chosen } from "./chosen.ts";
import { useMembers, type Member, type MemberOptions } from "./membership-fixture.ts";
import { SHARDS } from "./shards.ts";

/** No beat and no end of a lease but those that a test makes. */
const LEASE_MS = 600_000;
/** Beats of every process until the parts are even: to be seen, to give, to learn of it, and one for what crossed. */
const BEATS = 4;

const members = useMembers();

/** Processes of one deployment, which beat when they are told. */
class Group {
  readonly keys: Keys = members.newKeys();
  readonly all: Member[] = [];

  async join(options: MemberOptions = {}): Promise<Member> {
    const member = await members.joined(this.keys, { leaseMs: LEASE_MS, ...options });
    this.all.push(member);
    return member;
  }

  /** Every process beats once, in this order or as they came, and hands over what it is told to, unless it is slow. */
  async beat(order: readonly Member[] = this.all, slow = false): Promise<void> {
    for (const member of order) {
      member.over.mockClear();
      await member.membership.beat();
      const [count] = member.over.mock.lastCall ?? [];
      if (count !== undefined && !slow) await give(member, count);
    }
  }

  async settle(beats = BEATS): Promise<void> {
    for (let beat = 0; beat < beats; beat++) await this.beat();
  }

  async leave(member: Member): Promise<void> {
    this.#forget(member);
    await member.membership.leave();
  }

  /** It beats no more, and its leases have run out. */
  async kill(member: Member): Promise<void> {
    this.#forget(member);
    await members.redis.del(this.keys.process(member.id), this.keys.shares(member.id));
    const leases = Object.entries(await members.redis.hgetall(this.keys.leases));
    for (const [shard, lease] of leases) {
      const [owner, epoch] = lease.split(" ");
      if (owner === member.id) await members.redis.hset(this.keys.leases, shard, `${owner} ${epoch} 1`);
    }
  }

  #forget(member: Member): void {
    this.all.splice(this.all.indexOf(member), 1);
  }

  get parts(): number[] {
    return this.all.map(held);
  }

  /** Shards that anybody has been given, so far. */
  get acquired(): number {
    const calls = this.all.flatMap(({ acquired }) => acquired.mock.calls);
    return calls.reduce((sum, [leases]) => sum + leases.length, 0);
  }
}

const held = ({ membership }: Member): number => membership.leases.length;

async function give({ membership }: Member, count: number): Promise<number[]> {
  return await membership.handOver(chosen(membership.leases, count, () => 0));
}

const shardsOf = ({ membership }: Member): number[] => membership.leases.map(({ shard }) => shard);

describe("processes of one fleet, place and image", () => {
  test("share the shards: who is there gives the one who comes its part, and no more", async () => {
    const group = new Group();
    const first = await group.join();
    const second = await group.join();
    await group.settle();
    expect(group.parts).toEqual([128, 128]);
    expect(new Set([...shardsOf(first), ...shardsOf(second)]).size).toBe(SHARDS);
    const third = await group.join();
    await group.settle();
    expect(group.parts.toSorted()).toEqual([85, 85, 86]);
    expect(third.acquired.mock.calls.flatMap(([leases]) => leases)).toHaveLength(held(third));
    expect(first.lost).not.toHaveBeenCalled();
  });

  test("the one who gives is told how many are too many, and the one who gets is told where it is", async () => {
    const group = new Group();
    const first = await group.join();
    const second = await group.join();
    await second.membership.beat();
    await first.membership.beat();
    expect(first.over).toHaveBeenCalledExactlyOnceWith(128);
    expect(await give(first, 128)).toEqual([1]);
    expect(held(second)).toBe(0);
    await second.membership.beat();
    expect(held(second)).toBe(128);
  });

  test("nothing goes to a process that is there for the first time: it may be about to end", async () => {
    const group = new Group();
    const first = await group.join();
    await group.join();
    await first.membership.beat();
    expect(first.over).not.toHaveBeenCalled();
  });

  test("what is given has a larger epoch and is the other's at once", async () => {
    const group = new Group();
    const [first, second] = [await group.join(), await group.join()];
    await second.membership.beat();
    const before = first.lease(255)!;
    await first.membership.handOver([before]);
    const [owner, epoch] = (await members.redis.hget(group.keys.leases, "255"))!.split(" ");
    expect(owner).toBe(second.id);
    expect(BigInt(epoch!)).toBeGreaterThan(BigInt(before.epoch));
    // Somebody else who waits does not get in between.
    const waiting = await group.join({ image: "sha256:cd" });
    expect(held(waiting)).toBe(0);
  });

  test("what is given to one who is gone comes back", async () => {
    const group = new Group();
    const [first, second] = [await group.join(), await group.join()];
    await second.membership.beat();
    await first.membership.beat();
    const going = chosen(first.membership.leases, 128, () => 0);
    await group.leave(second);
    expect(await first.membership.handOver(going)).toEqual([0]);
    expect(held(first)).toBe(128);
    await first.membership.beat();
    expect(held(first)).toBe(SHARDS);
    expect(first.lost).not.toHaveBeenCalled();
  });

  test.each([
    ["as long as", LEASE_MS],
    ["longer than", 4 * LEASE_MS],
    ["shorter than", LEASE_MS / 4],
  ])(
    "what is given ends with what else the other one holds, whose leases are %s those of who gives",
    async (_how, leaseMs) => {
      const group = new Group();
      const [first, second] = [await group.join(), await group.join({ leaseMs })];
      await group.beat([second]);
      const heard = Number(await members.redis.hget(group.keys.process(second.id), "heartbeat"));
      await give(first, 1);
      const leases = Object.values(await members.redis.hgetall(group.keys.leases));
      const ends = leases.filter((lease) => lease.startsWith(second.id)).map((lease) => lease.split(" ")[2]);
      expect(ends).toHaveLength(1);
      // Redis counts the ms until a key ends from another look at its clock.
      expect(Math.abs(Number(ends[0]) - heard - leaseMs)).toBeLessThanOrEqual(2);
    },
  );

  test("one that leaves without having learned of what it got gives that back, too", async () => {
    const group = new Group();
    const [first, second] = [await group.join(), await group.join()];
    await group.beat([second]);
    await give(first, 128);
    await group.leave(second);
    await first.membership.beat();
    expect(held(first)).toBe(SHARDS);
  });

  test("one that was killed leaves its part to the others, evenly", async () => {
    const group = new Group();
    const [, second] = [await group.join(), await group.join(), await group.join()];
    await group.settle();
    await group.kill(second);
    await group.beat();
    expect(group.parts).toEqual([128, 128]);
  });

  test("one that drains is given nothing, keeps what it has, and leaves it to the others", async () => {
    const group = new Group();
    const [first, second] = [await group.join(), await group.join()];
    await group.settle();
    first.membership.stopTaking();
    const third = await group.join();
    await group.settle();
    expect([held(first), held(second), held(third)]).toEqual([128, 64, 64]);
    await group.leave(first);
    await group.beat();
    expect(group.parts).toEqual([128, 128]);
  });

  test("what one that drains was handing over goes to those it shared with, and not to whoever waits", async () => {
    const group = new Group();
    const [first, second] = [await group.join(), await group.join()];
    await group.join({ image: "sha256:cd" });
    await group.beat([second]);
    first.membership.stopTaking();
    await first.membership.beat();
    expect(await give(first, 5)).toEqual([1]);
    await group.beat();
    expect(group.parts).toEqual([SHARDS - 5, 5, 0]);
  });

  test("what one that drains was handing over is not its own again where those it shared with are gone", async () => {
    const group = new Group();
    const [first, second] = [await group.join(), await group.join()];
    await group.beat([second]);
    first.membership.stopTaking();
    await first.membership.beat();
    await group.leave(second);
    expect(await give(first, 5)).toEqual([]);
    await first.membership.beat();
    expect(held(first)).toBe(SHARDS - 5);
    const waiting = await group.join({ image: "sha256:cd" });
    expect(held(waiting)).toBe(5);
  });

  test("nobody is given what was lost meanwhile", async () => {
    const group = new Group();
    const [first, second] = [await group.join(), await group.join()];
    await group.beat([second]);
    const [stale, good] = [first.lease(0)!, first.lease(1)!];
    const taken = `another 9${Date.now()}000 ${Date.now() + LEASE_MS}`;
    await members.redis.hset(group.keys.leases, "0", taken);
    await first.membership.handOver([stale, good]);
    expect(await members.redis.hget(group.keys.leases, "0")).toBe(taken);
    await second.membership.beat();
    expect(shardsOf(second)).toEqual([1]);
  });

  test("what was lost meanwhile and taken anew stays, under its new epoch", async () => {
    const group = new Group();
    const [first, second] = [await group.join(), await group.join()];
    const stale = first.lease(0)!;
    await members.redis.hset(group.keys.leases, "0", `${first.id} ${stale.epoch} 1`);
    await first.membership.beat();
    const anew = first.lease(0)!;
    await group.beat([second]);
    expect(anew.epoch).not.toBe(stale.epoch);
    expect(await first.membership.handOver([stale])).toEqual([]);
    expect(first.lease(0)).toBe(anew);
  });

  test("what was to be handed over when its owner leaves is free with the rest", async () => {
    const group = new Group();
    const [first, second] = [await group.join(), await group.join()];
    await group.beat([second]);
    const { epoch } = first.lease(0)!;
    const handedOver = first.membership.handOver([first.lease(0)!]);
    await group.leave(first);
    expect(await handedOver).toEqual([]);
    expect(await members.redis.hget(group.keys.leases, "0")).toBe(`- ${epoch} 0`);
  });
});

test("a beat costs 11 commands alone, and 12 among however many", async () => {
  const group = new Group();
  const counts: number[] = [];
  for (const processes of [1, 2, 3, 9]) {
    while (group.all.length < processes) await group.join();
    await group.settle();
    const commands = await commandsOf(members.redis, () => group.all[0]!.membership.beat());
    counts.push(Object.values(commands).reduce((sum, calls) => sum + calls, 0));
  }
  expect(counts).toEqual([11, 12, 12, 12]);
});

test.each([
  ["anywhere", [0, 2, 4, 6, 8, 10, 12, 200]],
  ["in every third shard, which go to the same one where nobody looks", [2, 5, 8, 11, 14, 17, 20, 23]],
])(
  "the organizations of a process that leaves go to those that take its part, as many to each: %s",
  async (_where, linked) => {
    const group = new Group();
    const old = await group.join();
    const next = await Promise.all([0, 1, 2].map(() => group.join({ image: "sha256:cd" })));
    await group.beat();
    await old.membership.leave(new Map(linked.map((shard) => [shard, 1])));
    await group.beat(next);
    const connected = next.map((member) => shardsOf(member).filter((shard) => linked.includes(shard)).length);
    expect(connected.toSorted()).toEqual([2, 3, 3]);
    expect(next.map(held).toSorted()).toEqual([85, 85, 86]);
  },
);

describe("processes of another image", () => {
  test("wait, however many they are, and share what is released", async () => {
    const group = new Group();
    const old = await group.join();
    const next = [await group.join({ image: "sha256:cd" }), await group.join({ image: "sha256:cd" })];
    await group.settle();
    expect(group.parts).toEqual([SHARDS, 0, 0]);
    await group.leave(old);
    await group.beat();
    expect(next.map(held)).toEqual([128, 128]);
  });

  test("get nothing of what equals hand over to each other", async () => {
    const group = new Group();
    const first = await group.join();
    const waiting = await group.join({ image: "sha256:cd" });
    const second = await group.join();
    await group.settle();
    expect([held(first), held(waiting), held(second)]).toEqual([128, 0, 128]);
  });
});

type Step =
  | { readonly kind: "join"; readonly image: number }
  | { readonly kind: "leave" | "kill" | "drain"; readonly member: number };

const step = (images: number): fc.Arbitrary<Step> =>
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ kind: fc.constant("join" as const), image: fc.nat(images - 1) }) },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constantFrom("leave", "kill", "drain"), member: fc.nat(7) }),
    },
  );

/** What the processes of one image hold that take shards. */
class Deployment extends Group {
  readonly #draining = new Set<Member>();
  readonly #images = new Map<Member, number>();

  async take(next: Step): Promise<void> {
    if (next.kind === "join") {
      const member = await this.join({ image: `sha256:${next.image}` });
      this.#images.set(member, next.image);
      return;
    }
    const member = this.all[next.member % Math.max(1, this.all.length)];
    if (member === undefined) return;
    if (next.kind === "leave") await this.leave(member);
    else if (next.kind === "kill") await this.kill(member);
    else {
      member.membership.stopTaking();
      this.#draining.add(member);
    }
  }

  get takers(): Member[] {
    return this.all.filter((member) => !this.#draining.has(member));
  }

  /** Unless nobody takes any: all shards are held, once, in parts that differ by one at the most. */
  expectEven(): void {
    const shards = this.all.flatMap(shardsOf);
    expect(new Set(shards).size).toBe(shards.length);
    if (this.takers.length > 0) expect(shards.length).toBe(SHARDS);
    for (const image of new Set(this.#images.values())) {
      const parts = this.takers.filter((member) => this.#images.get(member) === image).map(held);
      if (parts.length > 0) expect(Math.max(...parts) - Math.min(...parts)).toBeLessThanOrEqual(1);
    }
  }

  async expectStill(): Promise<void> {
    const before = [this.acquired, ...this.all.flatMap((member) => member.membership.leases)];
    for (let beat = 0; beat < 3; beat++) {
      await this.beat();
      for (const member of this.all) expect(member.over).not.toHaveBeenCalled();
    }
    expect([this.acquired, ...this.all.flatMap((member) => member.membership.leases)]).toEqual(before);
  }
}

describe("whatever comes, goes and dies", () => {
  const orders = fc.infiniteStream(fc.nat());

  test(`of several images: within ${BEATS} beats the parts are even and every shard is held, and then nothing moves`, async () => {
    const bursts = fc.array(fc.array(step(2), { minLength: 1, maxLength: 3 }), {
      minLength: 2,
      maxLength: 5,
    });
    await fc.assert(
      fc.asyncProperty(bursts, orders, async (history, random) => {
        const deployment = new Deployment();
        const shuffled = (): Member[] =>
          deployment.all
            .map((member) => [random.next().value as number, member] as const)
            .toSorted(([a], [b]) => a - b)
            .map(([, member]) => member);
        for (const burst of history) {
          for (const next of burst) {
            await deployment.take(next);
            // Some see it before the next thing happens.
            const slow = (random.next().value as number) % 2 === 0;
            await deployment.beat(shuffled().slice(0, 2), slow);
          }
          for (let beat = 0; beat < BEATS; beat++) await deployment.beat(shuffled());
          deployment.expectEven();
          await deployment.expectStill();
        }
        await members.allLeave();
      }),
      { numRuns: 60 },
    );
  });

  test("of one image: no shard moves that need not", async () => {
    let moved = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step(1), { minLength: 3, maxLength: 8 }), async (history) => {
        const deployment = new Deployment();
        for (const next of history) {
          const before = new Map(deployment.all.map((member) => [member, held(member)]));
          const acquired = new Map(deployment.all.map((member) => [member, sumOf(member)]));
          await deployment.take(next);
          await deployment.settle();
          for (const member of deployment.all) {
            const got = sumOf(member) - (acquired.get(member) ?? 0);
            moved += got;
            expect(got).toBe(Math.max(0, held(member) - (before.get(member) ?? 0)));
          }
        }
        await members.allLeave();
      }),
      { numRuns: 60 },
    );
    expect(moved).toBeGreaterThan(60 * SHARDS);
  });
});

function sumOf({ acquired }: Member): number {
  return acquired.mock.calls.reduce((sum, [leases]) => sum + leases.length, 0);
}
