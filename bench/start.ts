import { mkdtemp, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { LocalDeployment } from "../worker/dev/deployment.ts";
import type { Phone } from "../worker/dev/whatsapp/phone.ts";
import { ENTRY, keep } from "../worker/image/bundle-store.ts";
import { compile } from "../worker/image/compile.ts";
import { warm } from "../worker/image/warm.ts";

/** Time from starting the process to the receipt of a message that waited for it; with the bundle and without. */
const { values } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: "string", default: "10" } },
});
const rounds = Number(values.rounds);
const folder = await mkdtemp(join(tmpdir(), "bench-"));
const cache = join(folder, "compile-cache");
const { directory, bytes } = await keep((await compile()).files, join(folder, "bundles"));
warm(directory, cache);

const deployment = await LocalDeployment.start({ answering: () => "ok" });
try {
  const phone = await paired();
  const customer = deployment.whatsapp.contact();
  const variants = {
    sources: () => deployment.worker(),
    bundle: () => deployment.worker({ NODE_COMPILE_CACHE: cache }, join(directory, ENTRY)),
  };
  const taken = { sources: [] as number[], bundle: [] as number[] };
  // The first round warms what the machine caches, and does not count.
  for (let round = 0; round <= rounds; round++) {
    for (const variant of ["sources", "bundle"] as const) {
      const id = customer.write(phone, `${variant} ${round}`);
      await phone.waitFor(() => phone.pending > 0);
      const began = performance.now();
      const worker = variants[variant]();
      await phone.waitFor(() => phone.pending === 0);
      if (round > 0) taken[variant].push(performance.now() - began);
      await customer.waitFor(() => customer.receipts.some((receipt) => receipt.id === id));
      await worker.stop();
    }
  }
  report(taken, bytes);
} finally {
  await deployment.stop();
  await rm(folder, { recursive: true, force: true });
}

async function paired(): Promise<Phone> {
  const worker = deployment.worker();
  await worker.ready();
  await deployment.addOrganization("ana");
  const phone = await deployment.pair("ana");
  await worker.stop();
  return phone;
}

function report(taken: Readonly<Record<"sources" | "bundle", number[]>>, size: number): void {
  const ms = (value: number): string => `${Math.round(value)} ms`;
  for (const [name, times] of Object.entries(taken)) {
    const sorted = times.toSorted((a, b) => a - b);
    const [fastest = NaN, slowest = NaN] = [sorted[0], sorted.at(-1)];
    console.log(`${name.padEnd(8)} median ${ms(median(times))} (${ms(fastest)} to ${ms(slowest)})`);
  }
  console.log(`ratio    ${(median(taken.bundle) / median(taken.sources)).toFixed(2)}`);
  console.log(
    [
      `\n${rounds} rounds, in turn, after one that does not count: from starting the process to its receipt for a`,
      "message that waited; one linked number; Redis, WhatsApp simulator and AI on the loopback of this machine",
      `(${cpus().length} × ${cpus()[0]?.model.trim()}, Node ${process.version}). The sources are node worker/main.ts,`,
      `the bundle ${(size / 1e6).toFixed(1)} MB with a compile cache filled by one start that ended at its configuration.`,
    ].join("\n"),
  );
}

function median(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[times.length >> 1] ?? NaN;
}
