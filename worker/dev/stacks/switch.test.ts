import { afterAll, describe, expect, test } from "vitest";
import { Crowd } from "../scenarios/crowd.ts";
import { table } from "../scenarios/table.ts";
import { engine } from "./engine-fixture.ts";
import { Rehearsal, type Target } from "./rehearsal-fixture.ts";

/** A soak: SWITCH_CONVERSATIONS=1000. */
const CONVERSATIONS = Number(process.env["SWITCH_CONVERSATIONS"] ?? 200);
const ORGANIZATIONS = ["ana", "bia", "caio", "duda"];
/** About how long a contact waits before it writes again. */
const PAUSE_MS = 8_000;

const UPSTASH = "kind: upstash\nregion: us-east-1\n";
const RENDER: Target = {
  store: UPSTASH,
  fleet: "host: render\nregion: oregon\nsize: starter\nservices: two\n",
};
const FLY: Target = { store: UPSTASH, fleet: "host: fly\nregion: gru\nsize: shared-1x-1gb\n" };

const rows: string[][] = [];

describe.skipIf(engine === undefined)("a switch of host (needs the Pulumi engine)", () => {
  afterAll(() => {
    if (rows.length === 0) return;
    console.info(
      table(
        ["from → to", "up s", "written", "longest gap ms", "told ms", "connections at once", "API calls"],
        rows,
      ),
    );
  });

  test(`${CONVERSATIONS} conversations go on while production goes from Render to Fly and back: nothing is lost or seen twice, no number is connected twice`, async () => {
    const rehearsal = await Rehearsal.prepare();
    await rehearsal.configure(RENDER);
    await rehearsal.up();
    await rehearsal.link(ORGANIZATIONS);
    const talk = rehearsal.talk(CONVERSATIONS);
    const crowd = new Crowd(talk, rehearsal.phones, PAUSE_MS);
    crowd.start();

    for (const [name, target] of [
      ["render → fly", FLY],
      ["fly → render", RENDER],
    ] as const) {
      for (const phone of rehearsal.phones) phone.forgetGaps();
      await rehearsal.apis.forget();
      const before = talk.messages;
      await rehearsal.configure(target);
      const switched = await rehearsal.up();
      const { seconds, gap } = switched as { seconds: number; gap?: { ms: number } };
      const gaps = rehearsal.phones.map(({ longestGapMs }) => longestGapMs);
      rows.push([
        name,
        `${seconds}`,
        `${talk.messages - before}`,
        Math.max(...gaps).toFixed(0),
        `${gap?.ms ?? "?"}`,
        `${Math.max(...rehearsal.phones.map(({ maxConnections }) => maxConnections))}`,
        `${(await rehearsal.apis.calls()).length}`,
      ]);
      // Each number went over, and was away for as long as it was told.
      expect(Math.min(...gaps)).toBeGreaterThan(0);
      expect(Math.abs((gap?.ms ?? 0) - Math.max(...gaps))).toBeLessThan(2_000);
    }

    await crowd.stop(60_000);
    const report = talk.report();
    console.info(
      table(
        ["messages", "answered", "lost", "seen twice", "undecryptable", "wire duplicates"],
        [
          [
            `${report.messages}`,
            `${report.messages - report.lost}`,
            `${report.lost}`,
            `${report.seenTwice}`,
            `${report.undecryptable}`,
            `${report.wireDuplicates}`,
          ],
        ],
      ),
    );
    expect(report).toMatchObject({ lost: 0, seenTwice: 0, undecryptable: 0, nacks: 0 });
    expect(report.messages).toBeGreaterThan(CONVERSATIONS);
    for (const phone of rehearsal.phones) {
      // On Render, on Fly, on Render: who pairs is not logged in yet.
      expect(phone).toMatchObject({ maxConnections: 1, conflicts: 0, totalConnections: 3 });
    }

    await rehearsal.apis.forget();
    const again = await rehearsal.up();
    expect(Object.keys(again["changes"] as object)).toEqual(["same"]);
    expect(await rehearsal.apis.calls({ writes: true })).toEqual([]);
    const services = (await rehearsal.apis.services()).filter(({ name }) => /web|worker|all/.test(name));
    expect(services).toHaveLength(2);
  }, 600_000);
});
