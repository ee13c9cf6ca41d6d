import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Conversation, ONE_OF_EACH } from "./conversation-fixture.ts";
import { engine } from "./engine-fixture.ts";
import { bundlerOf, sources } from "./sources-fixture.ts";

describe.skipIf(engine === undefined)("an update that cannot be had (needs the Pulumi engine)", () => {
  test("a setting that the worker refuses is named in one sentence, and the one before answers on", async () => {
    const conversation = await Conversation.start();
    const { project } = conversation;
    await conversation.exchange("before");
    const before = await project.running();
    const connected = conversation.connections;
    await conversation.configure({ OXY_AI_TIMEOUT_MS: "nonsense" });
    const { code, stderr } = await project.oxy(["up", "--yes"]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^oxy: main-all: [^\n]*OXY_AI_TIMEOUT_MS: expected [^\n]*nonsense[^\n]*\n$/);
    expect(await project.running()).toEqual(before);
    expect(await readdir(join(project.home, "services/local/main-all"))).toEqual(["1"]);
    await conversation.exchange("after the failure");
    expect(conversation.connections).toEqual(connected);

    await conversation.configure({ OXY_AI_TIMEOUT_MS: "20000" });
    expect(await conversation.up()).toMatchObject({ changes: { update: 1, same: 7 } });
    expect(await project.running()).toEqual({
      ...ONE_OF_EACH,
      redisServers: before.redisServers,
      redisSupervisors: before.redisSupervisors,
    });
    await conversation.exchange("after the correction");
    expect(conversation.connections).toMatchObject({ most: 1, replaced: 0 });
  }, 180_000);

  test("an image that dies, is not there or cannot be built is told in one sentence, and the one before answers on", async () => {
    const conversation = await Conversation.prepare();
    const { project, image } = conversation;
    // Also when it is the first one: then nothing is left of it.
    await conversation.configure({}, await sources(bundlerOf("throw new Error('the engine is cold')")));
    const first = await project.oxy(["up", "--yes"]);
    expect(first).toMatchObject({ code: 1, stderr: expect.stringMatching(ENGINE_IS_COLD) });
    expect(await project.running()).toEqual({ ...ONE_OF_EACH, workers: [], workerSupervisors: [] });

    await conversation.configure({}, image);
    await conversation.up();
    await conversation.link();
    const before = await project.running();
    const bad: [string, RegExp][] = [
      [await sources(bundlerOf("throw new Error('the engine is cold')")), ENGINE_IS_COLD],
      [
        await sources("console.error('there is no flour'); process.exit(1);"),
        /^oxy: image: [^\n]* could not be bundled: there is no flour\n$/,
      ],
      [
        `sha256:${"0".repeat(64)}`,
        /^oxy: image: expected one that this machine keeps [^\n]*, got sha256:0{64}\n$/,
      ],
    ];
    for (const [wanted, sentence] of bad) {
      await conversation.configure({}, wanted);
      const { code, stderr } = await project.oxy(["up", "--yes"]);
      expect(stderr).toMatch(sentence);
      expect(code).toBe(1);
      expect(await project.running()).toEqual(before);
      await conversation.exchange(`in spite of ${wanted}`);
    }
  }, 180_000);
});

const ENGINE_IS_COLD =
  /^oxy: main-all: it ended with code 1 before it was ready: [^\n]*Error: the engine is cold[^\n]*\n$/;
