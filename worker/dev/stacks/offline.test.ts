import { existsSync } from "node:fs";
import { cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { keepImage, ONE_OF_EACH, resultOf } from "./conversation-fixture.ts";
import { EmulatedApis } from "./emulated-apis-fixture.ts";
import { engine } from "./engine-fixture.ts";
import { oxyAsIs, bareProject } from "./oxy-fixture.ts";
import { StackProject, THIS_MACHINE, whenTestIsFinished } from "./stack-fixture.ts";

const ON_UPSTASH = THIS_MACHINE.replace("store: local", "store: upstash");
const ON_FLY = ON_UPSTASH.replace("host: local", "host: fly");
const LOCAL = `config:\n  oxy-workers:image: ./worker\n${THIS_MACHINE}`;

/** Every command that works on a stack. */
const ON_A_STACK = [
  ["up", "--yes"],
  ["preview"],
  ["refresh"],
  ["destroy", "--yes"],
  ["status"],
  ["logs"],
  ["rollback", "--yes"],
  ["org", "add", "ana"],
  ["pair", "ana"],
];

test("a store alone is no rehearsal", async () => {
  const run = await oxyAsIs(["org", "add", "ana", "--redis", "redis://127.0.0.1:1", "--offline"]);
  expect(run).toEqual({
    code: 2,
    stdout: "",
    stderr: "oxy: --offline: expected it with -s: a store alone is no rehearsal\n",
  });
});

test("without emulators every command says how to start them, and reaches nothing", async () => {
  const folder = await bareProject(LOCAL.replace("store: local", "store: upstash"));
  for (const args of ON_A_STACK) {
    const run = await oxyAsIs([...args, "-s", "local", "-C", folder, "--offline"]);
    expect(run).toEqual({
      code: 2,
      stdout: "",
      stderr:
        "oxy: --offline: expected running emulators of Upstash, which stack local is on, got none: " +
        "start them with npm run emulators, in another terminal\n",
    });
  }
  expect(existsSync(join(folder, ".oxy"))).toBe(false);
}, 60_000);

describe.skipIf(engine === undefined)("a rehearsal (needs the Pulumi engine)", () => {
  test("is apart from the stack of that name that really runs", async () => {
    const project = await (await StackProject.create()).withSecrets();
    await project.configure({}, await keepImage(project));
    await project.must(["up", "--yes"]);
    const real = await project.running();
    expect(real).toEqual(ONE_OF_EACH);
    const written = await readFile(project.stackFile, "utf8");

    await project.configure({}, "./worker", `${THIS_MACHINE}  oxy-workers:production: true\n`);
    const up = await project.oxy(["up", "--yes", "--offline"]);
    expect(up).toMatchObject({ code: 0, stderr: "" });
    expect(up.stdout).toMatch(
      /^offline: a rehearsal of stack local\nstack local, state in file:.+[(]--offline,/,
    );
    expect(up.stdout).toMatch(/Next: npx oxy org add -s local --offline loja-da-ana/);
    const both = await project.running();
    expect(both.workers).toHaveLength(2);
    expect(both.workers).toEqual(expect.arrayContaining([...real.workers]));
    expect(resultOf(await project.must(["status", "--offline"]))["processes"]).toHaveLength(1);
    expect(await project.must(["org", "add", "ana", "--offline"])).toMatchObject([{ kind: "done" }]);

    // The store is protected, as that of production is.
    await project.configure({}, "./worker");
    await project.must(["up", "--yes", "--offline"]);
    await project.must(["destroy", "--yes", "--offline"]);
    expect(await project.running()).toEqual(real);
    await project.configure({}, /image: (.+)/.exec(written)?.[1]);
    expect(resultOf(await project.must(["preview", "--expect-no-changes"]))).toMatchObject({
      kind: "result",
    });
  }, 180_000);

  test("deploys to emulated APIs, a second time without a write, and leaves nothing at the end", async () => {
    const project = await (
      await StackProject.create({}, whenTestIsFinished, { options: ["--offline"] })
    ).withSecrets();
    const apis = await EmulatedApis.start(project.home);
    await project.configure({}, "./worker", ON_UPSTASH);
    // An account that a rehearsal must not use.
    const environment = { UPSTASH_EMAIL: "ana@example.com", UPSTASH_API_KEY: "key-of-the-account" };
    await project.must(["up", "--yes"], undefined, { environment });
    expect(await apis.services()).toEqual([expect.objectContaining({ api: "upstash", kind: "redis" })]);
    expect((await apis.calls({ writes: true })).length).toBeGreaterThan(0);
    await apis.forget();
    const again = await project.must(["up", "--yes", "--expect-no-changes"], undefined, { environment });
    expect(resultOf(again)["changes"]).not.toHaveProperty("update");
    expect((await apis.calls()).length).toBeGreaterThan(0);
    expect(await apis.calls({ writes: true })).toEqual([]);
    expect(existsSync(join(project.home, "state"))).toBe(false);
    await project.must(["destroy", "--yes"]);
    expect(await apis.services()).toEqual([]);
  }, 180_000);

  test("runs the sources in place of an image that would be pulled, and leaves the stack's file as it is", async () => {
    const project = await (
      await StackProject.create({}, whenTestIsFinished, { options: ["--offline"] })
    ).withSecrets();
    const apis = await EmulatedApis.start(project.home);
    await project.configure({}, "ghcr.io/acme/oxy-worker:1", ON_FLY);
    const written = await readFile(project.stackFile, "utf8");
    const first = await project.must(["up", "--yes"]);
    const image = String(resultOf(first)["image"]);
    expect(image).toMatch(/^offline[.]invalid\/oxy-worker@sha256:[0-9a-f]{64}$/);
    const digest = image.replace(/^.*@sha256:/, "");
    expect(first).toContainEqual(
      expect.objectContaining({
        severity: "warning",
        message: `image: ./worker (sha256:${digest}) stands in for ghcr.io/acme/oxy-worker:1, which is not pulled`,
      }),
    );
    const images = join(project.home, "offline/images");
    const other = "e".repeat(64);
    await cp(join(images, digest), join(images, other), { recursive: true });
    await project.must(["up", "--yes", "--image", `sha256:${other}`]);
    const running = async () => (await apis.services()).map((service) => service["image"]);
    expect(await running()).toContain(`offline.invalid/oxy-worker@sha256:${other}`);
    await project.must(["rollback", "--yes"]);
    expect(await running()).toContain(image);
    expect(await readFile(project.stackFile, "utf8")).toBe(written);
    await project.must(["destroy", "--yes"]);
    expect(await apis.services()).toEqual([]);
  }, 240_000);

  test("is also what plain environment variables make of a command", async () => {
    const project = await (await StackProject.create()).withSecrets();
    const run = await project.oxy(["preview"], { environment: { OXY_OFFLINE: "1" } });
    expect(run).toMatchObject({ code: 0, stderr: "" });
    expect(run.stdout).toMatch(/^offline: a rehearsal of stack local\n/);
  }, 60_000);
});

describe.skipIf(engine === undefined)("what is not there yet (needs the Pulumi engine)", () => {
  test("a preview needs no key that an up would make, and makes none", async () => {
    const project = await StackProject.create();
    await project.must(["secret", "set", "OPENAI_API_KEY"], "sk-1");
    await project.configure({}, "./worker");
    const written = await readFile(project.stackFile, "utf8");
    const planned = await project.must(["preview"]);
    expect(resultOf(planned)["changes"]).toHaveProperty("create");
    expect(await readFile(project.stackFile, "utf8")).toBe(written);
    expect(written).not.toContain("OXY_ENCRYPTION_KEYS");
  }, 60_000);

  test("an image becomes the config's once it runs: one that dies changes no file, one that runs does", async () => {
    const project = await (await StackProject.create()).withSecrets();
    const [first, second] = [await keepImage(project), await keepImage(project, "2")];
    await project.configure({}, first);
    await project.must(["up", "--yes"]);
    const dead = join(project.home, "images", "d".repeat(64));
    await mkdir(dead);
    await writeFile(join(dead, "main.mjs"), "throw new Error('the engine is cold')");
    const written = await readFile(project.stackFile, "utf8");
    expect(await project.oxy(["up", "--yes", "--image", `sha256:${"d".repeat(64)}`])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("the engine is cold"),
    });
    expect(await readFile(project.stackFile, "utf8")).toBe(written);

    const up = await project.oxy(["up", "--yes", "--image", second]);
    expect(up.stdout).toContain(`${project.stackFile} says image: ${second} now; it said ${first}`);
    expect(await readFile(project.stackFile, "utf8")).toContain(`oxy-workers:image: ${second}\n`);
    expect(resultOf(await project.must(["preview", "--expect-no-changes"]))).toMatchObject({
      kind: "result",
    });
  }, 180_000);
});
