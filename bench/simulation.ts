import { cpus } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { recordedArrivals } from "../infra/compare/capacity/arrivals.ts";
import { agreementAt, WORKER } from "../infra/compare/capacity/capacity-fixture.ts";
import type { CapacityInput } from "../infra/compare/capacity/input.ts";
import { quantileOf, quantilesOf } from "../infra/compare/capacity/quantiles.ts";
import { simulate } from "../infra/compare/capacity/simulate.ts";
import { LocalDeployment } from "../worker/dev/deployment.ts";
import { Load } from "../worker/dev/load/load.ts";
import { NamingAi } from "../worker/dev/load/naming-ai.ts";
import { RedisProxy } from "../worker/dev/proxies/redis-proxy.ts";
import { startRedisServer } from "../worker/dev/redis-server.ts";
import { processFigures } from "../worker/dev/usage/process-figures.ts";
import type { Phone } from "../worker/dev/whatsapp/phone.ts";

/**
 * How fast the simulation of `oxy compare` is, how far it is from Erlang C, and with `--worker` how far from the real
 * worker: the same messages at the same times, with the same times of the AI, on a real Redis and the simulated
 * WhatsApp. `npm run bench -- simulation --worker` takes about five minutes on two free cores.
 */
const { values } = parseArgs({
  allowPositionals: true,
  options: {
    worker: { type: "boolean", default: false },
    messages: { type: "string", default: "500000" },
  },
});

const [processor] = cpus();
console.log(`${cpus().length} × ${processor?.model.trim()}, Node ${process.version}\n`);

function speed(messages: number): void {
  const input: CapacityInput = {
    ...WORKER,
    arrivals: { perSecond: 10, durationMs: messages * 100, sessions: 50 },
    processes: 2,
    storeRttMs: 119,
  };
  const rates: number[] = [];
  // The first round is compiled while it runs, and does not count.
  for (let round = 0; round <= 5; round++) {
    const began = performance.now();
    const { arrived } = simulate({ ...input, seed: round });
    if (round > 0) rates.push(arrived / ((performance.now() - began) / 1_000));
  }
  const sorted = Float64Array.from(rates).toSorted();
  const thousands = (rate: number): number => Math.round(rate / 1_000);
  console.log(
    `${thousands(quantileOf(sorted, 0.5))} thousand simulated messages/s ` +
      `(median of 5 rounds of ${messages}; ${Array.from(sorted, thousands).join(", ")})\n`,
  );
}

function erlang(): void {
  console.log("Against Erlang C; 20 replications of 20,000 messages, waits in units of the mean service:");
  console.log("slots  utilisation      mean wait          p95 wait        error of the mean");
  for (const servers of [1, 5, 50])
    for (const utilisation of [0.5, 0.7, 0.8, 0.9, 0.95]) {
      const agreement = agreementAt(utilisation, servers, 20_000);
      const { theory, simulated, within, theoryP95, simulatedP95 } = agreement;
      const pair = (one: number, other: number): string => `${one.toFixed(4)} / ${other.toFixed(4)}`;
      console.log(
        `${String(servers).padStart(5)}${utilisation.toFixed(2).padStart(13)}` +
          `${pair(simulated, theory).padStart(20)}${pair(simulatedP95, theoryP95).padStart(20)}` +
          `${percent(simulated / theory - 1).padStart(10)} ± ${percent(within / theory).trim()}`,
      );
    }
  console.log("(simulated / Erlang C; ± is half of the 99.9% confidence interval)\n");
}

interface Trial {
  readonly name: string;
  readonly perSecond: number;
  readonly seconds: number;
  readonly concurrency: number;
  readonly storeRttMs: number;
}

const HOLDING = "Um momento.";
const FALLBACK = "Hoje não consigo.";
const ORGANIZATIONS = 5;
const CONVERSATIONS = 200;
/** Each customer writes once before it counts: the first message of all sets up encryption. */
const WARM_UP_MS = 20_000;

async function worker(): Promise<void> {
  await withWorker({ concurrency: 50, organizations: 1 }, roundTrips);
  const trials: readonly Trial[] = [
    { name: "half of what 5 slots can", perSecond: 0.7, seconds: 35, concurrency: 5, storeRttMs: 0 },
    { name: "all that 5 slots can", perSecond: 1.4, seconds: 35, concurrency: 5, storeRttMs: 0 },
    { name: "more than 5 slots can", perSecond: 2.5, seconds: 20, concurrency: 5, storeRttMs: 0 },
    { name: "the same on 50 slots", perSecond: 2.5, seconds: 25, concurrency: 50, storeRttMs: 0 },
    { name: "the store 100 ms away", perSecond: 2.5, seconds: 25, concurrency: 50, storeRttMs: 100 },
  ];
  console.log("Against the real worker; AI 2 to 5 s; times in s, worker / simulation:");
  console.log(
    `${"".padEnd(26)}slots  arrive  mean          p50           p95           late share      error of p50, p95`,
  );
  for (const trial of trials) await compared(trial);
}

async function compared({ name, perSecond, seconds, concurrency, storeRttMs }: Trial): Promise<void> {
  const input: CapacityInput = {
    ...WORKER,
    arrivals: {
      perSecond,
      durationMs: seconds * 1_000,
      sessions: ORGANIZATIONS,
      conversations: CONVERSATIONS,
    },
    ai: { kind: "uniform", fromMs: 2_000, toMs: 5_000 },
    concurrency,
    storeRttMs,
    whatsappRttMs: 0,
  };
  const parts = { concurrency, organizations: ORGANIZATIONS };
  const { report, cpuMs } = await withWorker(parts, async ({ deployment, proxy, ai, phones, pid }) => {
    const warmUp = Array.from({ length: CONVERSATIONS }, (_, conversation) => ({
      atMs: (conversation * WARM_UP_MS) / 2 / CONVERSATIONS,
      conversation,
      aiMs: 0,
      text: "oi",
    }));
    const recorded = recordedArrivals(input).map(({ atMs, conversation, aiMs }) => ({
      atMs: atMs + WARM_UP_MS,
      conversation,
      aiMs,
      text: "Qual é o preço?",
    }));
    const load = new Load(
      {
        arrivals: [...warmUp, ...recorded],
        holdingMessage: HOLDING,
        fallbackMessage: FALLBACK,
        patienceMs: 60_000,
        settleMs: 0,
      },
      { whatsapp: deployment.whatsapp, ai, phones },
    );
    // Numbers and customers are there before the store is far away.
    const far = delay(WARM_UP_MS * 0.9).then(() => (proxy.latency = [storeRttMs, storeRttMs]));
    const began = await processFigures(pid);
    const written = await load.run(new AbortController().signal);
    await far;
    const { cpuMs: used } = await processFigures(pid);
    return { report: written, cpuMs: (used - began.cpuMs) / (warmUp.length + recorded.length) };
  });
  const replies = report.observations
    .filter(({ dueMs }) => dueMs >= WARM_UP_MS)
    .map(({ dueMs, seenMs }) => {
      if (seenMs === undefined) throw new Error(`${name}: a message was not answered`);
      return seenMs - dueMs;
    });
  const real = quantilesOf(new Float64Array(replies));
  const { times, lateShare } = simulate({ ...input, processor: { msPerMessage: cpuMs, share: 1 } });
  if (real === undefined || times === undefined) throw new Error(`${name}: nobody wrote`);
  const late = replies.filter((reply) => reply > input.objectiveMs).length / replies.length;
  const pair = (one: number, other: number): string =>
    `${(one / 1_000).toFixed(2)} / ${(other / 1_000).toFixed(2)}`.padEnd(14);
  console.log(
    `${name.padEnd(26)}${String(concurrency).padStart(5)}${perSecond.toFixed(1).padStart(6)}/s  ` +
      `${pair(real.mean, times.reply.mean)}${pair(real.p50, times.reply.p50)}${pair(real.p95, times.reply.p95)}` +
      `${`${percent(late)} / ${percent(lateShare ?? 0)}`.padEnd(16)}` +
      `${percent(times.reply.p50 / real.p50 - 1)}, ${percent(times.reply.p95 / real.p95 - 1)}` +
      `   (${replies.length} messages, ${cpuMs.toFixed(0)} ms of CPU each)`,
  );
}

/** From what a reply takes longer when the store is further away, to the AI and from it. */
async function roundTrips({ deployment, proxy, ai, phones: [phone] }: Parts): Promise<void> {
  if (phone === undefined) throw new Error("there is no number");
  const contact = deployment.whatsapp.contact();
  const took: { readonly before: number; readonly after: number }[] = [];
  for (const awayMs of [0, 100]) {
    proxy.latency = [awayMs, awayMs];
    const rounds: { before: number; after: number }[] = [];
    // The first two set up encryption, and what is left of the round before.
    for (let round = 0; round < 9; round++) {
      const shown = contact.displayed.length;
      const thoughts = ai.attend([0]);
      const writtenAt = performance.now();
      contact.write(phone, `Oi #0`);
      await contact.waitFor(() => contact.displayed.length > shown, 30_000);
      const seenAt = performance.now();
      const askedAt = thoughts.get(0)?.askedAt ?? Number.NaN;
      if (round >= 2) rounds.push({ before: askedAt - writtenAt, after: seenAt - askedAt });
      // Until the ack is recorded and nothing is under way.
      await delay(500 + 4 * awayMs);
    }
    const median = (times: readonly number[]): number => quantileOf(Float64Array.from(times).toSorted(), 0.5);
    took.push({
      before: median(rounds.map(({ before }) => before)),
      after: median(rounds.map(({ after }) => after)),
    });
  }
  const [near, far] = took;
  if (near === undefined || far === undefined) throw new Error("nothing was measured");
  const { receive, wake, notice, fetch, begin, commit, send } = WORKER.trips;
  console.log(
    "Round trips to the store that a reply waits for, measured / simulated: " +
      `${((far.before - near.before) / 100).toFixed(1)} / ${receive + wake + notice + fetch + begin} until the AI is asked, ` +
      `${((far.after - near.after) / 100).toFixed(1)} / ${commit + send} after it has answered\n`,
  );
}

interface Parts {
  readonly deployment: LocalDeployment;
  readonly proxy: RedisProxy;
  readonly ai: NamingAi;
  readonly phones: readonly Phone[];
  readonly pid: number;
}

/** One worker of its own, with its numbers; ended when `use` is. */
async function withWorker<Result>(
  { concurrency, organizations }: { readonly concurrency: number; readonly organizations: number },
  use: (parts: Parts) => Promise<Result>,
): Promise<Result> {
  const redis = await startRedisServer();
  const proxy = await RedisProxy.start(redis.url);
  const ai = new NamingAi(() => "Claro!");
  const deployment = await LocalDeployment.start({ answering: ai.answering, redisUrl: proxy.url });
  try {
    const process = deployment.worker({ OXY_CONCURRENCY: String(concurrency) });
    await process.ready();
    const phones: Phone[] = [];
    for (let count = 0; count < organizations; count++) {
      await deployment.addOrganization(`org-${count}`, ["--holding-message", HOLDING]);
      phones.push(await deployment.pair(`org-${count}`));
    }
    return await use({ deployment, proxy, ai, phones, pid: process.pid });
  } finally {
    proxy.latency = [0, 0];
    await deployment.stop();
    await proxy.close();
    await redis.stop();
  }
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)}%`;
}

speed(Number(values.messages));
erlang();
if (values.worker) await worker();
