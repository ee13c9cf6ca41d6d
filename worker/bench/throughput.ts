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
  const calls = await scriptCalls(observer, pipeline.message);
  const raw = await openRaw(server.url, calls.perMessage);
  try {
    const rates = { ours: [] as number[], raw: [] as number[] };
    // The first round warms up, and does not count.
    for (let round = 0; round <= rounds; round++) {
      say(`throughput: round ${round} of ${rounds}`);
      const ours = await rate(perRound, pipeline.message);
      const theirs = await rate(perRound, raw.message);
      if (round === 0) continue;
      rates.ours.push(ours);
      rates.raw.push(theirs);
    }
    const value = median(rates.ours);
    const baseline = median(rates.raw);
    const ratios = rates.ours.map((ours, index) => ours / rates.raw[index]!).toSorted((a, b) => a - b);
    return [
      {
        name: "messages a second through the pipeline",
        value,
        unit: "messages/s",
        interval: [Math.min(...rates.ours), Math.max(...rates.ours)],
        baseline: {
          what: `BullMQ alone, a job and ${calls.perMessage} calls of an empty script per message, in turn`,
          value: baseline,
        },
        ratio: value / baseline,
        aim: { what: `at least ${AIM} of it`, met: value / baseline >= AIM },
        setUp:
          `${rounds} rounds of ${perRound} messages of ${CONVERSATIONS} conversations, ${CONCURRENCY} turns at once, WhatsApp and AI ` +
          `answer at once in the process; least and most of the rounds, ratios ${ratios.map((ratio) => ratio.toFixed(2)).join(", ")}; ` +
          `${calls.inside} commands inside scripts per message, BullMQ's own included; ${machine()}`,
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

/** Calls of our own scripts for a message, by the server's count of all, less what BullMQ alone takes. */
async function scriptCalls(redis: Redis, send: Send): Promise<{ perMessage: number; inside: number }> {
  const messages = 50;
  await send("1@lid");
  const before = await counts(redis);
  for (let number = 0; number < messages; number++) await send("1@lid");
  const after = await counts(redis);
  const evals = (after.evals - before.evals) / messages;
  // BullMQ's: add, and completing with the move to the next.
  const ofBullMq = 2;
  return {
    perMessage: Math.round(evals) - ofBullMq,
    inside: Math.round((after.all - before.all) / messages - evals),
  };
}

async function counts(redis: Redis): Promise<{ evals: number; all: number }> {
  const info = await redis.info("everything");
  const calls = (name: string): number =>
    Number(new RegExp(`cmdstat_${name}:calls=(\\d+)`).exec(info)?.[1] ?? 0);
  return {
    evals: calls("evalsha") + calls("eval"),
    all: Number(/total_commands_processed:(\d+)/.exec(info)?.[1]),
  };
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
