import { afterAll, describe, expect, test } from "vitest";
import { table } from "../scenarios/table.ts";
import { engine } from "./engine-fixture.ts";
import { FAULTS, FaultTrial } from "./fault-fixture.ts";
import { randomFrom } from "./kill-fixture.ts";
import { targets } from "./targets-fixture.ts";

/** How many of the calls go wrong; `npm run bench -- faults` lets each of them, in each way. */
const SAMPLE = Number(process.env["FAULTS_SAMPLE"] ?? 1);
/** Chooses them: the one that was printed chooses the same again. */
const SEED = Number(process.env["FAULTS_SEED"] ?? Math.floor(Math.random() * 2 ** 31));

const random = randomFrom(SEED);
const rows: string[][] = [];

describe.skipIf(engine === undefined)("a fault of a host's API (needs the Pulumi engine)", () => {
  afterAll(() => {
    if (rows.length === 0) return;
    console.info(
      `FAULTS_SEED=${SEED}\n${table(["host", "of calls", "call", "fault", "up", "it said"], rows)}`,
    );
  });

  test.each(Object.entries(targets))(
    "%s: at any call of an up, the next up ends in the same state, with nothing doubled, and destroy leaves nothing",
    async (host, target) => {
      const trial = await FaultTrial.prepare(target);
      const baseline = await trial.baseline();
      expect(baseline.calls).toBeGreaterThan(2);
      for (let round = 0; round < SAMPLE; round++) {
        const nth = Math.floor(random() * baseline.calls);
        const fault = FAULTS[Math.floor(random() * FAULTS.length)] ?? FAULTS[0];
        const outcome = await trial.run(nth, fault, baseline);
        const { call, fault: kind, first, said } = outcome;
        rows.push([host, `${nth}/${baseline.calls}`, call, kind, first, said]);
      }
      // Given up in the middle: what a failed up left is known to destroy.
      await trial.giveUp(
        Math.floor(random() * baseline.calls),
        FAULTS[Math.floor(random() * FAULTS.length)] ?? FAULTS[0],
      );
    },
    300_000,
  );
});
