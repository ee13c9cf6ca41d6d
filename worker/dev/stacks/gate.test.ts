import { describe, expect, test } from "vitest";
import { engine } from "./engine-fixture.ts";
import { Rehearsal } from "./rehearsal-fixture.ts";
import { bundlerOf, sources } from "./sources-fixture.ts";
import { targets } from "./targets-fixture.ts";

/** Healthy to whoever asks, and joins nobody. */
const LONER = `
  import { createServer } from "node:http";
  createServer((_, response) => response.end("ok")).listen(process.env.PORT ?? process.env.OXY_HEALTH_PORT);
`;

describe.skipIf(engine === undefined)(
  "a switch to what lives and joins nobody (needs the Pulumi engine)",
  () => {
    test("is not one: the host finds it healthy, the old fleet answers on, and the way back leaves nothing of it", async () => {
      const rehearsal = await Rehearsal.prepare("staging", [0, 0]);
      await rehearsal.configure(targets.fly, {}, false);
      await rehearsal.up();
      await rehearsal.link(["ana"]);
      const talk = rehearsal.talk(1);
      const exchange = async () => {
        talk.write();
        await talk.answered(30_000);
      };
      await exchange();

      await rehearsal.configure(targets.render, {}, false, await sources(bundlerOf(LONER)));
      const { code, stderr } = await rehearsal.project.oxy(["up", "--yes"]);
      expect(code).toBe(1);
      expect(stderr).toMatch(
        /^oxy: main-ready: no process of fleet main at render\/virginia has joined the others with image [^\n]+ there are: main at fly\/gru with [^\n]+\n$/,
      );
      await exchange();
      expect(rehearsal.phone).toMatchObject({ maxConnections: 1, totalConnections: 1 });

      await rehearsal.configure(targets.fly, {}, false);
      await rehearsal.up();
      const running = (await rehearsal.apis.services()).map(({ api }) => api).toSorted();
      expect(running).toEqual(["fly", "upstash"]);
      await exchange();
      expect(talk.report()).toMatchObject({ messages: 3, lost: 0, seenTwice: 0 });
      expect(rehearsal.phone).toMatchObject({ maxConnections: 1, totalConnections: 1 });
    }, 240_000);
  },
);
