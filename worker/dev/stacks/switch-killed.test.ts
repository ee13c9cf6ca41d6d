import { setTimeout as delay } from "node:timers/promises";
import { afterAll, describe, expect, test } from "vitest";
import { Crowd } from "../scenarios/crowd.ts";
import { resultOf } from "./conversation-fixture.ts";
import { engine } from "./engine-fixture.ts";
import { randomFrom, RunningCommand, VICTIMS } from "./kill-fixture.ts";
import { Rehearsal } from "./rehearsal-fixture.ts";
import type { StackAnswer } from "./stack-fixture.ts";
import { targets } from "./targets-fixture.ts";

/** A soak: SWITCH_KILLS=20. */
const KILLS = Number(process.env["SWITCH_KILLS"] ?? 2);
/** Chooses the moments: the one that was printed chooses the same again. */
const SEED = Number(process.env["SWITCH_KILLS_SEED"] ?? Math.floor(Math.random() * 2 ** 31));

/** While the new fleet comes up, while it is waited for, while the old one goes. */
const MOMENTS = [
  ({ state, operation, resource }) =>
    state === "started" && operation === "create" && resource === "main-all",
  ({ state, resource }) => state === "started" && resource === "main-ready",
  ({ state, operation }) => state === "started" && operation === "delete",
] as const satisfies readonly ((answer: StackAnswer) => boolean)[];
const UP_TO_MS = 2_000;

const random = randomFrom(SEED);
const rows: string[] = [];

describe.skipIf(engine === undefined)("a switch of host that is cut off (needs the Pulumi engine)", () => {
  afterAll(() => console.info([`SWITCH_KILLS_SEED=${SEED}`, ...rows].join("\n")));

  test(
    "killed at any moment, the next up completes it; nothing is lost, and no number is connected twice",
    async () => {
      const rehearsal = await Rehearsal.prepare("staging");
      await rehearsal.configure(targets.render, {}, false);
      await rehearsal.up();
      await rehearsal.link(["ana"]);
      const talk = rehearsal.talk(10);
      const crowd = new Crowd(talk, rehearsal.phones, 3_000);
      crowd.start();

      for (let round = 0; round < KILLS; round++) {
        const to = round % 2 === 0 ? "fly" : "render";
        await rehearsal.configure(targets[to], {}, false);
        const victim = oneOf([...VICTIMS, "Ctrl-C"] as const);
        const moment = oneOf(MOMENTS);
        const milliseconds = Math.floor(random() * UP_TO_MS);
        const command = new RunningCommand(rehearsal.project, ["up", "--yes"]);
        await command.answer(moment);
        await delay(milliseconds);
        const hit = victim === "Ctrl-C" ? command.running : await command.kill(victim);
        if (victim === "Ctrl-C") command.interrupt();
        const ended = await command.ended();
        await command.gone();
        rows.push(
          `to ${to}\t${milliseconds} ms into moment ${MOMENTS.indexOf(moment)}\t${victim}\t${ended}${hit ? "" : " (not hit)"}`,
        );

        await rehearsal.up();
        const planned = resultOf(await rehearsal.project.must(["preview"]));
        expect(Object.keys(planned["changes"] as object)).toEqual(["same"]);
        const workers = (await rehearsal.apis.services()).filter(({ api }) => api !== "upstash");
        expect(workers.map(({ api }) => api)).toEqual([to]);
      }
      await crowd.stop(60_000);
      expect(talk.report()).toMatchObject({ lost: 0, seenTwice: 0, undecryptable: 0, nacks: 0 });
      expect(rehearsal.phone).toMatchObject({ maxConnections: 1, conflicts: 0 });
    },
    KILLS * 150_000,
  );
});

function oneOf<T>(choices: readonly T[]): T {
  const chosen = choices[Math.floor(random() * choices.length)];
  if (chosen === undefined) throw new Error("nothing to choose from");
  return chosen;
}
