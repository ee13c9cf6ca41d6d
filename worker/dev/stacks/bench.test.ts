import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { benchmarkFiles } from "./bench-fixture.ts";
import { keepImage, resultOf } from "./conversation-fixture.ts";
import { EmulatedApis } from "./emulated-apis-fixture.ts";
import { engine } from "./engine-fixture.ts";
import { bareProject, oxyAsIs } from "./oxy-fixture.ts";
import { configOf } from "./rehearsal-fixture.ts";
import { StackProject, THIS_MACHINE, whenTestIsFinished } from "./stack-fixture.ts";
import { targets } from "./targets-fixture.ts";

const QUICK = { OXY_LEASE_SECONDS: "3", OXY_ACK_TIMEOUT_MS: "3000" };
const NOTHING_AMISS = { lost: 0, seenTwice: 0, unreadable: 0, failedPercent: 0 };
const LOCAL = `config:\n  oxy-workers:image: ./worker\n${THIS_MACHINE}`;

async function staging(): Promise<StackProject> {
  const project = await StackProject.create({}, whenTestIsFinished, {
    stack: "staging",
    options: ["--offline"],
  });
  await project.configure(QUICK, "./worker", configOf(targets.render));
  return project;
}

/** A stack on this machine, whose image is kept already. */
async function local(): Promise<StackProject> {
  const project = await StackProject.create({}, whenTestIsFinished);
  await project.configure(QUICK, await keepImage(project), THIS_MACHINE);
  return project;
}

/** What a benchmark has left in the project's home, besides results. */
async function placesIn(project: StackProject): Promise<readonly string[]> {
  const names = await readdir(join(project.home, "bench")).catch(() => []);
  return names.filter((name) => name !== "results");
}

async function statesIn(project: StackProject, state: string): Promise<readonly string[]> {
  const folder = join(project.home, state, ".pulumi/stacks/oxy-workers");
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => name.endsWith(".json"));
}

describe("a benchmark", () => {
  test.each([
    [
      `${LOCAL}  oxy-workers:production: true\n`,
      [],
      /^oxy: -s: stack local: expected one that is not production, [^\n]+\n$/,
    ],
    [
      LOCAL,
      ["--targets", "fly-gur"],
      /^oxy: expected an example [^\n]+ got "fly-gur"; the nearest is fly-gru\n$/,
    ],
    [
      LOCAL,
      ["--targets", "nowhere/there.yaml"],
      /^oxy: --targets: expected a file with a stack's config, got nowhere/,
    ],
    [
      LOCAL,
      ["--targets", "fly-gru,fly-gru", "--offline"],
      /^oxy: --targets: expected each target once, got fly-gru twice\n$/,
    ],
    [
      LOCAL,
      ["--targets", "aws-minimal", "--offline"],
      /^oxy: --targets: expected one whose workers can be asked to link/,
    ],
    [
      LOCAL,
      ["--targets", "fly-gru", "--image", `ghcr.io/acme/w@sha256:${"a".repeat(64)}`],
      /^oxy: --simulator, --whatsapp, --ai: expected where a running simulator [^\n]+ got nothing\n$/,
    ],
    [
      LOCAL,
      ["--simulator", "desk"],
      /^oxy: --simulator: expected a URL of http: or https:\/\/…, got desk\n$/,
    ],
    [LOCAL, ["--limits", "nowhere.yaml"], /^oxy: nowhere[.]yaml: expected a file, got ENOENT/],
    [LOCAL, ["--speed", "0"], /^oxy: option '--speed <times>' [^\n]+ expected a number above 0, up to 1000/],
    [LOCAL, [], /^oxy: --yes: expected it, because nobody is there to confirm\n$/],
  ])("that cannot be meant deploys nothing: %#", async (config, args, sentence) => {
    const folder = await bareProject(config);
    const limits = args.includes("--limits")
      ? []
      : ["--limits", await benchmarkFiles({ limits: NOTHING_AMISS })];
    const run = await oxyAsIs(["bench", "-s", "local", "-C", folder, ...limits, ...args]);
    expect(run.code).toBe(2);
    expect(run.stderr).toMatch(sentence);
    expect(await readdir(folder)).toEqual(["Pulumi.yaml", "stacks"]);
  });

  test("run dry says what would be deployed and sent, and needs neither engine nor emulators", async () => {
    const folder = await bareProject(LOCAL);
    const limits = await benchmarkFiles({ limits: NOTHING_AMISS });
    const args = ["bench", "-s", "local", "-C", folder, "--targets", "fly-gru,railway", "--limits", limits];
    const { code, stdout } = await oxyAsIs([...args, "--dry-run", "--offline"]);
    expect(code).toBe(0);
    expect(stdout).toContain(
      "stack local-bench-fly-gru: fleet main on fly/gru (shared-1x-512mb), store upstash\n",
    );
    expect(stdout).toContain(
      "stack local-bench-railway: fleet main on railway/us-east4 (small), store railway-redis\n",
    );
    expect(stdout).toContain("load: 16 messages of 8 conversations with 2 organizations in 4 s");
    expect(await readdir(folder)).toEqual(["Pulumi.yaml", "stacks"]);
  });
});

describe.skipIf(engine === undefined)("a benchmark (needs the Pulumi engine)", () => {
  test("puts two emulated targets through the same load, side by side, and takes both away", async () => {
    const project = await staging();
    const apis = await EmulatedApis.start(project.home);
    const limits = await benchmarkFiles({ limits: { ...NOTHING_AMISS, deploySeconds: 600 } });
    const args = ["bench", "--yes", "--targets", "fly-gru,railway", "--limits", limits];
    const result = resultOf(await project.must(args));
    const figure = { kind: "known", low: expect.any(Number), high: expect.any(Number) };
    expect(result["targets"]).toMatchObject([
      {
        name: "fly-gru",
        verdict: "Go",
        left: [],
        outcome: { measurement: { messages: 16, answered: 16 } },
        measures: {
          replyP95Ms: figure,
          redisCommandsPerMessage: figure,
          deploySeconds: figure,
          drainSeconds: figure,
        },
      },
      {
        name: "railway",
        verdict: "Go",
        left: [],
        // Its Redis is in a network of its own.
        measures: {
          redisCommandsPerMessage: { kind: "unknown", because: ["the store is out of reach from here"] },
        },
      },
    ]);
    const kept = JSON.parse(await readFile(String(result["path"]), "utf8")) as object;
    expect(kept).toMatchObject({ version: 1, offline: true, targets: result["targets"] });
    expect(await apis.services()).toEqual([]);
    expect(await placesIn(project)).toEqual([]);
    expect(await statesIn(project, "offline/state")).toEqual([]);
  }, 240_000);

  test("is a No-Go where the AI is slower than the limit, with by how much", async () => {
    const project = await local();
    const limits = await benchmarkFiles({ aiMs: 1_500, limits: { ...NOTHING_AMISS, replyP50Ms: 1_000 } });
    const { code, stdout, stderr } = await project.oxy(["bench", "--yes", "--limits", limits]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
    expect(stdout).toMatch(
      /^local: No-Go\n {2}replyP50Ms: expected at most 1000 ms, got \d+, \S+ too many\nkept in /m,
    );
    expect((await project.running()).workers).toEqual([]);
    expect(await placesIn(project)).toEqual([]);
  }, 240_000);

  test("that is stopped in the middle leaves nothing, and says so", async () => {
    const project = await local();
    const limits = await benchmarkFiles({ seconds: 120, limits: NOTHING_AMISS });
    const command = project.start(["bench", "--yes", "--limits", limits]);
    const closed = once(command, "close") as Promise<[number | null]>;
    const stderr = text(command.stderr!);
    let during: readonly number[] = [];
    for await (const line of createInterface(command.stdout!)) {
      if (!line.includes("customers write")) continue;
      during = await project.processes();
      command.kill("SIGINT");
    }
    const [code] = await closed;
    expect({ code, stderr: await stderr }).toEqual({
      code: 8,
      stderr: "oxy: stopped; what was made is taken away, and nothing is kept of the measurement\n",
    });
    expect(during.length).toBeGreaterThan(1);
    expect(await project.processes()).toEqual([]);
    expect(await placesIn(project)).toEqual([]);
    expect(await statesIn(project, "state")).toEqual([]);
  }, 240_000);

  test("of a target that refuses, and of which something cannot be removed, says what is left and how to go on", async () => {
    const project = await staging();
    const apis = await EmulatedApis.start(project.home);
    const limits = await benchmarkFiles({ limits: NOTHING_AMISS });
    await apis.inject({
      method: "DELETE",
      times: 1_000,
      fault: { kind: "status", status: 403, message: "ask Ana" },
    } as Parameters<EmulatedApis["inject"]>[0]);
    const command = project.start(["bench", "--yes", "--targets", "fly-gru", "--limits", limits]);
    const closed = once(command, "close") as Promise<[number | null]>;
    const stdout = await text(command.stdout!);
    expect((await closed)[0]).toBe(1);
    const [, byHand = ""] = /go on with npx oxy (destroy [^,]+),/.exec(stdout) ?? [];
    expect(stdout).toMatch(/^ {2}left: .*store \(oxy:upstash:Database\).*ask Ana/m);
    expect((await apis.services()).length).toBeGreaterThan(0);
    await apis.inject(undefined);
    const destroyed = await oxyAsIs([...byHand.split(" "), "--yes"], { OXY_HOME: project.home });
    expect(destroyed).toMatchObject({ code: 0, stderr: "" });
    expect(await apis.services()).toEqual([]);
  }, 240_000);
});
