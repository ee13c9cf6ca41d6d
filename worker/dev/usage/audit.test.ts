import { Redis } from "ioredis";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { oxy } from "../oxy.ts";
import { CountedRedis } from "./counted-redis.ts";
import { PlainBullMq, VERSIONS } from "./plain-bullmq.ts";
import { ScriptCommands } from "./script-commands.ts";

const SECONDS = 15;
/** What the audit may be wrong by. */
const TOLERANCE = 0.05;
const JOBS = 60;
const READS = 400;

interface Seen {
  readonly from: string;
  readonly to: string;
  readonly jobs: number;
  readonly seen: {
    readonly client: { readonly counted: number; readonly atMost: number };
    readonly all: number;
  };
}

const rows: string[] = [];

afterAll(() => {
  process.stdout.write(
    `\nCommands in ${SECONDS} s, of clients by the audit and by the proxy, of scripts by the audit and by MONITOR:\n${rows.join("\n")}\n`,
  );
});

describe("the audit counts what a proxy in front of the Redis and MONITOR saw", () => {
  test.each(Object.entries(VERSIONS))(
    "BullMQ %s, at rest and at work",
    async (version, bullmq) => {
      const redis = await counted();
      const plain = await PlainBullMq.start(bullmq, redis);
      onTestFinished(() => plain.stop());
      const { clients, scripts, rates } = await audited(redis, () => plain.work(JOBS));
      const inside = rates.seen.all - rates.seen.client.counted;
      note(`BullMQ ${version}`, [rates.seen.client.counted, clients, inside, scripts]);
      expect(rates.jobs).toBe(JOBS);
      expect(off(rates.seen.client.counted, clients)).toBeLessThan(TOLERANCE);
      expect(off(rates.seen.all, clients + scripts)).toBeLessThan(TOLERANCE);
    },
    90_000,
  );

  test("a cache that shares the Redis, whose reads could be a script's", async () => {
    const redis = await counted();
    const plain = await PlainBullMq.start(VERSIONS[5], redis);
    onTestFinished(() => plain.stop());
    const cache = new Redis(redis.url);
    onTestFinished(() => cache.disconnect());
    const { clients, scripts, rates } = await audited(redis, async () => {
      await plain.work(JOBS);
      for (let read = 0; read < READS; read++) await cache.get(`page:${read}`);
    });
    note("with a cache", [
      rates.seen.client.counted,
      clients,
      rates.seen.all - rates.seen.client.counted,
      scripts,
    ]);
    expect(off(rates.seen.all, clients + scripts)).toBeLessThan(TOLERANCE);
    // By counters alone they cannot be told apart for certain: the truth lies between.
    expect(rates.seen.client.counted).toBeLessThanOrEqual(clients * (1 + TOLERANCE));
    expect(rates.seen.client.atMost).toBeGreaterThanOrEqual(clients * (1 - TOLERANCE));
  }, 90_000);
});

async function counted(): Promise<CountedRedis> {
  const redis = await CountedRedis.start();
  onTestFinished(() => redis.stop());
  return redis;
}

/** Audits while that work is done, and counts what it ought to have seen in the time that it says. */
async function audited(redis: CountedRedis, work: () => Promise<void>) {
  const inScripts = await ScriptCommands.watch(redis.directUrl);
  onTestFinished(() => inScripts.stop());
  const auditing = auditOf(redis.directUrl);
  // Within the time that is watched: it begins once the command has started.
  await new Promise((resolve) => setTimeout(resolve, (SECONDS * 1_000) / 3));
  await work();
  const rates = await auditing;
  const [from, to] = [Date.parse(rates.from), Date.parse(rates.to)];
  const within = (times: readonly number[]): number => times.filter((at) => at >= from && at <= to).length;
  return { rates, clients: within(redis.sentAt), scripts: within(inScripts.ranAt) };
}

async function auditOf(url: string): Promise<Seen> {
  for await (const answer of oxy(["audit", url, "--seconds", `${SECONDS}`], {}))
    if (answer.kind === "result") return (answer as unknown as { rates: Seen }).rates;
  throw new Error("the audit said nothing");
}

function off(value: number, truth: number): number {
  return Math.abs(value - truth) / truth;
}

function note(what: string, counts: readonly number[]): void {
  rows.push(`${what.padEnd(14)}${counts.map((count) => String(count).padStart(8)).join("")}`);
}
