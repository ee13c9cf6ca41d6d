import { setTimeout as delay } from "node:timers/promises";
import { LocalDeployment } from "../dev/deployment.ts";
import { processFigures } from "../dev/usage/process-figures.ts";
import { withBundle } from "./bundled.ts";
import { machine, type Benchmark, type Figure } from "./figure.ts";

const SETTLE_MS = 30_000;
const AIM_MB = 200;
/** Operators' commands at once: enough for two cores. */
const AT_ONCE = 2;

/** Resident memory of a process that was started with so many numbers linked, all of them connected and idle. */
export const memory: Benchmark = ({ quick, say }) =>
  withBundle(async (main) => {
    const counts = quick ? [0, 4] : [0, 50, 100];
    const settleMs = quick ? 2_000 : SETTLE_MS;
    const deployment = await LocalDeployment.start({ answering: () => "ok" });
    const figures: Figure[] = [];
    try {
      for (const [index, sessions] of counts.entries()) {
        const linked = counts[index - 1] ?? 0;
        say(`memory: ${sessions - linked} more numbers are linked`);
        await link(deployment, linked, sessions);
        say(`memory: a process with ${sessions} numbers starts, and idles for ${settleMs / 1_000} s`);
        const worker = deployment.worker({}, main);
        await worker.ready();
        await Promise.all(
          deployment.whatsapp.phones.map((phone) => phone.waitFor(() => phone.online, 120_000)),
        );
        await delay(settleMs);
        const { memoryMb, peakMemoryMb } = await processFigures(worker.pid);
        await worker.stop();
        const [empty] = figures;
        figures.push({
          name: `memory with ${sessions} idle numbers`,
          value: memoryMb,
          unit: "MB RSS",
          ...(empty === undefined
            ? {}
            : {
                baseline: { what: "the same without a number", value: empty.value },
                ratio: memoryMb / empty.value,
              }),
          aim: { what: `< ${AIM_MB} MB`, met: memoryMb < AIM_MB },
          setUp:
            `the bundled worker, all of its queues and jobs, ${settleMs / 1_000} s after its start; at its peak ` +
            `${peakMemoryMb.toFixed(0)} MB; ${machine()}`,
        });
      }
      return figures;
    } finally {
      await deployment.stop();
    }
  });

async function link(deployment: LocalDeployment, from: number, to: number): Promise<void> {
  if (from === to) return;
  const worker = deployment.worker();
  await worker.ready();
  for (let number = from; number < to; number += AT_ONCE) {
    const some = Array.from({ length: Math.min(AT_ONCE, to - number) }, (_, each) => `org-${number + each}`);
    await Promise.all(
      some.map(async (organization) => {
        await deployment.addOrganization(organization);
        await deployment.pair(organization);
      }),
    );
  }
  await worker.stop();
}
