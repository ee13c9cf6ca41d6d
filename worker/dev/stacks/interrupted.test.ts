import { mkdir, readdir, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { keepImage, ONE_OF_EACH, resultOf } from "./conversation-fixture.ts";
import { engine } from "./engine-fixture.ts";
import { locksFolder, locksOf, pendingOf, RunningCommand } from "./kill-fixture.ts";
import { StackProject } from "./stack-fixture.ts";

const CANCELLED = 8;
/** A pid that no system gives away. */
const NOBODY = 2 ** 30;

describe.skipIf(engine === undefined)("an interrupted command (needs the Pulumi engine)", () => {
  test.each([
    ["Ctrl-C, which reaches oxy and the engine,", (up: RunningCommand) => up.interrupt()],
    ["SIGTERM to oxy alone", (up: RunningCommand) => up.terminate()],
  ])(
    "%s ends it in order: nothing is half recorded, and the next up completes it",
    async (_name, stop) => {
      const project = await deployable();
      const up = new RunningCommand(project, ["up", "--yes"]);
      await up.started("store");
      stop(up);
      expect(await up.ended()).toBe(CANCELLED);
      expect(up.stderr).toMatch(/^oxy: stopped[^\n]* \(the same command again goes on from there\)\n$/);
      await up.gone();
      expect(await locksOf(project)).toEqual([]);
      expect(await pendingOf(project)).toEqual([]);

      await project.must(["up", "--yes"]);
      expect(await project.running()).toEqual(ONE_OF_EACH);
    },
    90_000,
  );
});

describe.skipIf(engine === undefined)("a stack that somebody works on (needs the Pulumi engine)", () => {
  // Of two that ask in the very same instant, the engine may refuse both: each sees the other's lock.
  test("of two, the first deploys, and the one that comes meanwhile says who does", async () => {
    const project = await deployable();
    const first = new RunningCommand(project, ["up", "--yes"]);
    await expect.poll(() => locksOf(project), { timeout: 30_000 }).toHaveLength(1);
    const refused = new RunningCommand(project, ["up", "--yes"]);
    expect(await Promise.all([first.ended(), refused.ended()])).toEqual([0, 1]);
    expect(refused.stderr).toMatch(
      /^oxy: stack local is being worked on by process \d+ of \S+@\S+ since [^\n]+: wait until it is done \([^\n]+\)\n$/,
    );
    expect(refused.stderr).not.toContain("pulumi cancel");
    expect(await project.running()).toEqual(ONE_OF_EACH);
    expect(resultOf(await project.must(["up", "--yes"]))["changes"]).toEqual({ same: 8 });
  }, 90_000);

  test("a lock of a process that ended is cleared; of one that lives, or of another machine, it is respected", async () => {
    const project = await deployable();
    const stale = { pid: NOBODY, username: "ana", hostname: hostname(), timestamp: new Date().toISOString() };
    const ours = await lock(project, stale);
    const cleared = await project.oxy(["up"]);
    expect(cleared.stdout).toMatch(
      new RegExp(`^cleared the lock of process ${NOBODY}, which has ended without letting go of it$`, "m"),
    );
    expect(await readdir(locksFolder(project.home))).not.toContain(ours);

    for (const holder of [
      { ...stale, pid: process.pid },
      { ...stale, hostname: "another-machine" },
    ]) {
      const file = await lock(project, holder);
      for (const args of [["up", "--yes"], ["refresh"], ["destroy", "--yes"]]) {
        expect(await project.oxy([...args, "--json"])).toMatchObject({
          code: 1,
          stdout: "",
          stderr:
            `oxy: stack local is being worked on by process ${holder.pid} of ana@${holder.hostname} since ` +
            `${holder.timestamp}: wait until it is done (or, if it ended without letting go, remove ${file})\n`,
        });
      }
      expect(await project.oxy(["preview"])).toMatchObject({ code: 0 });
      expect(await locksOf(project)).toEqual([file]);
    }
  }, 90_000);
});

async function deployable(): Promise<StackProject> {
  const project = await (await StackProject.create()).withSecrets();
  await project.configure({}, await keepImage(project));
  return project;
}

/** As the engine writes it; always the same file. */
async function lock(project: StackProject, content: object): Promise<string> {
  const folder = locksFolder(project.home);
  await mkdir(folder, { recursive: true });
  const file = join(folder, "f00f.json");
  await writeFile(file, JSON.stringify(content));
  return file;
}
