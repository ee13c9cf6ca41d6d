import { mkdir, readdir, readFile, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { keepImage, resultOf } from "./conversation-fixture.ts";
import { engine } from "./engine-fixture.ts";
import { StackProject } from "./stack-fixture.ts";

/** How many bundles this machine keeps. */
const KEPT = 5;

describe.skipIf(engine === undefined)("oxy rollback (needs the Pulumi engine)", () => {
  test("goes back to the image before and says what the config says now; the last five bundles are kept", async () => {
    const project = await (await StackProject.create()).withSecrets();
    const old = await keepOldBundles(project, KEPT + 1);
    const first = await keepImage(project, "first");
    const second = await keepImage(project, "second");
    await project.configure({}, first);
    await project.must(["up", "--yes"]);
    expect(await runningImage(project)).toBe(first);

    const nothing = await project.oxy(["rollback", "--yes"]);
    expect(nothing).toMatchObject({
      code: 2,
      stderr: `oxy: stack local has run no image but ${first}: there is nothing to go back to\n`,
    });

    await project.configure({}, second);
    await project.must(["up", "--yes"]);
    expect(await runningImage(project)).toBe(second);
    expect(await bundlesOf(project)).toHaveLength(KEPT);

    const back = await project.oxy(["rollback", "--yes"]);
    expect(back).toMatchObject({ code: 0, stderr: "" });
    expect(back.stdout).toContain(`${project.stackFile} says image: ${first} now; it said ${second}`);
    expect(await readFile(project.stackFile, "utf8")).toContain(`oxy-workers:image: ${first}\n`);
    expect(await runningImage(project)).toBe(first);
    const planned = resultOf(await project.must(["preview"]));
    expect(planned["changes"]).toEqual({ same: 8 });
    const kept = await bundlesOf(project);
    expect(kept.toSorted()).toEqual([first, second, ...old.slice(-(KEPT - 2))].toSorted());
  }, 180_000);
});

/** Bundles that were deployed earlier, the oldest first. */
async function keepOldBundles({ home }: StackProject, count: number): Promise<string[]> {
  const digests = Array.from({ length: count }, (_, index) => `${index}`.repeat(64));
  for (const [index, digest] of digests.entries()) {
    const folder = join(home, "images", digest);
    await mkdir(folder, { recursive: true });
    const seconds = Date.now() / 1000 - 3600 * (count - index);
    await writeFile(`${folder}.deployed`, "");
    await utimes(`${folder}.deployed`, seconds, seconds);
  }
  return digests.map((digest) => `sha256:${digest}`);
}

async function bundlesOf({ home }: StackProject): Promise<string[]> {
  const names = await readdir(join(home, "images"));
  return names.filter((name) => !name.endsWith(".deployed")).map((digest) => `sha256:${digest}`);
}

async function runningImage(project: StackProject): Promise<string> {
  const { processes } = resultOf(await project.must(["status"])) as {
    processes?: { process: { image: string } }[];
  };
  return (processes ?? []).map(({ process }) => process.image).join(" and ");
}
