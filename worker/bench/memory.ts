import { setTimeout as delay } from "node:timers/promises";
import { Station } from "../dev/usage/station.ts";
import { processFigures } from "../dev/usage/process-figures.ts";
import { withBundle } from "./bundled.ts";
import { machine, type Benchmark } from "./figure.ts";

const SETTLE_MS = 20_000;
const AIM_MB = 200;

/** Resident memory of a process that holds so many numbers, all of them idle. */
export const memory: Benchmark = ({ quick, say }) =>
  withBundle(async (main) => {
    const figures = [];
    let empty = NaN;
    for (const sessions of quick ? [0, 5] : [0, 50, 100]) {
      say(`memory: ${sessions} numbers are linked`);
      const station = await Station.start({ sessions, answer: "ok", main });
      try {
        await delay(quick ? 2_000 : SETTLE_MS);
        const { memoryMb, peakMemoryMb } = await processFigures(station.worker.pid);
        if (sessions === 0) empty = memoryMb;
        figures.push({
          name: `memory with ${sessions} idle numbers`,
          value: memoryMb,
          unit: "MB RSS",
          ...(sessions === 0
            ? {}
            : { baseline: { what: "the same without a number", value: empty }, ratio: memoryMb / empty }),
          aim: { what: `< ${AIM_MB} MB`, met: memoryMb < AIM_MB },
          setUp: `the bundled worker, ${quick ? 2 : SETTLE_MS / 1_000} s after the last number was linked; at its peak, while linking, ${peakMemoryMb.toFixed(0)} MB; ${machine()}`,
        });
      } finally {
        await station.stop();
      }
    }
    return figures;
  });
