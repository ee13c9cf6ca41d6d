import { Queue, Worker } from "bullmq";
import { Redis } from "ioredis";
import { patience } from "../adapters/redis/connect.ts";
import { startRedisServer } from "../dev/redis-server.ts";
import { machine, median, type Benchmark } from "./figure.ts";
import { openPipeline } from "./pipeline.ts";

const CONCURRENCY = 50;
/** Each writes the next message when the answer to the one before is acked. */
const CONVERSATIONS = 100;
const ROUNDS = 7;
const AIM = 0.8;

/**
 * Messages a second through the whole pipeline, against BullMQ alone: add, process and complete a job per message, with as many
 * calls of a script that does nothing as ours makes.
 */
export const throughput: Benchmark = async ({ quick, say }) => {
  const perRound = quick ? 200 : 3_000;
  const rounds = quick ? 2 : ROUNDS;
  const server = await startRedisServer();
  const observer = new Redis(server.url);
  const pipeline = await openPipeline(server.url, CONCURRENCY);
  const ours = await perMessage(observer, pipeline.message);
  // What BullMQ calls by itself for a job is in both.
  const bare = await openRaw(server.url, 0);
  const calls = ours.scripts - (await perMessage(observer, bare.message)).scripts;
  await bare.close();
  const raw = await openRaw(server.url, calls);
  try {
    const rates = { ours: [] as number[], raw: [] as number[] };
    // The first round warms up, and does not count.
    for (let round = 0; round <= rounds; round++) {
      say(`throughput: round ${round} of ${rounds}`);
      const [through, alone] = [await rate(perRound, pipeline.message), await rate(perRound, raw.message)];
      if (round === 0) continue;
      rates.ours.push(through);
      rates.raw.push(alone);
    }
    const value = median(rates.ours);
    const baseline = median(rates.raw);
    const ratios = rates.ours.map((each, index) => each / rates.raw[index]!).toSorted((a, b) => a - b);
    return [
      {
        name: "messages a second through the pipeline",
        value,
        unit: "messages/s",
        interval: [Math.min(...rates.ours), Math.max(...rates.ours)],
        baseline: {
          what: `BullMQ alone, a job and ${calls} calls of an empty script per message, in turn`,
          value: baseline,
        },
        ratio: value / baseline,
        aim: { what: `at least ${AIM} of it`, met: value / baseline >= AIM },
        setUp:
          `${rounds} rounds of ${perRound} messages of ${CONVERSATIONS} conversations, ${CONCURRENCY} turns at once, WhatsApp and AI ` +
          `answer at once in the process; least and most of the rounds, ratios ${ratios.map((ratio) => ratio.toFixed(2)).join(", ")}; ` +
          `${ours.all} commands per message altogether, those inside scripts included; ${machine()}`,
      },
    ];
  } finally {
    await raw.close();
    await pipeline.close();
    observer.disconnect();
    await server.stop();
  }
};

type Send = (chat: string) => Promise<void>;

async function rate(messages: number, send: Send): Promise<number> {
  let left = messages;
  const began = performance.now();
  await Promise.all(
    Array.from({ length: CONVERSATIONS }, async (_, number) => {
      while (left-- > 0) await send(`55119${number}@lid`);
    }),
  );
  return messages / ((performance.now() - began) / 1_000);
}

interface Counts {
  /** Calls of scripts. */
  readonly scripts: number;
  /** All commands, those inside scripts included. */
  readonly all: number;
}

/** What the server counts for a message that comes alone. */
async function perMessage(redis: Redis, send: Send): Promise<Counts> {
  const messages = 50;
  await send("1@lid");
  const before = await counts(redis);
  for (let number = 0; number < messages; number++) await send("1@lid");
  const after = await counts(redis);
  const each = (count: number): number => Math.round(count / messages);
  return { scripts: each(after.scripts - before.scripts), all: each(after.all - before.all) };
}

async function counts(redis: Redis): Promise<Counts> {
  const stats = (await redis.info("commandstats")).matchAll(/cmdstat_evalsha:calls=(\d+)/g);
  const all = Number(/total_commands_processed:(\d+)/.exec(await redis.info("stats"))?.[1]);
  return { scripts: Number([...stats][0]?.[1] ?? 0), all };
}

async function openRaw(url: string, calls: number): Promise<{ message: Send; close(): Promise<void> }> {
  const connection = { url, ...patience };
  const redis = new Redis(url, patience);
  const sha = (await redis.script("LOAD", "return 1")) as string;
  const queue = new Queue("raw", { connection, defaultJobOptions: { removeOnComplete: true } });
  const done = new Map<string, () => void>();
  const worker = new Worker(
    "raw",
    async () => {
      for (let call = 0; call < calls; call++) await redis.evalsha(sha, 0);
    },
    { connection, concurrency: CONCURRENCY },
  );
  worker.on("completed", ({ data }: { data: { chat: string } }) => done.get(data.chat)?.());
  await worker.waitUntilReady();
  return {
    message: async (chat) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      done.set(chat, resolve);
      await queue.add("job", { chat });
      await promise;
    },
    close: async () => {
      await worker.close();
      await queue.close();
      redis.disconnect();
    },
  };
}
