import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, describe, expect, test } from "vitest";
import { keepImage, ONE_OF_EACH, resultOf } from "./conversation-fixture.ts";
import { engine } from "./engine-fixture.ts";
import { locksOf, pendingOf, randomFrom, RunningCommand, VICTIMS } from "./kill-fixture.ts";
import { StackProject, type StackAnswer } from "./stack-fixture.ts";

/** More of them make a soak: ENGINE_KILL_ROUNDS=20. */
const ROUNDS = Number(process.env["ENGINE_KILL_ROUNDS"] ?? 1);
/** Chooses the moments: the one that was printed chooses the same again. */
const SEED = Number(process.env["ENGINE_KILL_SEED"] ?? Math.floor(Math.random() * 2 ** 31));
const ROUND_MS = 150_000;
/** How long an engine takes to its first word of a resource, and about how long for each of them, in ms. */
const DURATIONS = {
  up: { engine: 2_500, store: 400, "main-all": 1_500, release: 50 },
  destroy: { engine: 900, store: 150, "main-all": 200, release: 50 },
} as const;
type Moment = "store" | "main-all" | "release";
/** A provider looks once a second whether its engine lives, and gives what it does two seconds to end. */
const ORPHAN_MS = 3_500;

const random = randomFrom(SEED);
const rows: string[] = [];

describe.skipIf(engine === undefined)("a killed engine (needs the Pulumi engine)", () => {
  afterAll(() => console.info([`ENGINE_KILL_SEED=${SEED}`, ...rows].join("\n")));

  test(
    "killed at any moment of up, of an update or of destroy, the same command again completes it",
    async () => {
      const project = await deployable();
      for (let round = 0; round < ROUNDS; round++) {
        // With the last round's stack went its images.
        await configure(project, 10);
        await killedSomewhere(project, "up", ["store", "main-all", "release"]);
        await project.must(["up", "--yes"]);
        expect(await project.running()).toEqual(ONE_OF_EACH);

        await configure(project, 20 + round);
        await killedSomewhere(project, "up", ["main-all", "release"]);
        const { urls } = resultOf(await project.must(["up", "--yes"]));
        expect(await project.running()).toEqual(ONE_OF_EACH);
        expect(await environmentOfWorker(project)).toContain(`\0OXY_LEASE_SECONDS=${20 + round}\0`);
        const planned = resultOf(await project.must(["preview"]));
        expect(planned["changes"]).toEqual({ same: 8 });

        await killedSomewhere(project, "destroy", ["release", "main-all", "store"]);
        await project.must(["destroy", "--yes"]);
        await expectNothingLeft(project, urls);
        if (round === 0) continue;

        await configure(project, 10);
        await killedSomewhere(project, "up", ["store", "main-all", "release"]);
        await project.must(["destroy", "--yes"]);
        await expectNothingLeft(project, urls);
      }
    },
    ROUNDS * ROUND_MS,
  );

  test("what it was creating is taken into the state, so that destroy leaves nothing of it", async () => {
    const project = await deployable();
    const up = new RunningCommand(project, ["up", "--yes"]);
    await up.started("main-all");
    const [redis] = (await project.running()).redisServers;
    if (redis === undefined) throw new Error("main-all is made before its store runs");
    // A worker is ready only with its Redis: until it is killed, it is being created.
    process.kill(redis, "SIGSTOP");
    await until(async () => (await project.running()).workers.length > 0);
    await up.kill("all");
    await up.ended();
    process.kill(redis, "SIGCONT");
    expect(await pendingOf(project)).toEqual(["creating main-all"]);
    expect(await locksOf(project)).toHaveLength(1);

    const destroyed = await project.oxy(["destroy", "--yes"]);
    expect(destroyed).toMatchObject({ code: 0, stderr: "" });
    expect(destroyed.stdout).toMatch(/^cleared the lock of process \d+, which has ended without/m);
    expect(destroyed.stdout).toMatch(/^main-all was being created when the engine was killed/m);
    expect(destroyed.stdout).toMatch(/main-all .* deleted in/);
    expect(await pendingOf(project)).toEqual([]);
    await expectNothingLeft(project, {});
  }, 60_000);

  test.each(["redisSupervisors", "workers"] as const)(
    "of what a provider was creating when it alone was killed (%s), destroy leaves nothing",
    async (created) => {
      const project = await deployable();
      const up = new RunningCommand(project, ["up", "--yes"]);
      await until(async () => (await project.running())[created].length > 0);
      await up.kill("provider");
      expect(await up.ended()).toBe(1);
      expect(up.stderr).toMatch(
        /^oxy: our provider ended in the middle[^\n]*: run the same command again[^\n]+\n$/,
      );
      await project.must(["destroy", "--yes"]);
      await expectNothingLeft(project, {});
    },
    60_000,
  );

  test("its provider ends with it, before the next one works, and destroy leaves nothing of what that undid", async () => {
    const project = await deployable();
    const up = new RunningCommand(project, ["up", "--yes"]);
    await up.started("main-all");
    await up.kill("engine");
    const killed = performance.now();
    expect(await up.ended()).toBe(1);
    expect(up.stderr).toBe(
      "oxy: the engine was ended by SIGKILL: run the same command again, it goes on from there\n",
    );
    await up.gone();
    const milliseconds = Math.round(performance.now() - killed);
    rows.push(`the provider of a killed engine ended after ${milliseconds} ms`);
    expect(milliseconds).toBeLessThan(ORPHAN_MS);
    await project.must(["destroy", "--yes"]);
    await expectNothingLeft(project, {});
  }, 60_000);
});

async function deployable(): Promise<StackProject> {
  const project = await (await StackProject.create()).withSecrets();
  await configure(project, 10);
  return project;
}

async function configure(project: StackProject, leaseSeconds: number): Promise<void> {
  await project.configure({ OXY_LEASE_SECONDS: `${leaseSeconds}` }, await keepImage(project));
}

/** Somewhere in the engine's run: before it works on a resource, or while it does. */
async function killedSomewhere(
  project: StackProject,
  verb: keyof typeof DURATIONS,
  resources: readonly Moment[],
): Promise<void> {
  const victim = oneOf(VICTIMS);
  const moment = random() < 0.3 ? "engine" : oneOf(resources);
  const milliseconds = Math.floor(random() * DURATIONS[verb][moment]);
  const command = new RunningCommand(project, [verb, "--yes"]);
  await (moment === "engine" ? command.engineBegun() : command.started(moment));
  await delay(milliseconds);
  const hit = await command.kill(victim);
  const ended = await command.ended();
  // The engine works on until it has something to say to it, and rightly holds the stack.
  if (victim === "oxy") await command.gone();
  rows.push(
    [verb, `${milliseconds} ms into ${moment}`, victim, `${ended}${hit ? "" : " (not hit)"}`].join("\t"),
  );
  // One that had done its work already ends as if nothing had been; who is killed itself, says nothing.
  expect(command.stderr).toMatch(typeof ended === "number" && ended > 0 ? /^oxy: [^\n]+\n$/ : /^$/);
  expect(hit || ended === 0).toBe(true);
}

async function environmentOfWorker(project: StackProject): Promise<string> {
  const { workers } = await project.running();
  return await readFile(`/proc/${workers[0]}/environ`, "utf8");
}

async function expectNothingLeft(project: StackProject, urls: unknown): Promise<void> {
  await expect.poll(() => project.processes(), { timeout: 10_000 }).toEqual([]);
  expect(existsSync(join(project.home, "services"))).toBe(false);
  expect(await locksOf(project)).toEqual([]);
  for (const fleet of Object.values(urls as Readonly<Record<string, StackAnswer>>)) {
    for (const url of Object.values(fleet)) await expect(fetch(String(url))).rejects.toThrow("fetch failed");
  }
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await delay(20);
}

function oneOf<T>(choices: readonly T[]): T {
  const chosen = choices[Math.floor(random() * choices.length)];
  if (chosen === undefined) throw new Error("nothing to choose from");
  return chosen;
}
