import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { LocalDeployment } from "../worker/dev/deployment.ts";
import { catalogueEntries } from "../worker/dev/usage/catalogue-entries.ts";
import type { WorkerProcess } from "../worker/dev/worker-process.ts";

/**
 * How long a customer waits for an answer when the process that owns the number dies, freezes or is told to stop, while
 * another one waits to take over: from the signal, just after which they write, to the answer. By profile: a lease of
 * 45, 15 or 3 s.
 */
const { values } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "5" },
    json: { type: "boolean", default: false },
    yaml: { type: "boolean", default: false },
  },
});
const rounds = Number(values.rounds);
if (!(rounds >= 1)) throw new Error("expected at least 1 round");

const LEASE_SECONDS = { economy: "45", standard: "15", "fast-failover": "3" } as const;
const SIGNALS = { sigterm: "SIGTERM", sigkill: "SIGKILL", frozen: "SIGSTOP" } as const;
const ANSWERED_WITHIN_MS = 120_000;

// Each process that is started ends with this one.
process.setMaxListeners(0);
const facts: { id: string; unit: string; low: number; high: number; seconds: readonly number[] }[] = [];
const trials = Object.entries(LEASE_SECONDS).flatMap(([profile, lease]) =>
  Object.keys(SIGNALS).map(async (way) => {
    const waits: number[] = [];
    for (let round = 0; round < rounds; round++)
      waits.push(await trial(way as keyof typeof SIGNALS, lease, round / rounds));
    const seconds = waits.map((ms) => Math.round(ms) / 1_000).toSorted((one, other) => one - other);
    facts.push({
      id: `oxy/failover/${profile}/${way}-seconds`,
      unit: "s",
      low: seconds[0] ?? NaN,
      high: seconds.at(-1) ?? NaN,
      seconds,
    });
    process.stderr.write(`${profile} ${way}: ${seconds.join(", ")}\n`);
  }),
);
await Promise.all(trials);

const setUp =
  `${rounds} rounds; two workers on one Redis, one number, spread over the time between two heartbeats; WhatsApp ` +
  `simulator and an AI that answers at once, on the loopback (${cpus().length} × ${cpus()[0]?.model.trim()}, Node ${process.version})`;
if (values.json) console.log(JSON.stringify({ setUp, facts }, undefined, 2));
else if (values.yaml) console.log(catalogueEntries({ name: "failover", setUp, facts }));
else {
  console.log(`${setUp}\n`);
  for (const { id, low, high } of facts)
    console.log(`${id.padEnd(44)} ${low.toFixed(2)} to ${high.toFixed(2)} s`);
}

/** @param phase from 0 to 1: when in the owner's heartbeat it is struck */
async function trial(way: keyof typeof SIGNALS, leaseSeconds: string, phase: number): Promise<number> {
  const deployment = await LocalDeployment.start({
    answering: (text) => `re: ${text}`,
    environment: { OXY_LEASE_SECONDS: leaseSeconds },
  });
  try {
    const owner = await ready(deployment);
    await deployment.addOrganization("ana");
    const phone = await deployment.pair("ana");
    await ready(deployment);
    const customer = deployment.whatsapp.contact();
    const ask = (text: string): Promise<unknown> => {
      customer.write(phone, text);
      return customer.waitForMessage(`re: ${text}`, ANSWERED_WITHIN_MS);
    };
    await ask("before");
    const beatMs = (Number(leaseSeconds) * 1_000) / 3;
    await new Promise((resolve) => setTimeout(resolve, beatMs * phase));
    const began = performance.now();
    owner.signal(SIGNALS[way]);
    await ask("after");
    return performance.now() - began;
  } finally {
    await deployment.stop();
  }
}

async function ready(deployment: LocalDeployment): Promise<WorkerProcess> {
  const worker = deployment.worker();
  await worker.ready();
  return worker;
}
