import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { FAULTS, faultName, FaultTrial } from "../worker/dev/stacks/fault-fixture.ts";
import { targets } from "../worker/dev/stacks/targets-fixture.ts";

/**
 * Every single call of an `up` from nothing goes wrong in turn, in every way, on each emulated host: whether the next
 * `up` ends in the same state with nothing doubled, and `destroy` leaves nothing. An hour and a half in all;
 * `npm run bench -- faults fly --fault "cut after"` for one host and one way.
 */
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { fault: { type: "string" } },
});
const chosen = positionals.slice(1);
const faults = FAULTS.filter((fault) => values.fault === undefined || faultName(fault) === values.fault);
const names = (Object.keys(targets) as (keyof typeof targets)[]).filter(
  (name) => chosen.length === 0 || chosen.includes(name),
);
console.log(
  `${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}; emulated hosts on the same machine.`,
);

let broken = 0;
for (const name of names) {
  const ends: (() => Promise<void>)[] = [];
  try {
    const trial = await FaultTrial.prepare(targets[name], (end) => void ends.push(end));
    const baseline = await trial.baseline();
    const counts: Record<string, { done: number; failed: number }> = {};
    for (const fault of faults) {
      const count = (counts[faultName(fault)] = { done: 0, failed: 0 });
      for (let nth = 0; nth < baseline.calls; nth++) {
        try {
          const { first } = await trial.run(nth, fault, baseline);
          count[first]++;
        } catch (error) {
          broken++;
          console.log(`${name}: ${(error as Error).message}`);
          await trial.giveUp(Number.MAX_SAFE_INTEGER, fault);
        }
      }
      process.stderr.write(`${name}: ${faultName(fault)}, ${baseline.calls} calls\n`);
    }
    console.log(`\n${name}: ${baseline.calls} calls of an up from nothing, each going wrong`);
    for (const [fault, { done, failed }] of Object.entries(counts))
      console.log(
        `  ${fault.padEnd(12)} got over by the same up ${String(done).padStart(3)}, by the next ${String(failed).padStart(3)}`,
      );
  } finally {
    for (const end of ends.toReversed()) await end();
  }
}
console.log(`\n${broken} of them ended otherwise`);
process.exitCode = broken === 0 ? 0 : 1;
