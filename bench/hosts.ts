import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { resultOf } from "../worker/dev/stacks/conversation-fixture.ts";
import { Rehearsal } from "../worker/dev/stacks/rehearsal-fixture.ts";
import { awsTargets, targets } from "../worker/dev/stacks/targets-fixture.ts";

/** What commands take on emulated hosts, in seconds as a person waits for them, and in calls of the hosts' APIs. */
const { values } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: "string", default: "3" } },
});
const rounds = Number(values.rounds);

const [processor] = cpus();
console.log(
  `${cpus().length} × ${processor?.model}, Node ${process.version}; medians of ${rounds} rounds after one that does not ` +
    "count; emulated hosts and real workers on the same machine.\n",
);
console.log(`${"".padEnd(36)}seconds   API calls   of them writes`);
for (const [name, target] of Object.entries({ ...targets, ...awsTargets })) {
  const ends: (() => Promise<void>)[] = [];
  try {
    const rehearsal = await Rehearsal.prepare("staging", [0, 0], (end) => void ends.push(end));
    await rehearsal.configure(target, {}, false);
    const { apis, project } = rehearsal;
    const rows = new Map<string, { seconds: number[]; calls: number; writes: number }>();
    for (let round = 0; round <= rounds; round++) {
      for (const [what, args] of [
        ["preview, nothing deployed", ["preview"]],
        ["up, nothing deployed", ["up", "--yes"]],
        ["preview, no change", ["preview"]],
        ["up, no change", ["up", "--yes"]],
        ["destroy", ["destroy", "--yes"]],
      ] as const) {
        await apis.forget();
        const began = performance.now();
        resultOf(await project.must(args));
        const seconds = (performance.now() - began) / 1_000;
        const row = rows.get(what) ?? { seconds: [], calls: 0, writes: 0 };
        row.calls = (await apis.calls()).length;
        row.writes = (await apis.calls({ writes: true })).length;
        if (round > 0) row.seconds.push(seconds);
        rows.set(what, row);
      }
    }
    console.log(name);
    for (const [what, { seconds, calls, writes }] of rows) {
      const sorted = seconds.toSorted((one, other) => one - other);
      const median = sorted[Math.floor(sorted.length / 2)] ?? NaN;
      console.log(
        `  ${what.padEnd(34)}${median.toFixed(1).padStart(7)}${String(calls).padStart(12)}${String(writes).padStart(17)}`,
      );
    }
  } finally {
    for (const end of ends.toReversed()) await end();
  }
}
