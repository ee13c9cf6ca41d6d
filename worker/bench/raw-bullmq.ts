import { setTimeout as delay } from "node:timers/promises";
import { Queue, Worker } from "bullmq";
import { patience } from "../adapters/redis/connect.ts";
import { startRedisServer } from "../dev/redis-server.ts";

/** Ms of each job from before it is added until it is done, at this rate: what the queue alone costs. */
export async function rawJobs({
  perSecond,
  seconds,
}: {
  readonly perSecond: number;
  readonly seconds: number;
}): Promise<number[]> {
  const server = await startRedisServer();
  const connection = { url: server.url, ...patience };
  const queue = new Queue("raw", { connection, defaultJobOptions: { removeOnComplete: true } });
  const added = new Map<number, number>();
  const waits: number[] = [];
  const worker = new Worker("raw", async () => {}, { connection, concurrency: 50 });
  worker.on("completed", ({ data }: { data: { number: number } }) => {
    waits.push(performance.now() - (added.get(data.number) ?? NaN));
  });
  try {
    await worker.waitUntilReady();
    const began = performance.now();
    for (let number = 0; number < perSecond * seconds; number++) {
      await delay(Math.max(0, began + (number * 1_000) / perSecond - performance.now()));
      added.set(number, performance.now());
      await queue.add("job", { number });
    }
    while (waits.length < perSecond * seconds) await delay(10);
    return waits;
  } finally {
    await worker.close();
    await queue.close();
    await server.stop();
  }
}
