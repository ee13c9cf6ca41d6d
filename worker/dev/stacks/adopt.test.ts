import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Today, TODAYS_SECRETS } from "./adopt-fixture.ts";
import { resultOf } from "./conversation-fixture.ts";
import { engine } from "./engine-fixture.ts";

const STACK = { adopt: ["adopt", "render", "--yes"], preview: ["preview", "--expect-no-changes"] };

describe.skipIf(engine === undefined)("taking over what runs at Render (needs the Pulumi engine)", () => {
  test("changes nothing, and then in place: ready before the old one ends", async () => {
    const today = await Today.start();
    const { project, apis } = today;
    const before = await today.pids();

    const adopted = await project.oxy([...STACK.adopt, "--json"]);
    expect(adopted).toMatchObject({ code: 0, stderr: "" });
    expect(resultOf(adopted.answers)).toMatchObject({
      selection: { web: { id: today.web }, worker: { id: today.worker }, database: { id: today.database } },
      changes: { import: 3 },
      secrets: ["OPENAI_API_KEY"],
    });
    expect(await apis.calls({ writes: true })).toEqual([]);
    expect(await today.pids()).toEqual(before);

    const again = await project.must(STACK.preview);
    expect(again.filter(({ kind }) => kind !== "result")).toEqual([]);
    expect(await project.oxy(STACK.adopt)).toMatchObject({ code: 0, stderr: "" });
    await project.must(["up", "--yes", "--expect-no-changes"]);
    expect(await apis.calls({ writes: true })).toEqual([]);
    const seen = [adopted.stdout, ...(await keptBy(project.folder))].join("\n");
    const secrets = [...Object.values(TODAYS_SECRETS), new URL(today.redisUrl).password];
    expect(secrets.filter((secret) => seen.includes(secret))).toEqual([]);

    const file = await readFile(project.stackFile, "utf8");
    for (const line of [
      ...["region: us-west-2", "plan: payg", `databaseId: ${today.database}`],
      ...["region: oregon", `webServiceId: ${today.web}`, `workerServiceId: ${today.worker}`, "hold: true"],
      ...['NODE_ENV: "development"', 'OPENAI_MODEL: "gpt-4o-mini"'],
    ])
      expect(file).toContain(` ${line}\n`);
    await writeFile(project.stackFile, file.replaceAll(/^ *(?:hold: true|# Kept as .*)\n/gm, ""));
    const planned = await project.must(["preview"]);
    const steps = planned.filter(({ kind }) => kind === "step");
    expect(steps.map(({ resource, operation }) => `${operation} ${resource}`)).toEqual(
      expect.arrayContaining(["update store", "update main-web", "update main-worker", "create release"]),
    );
    expect(steps.find(({ resource }) => resource === "main-worker")?.["properties"]).toEqual(
      expect.arrayContaining(["image", "graceSeconds", "environment.CRM_URL", "environment.OXY_NAMESPACE"]),
    );

    expect(resultOf(await project.must(["up", "--yes"]))).toMatchObject({ changes: { update: 3 } });
    expect(await today.evicts()).toBe(false);
    expect(await today.environment(today.worker)).toMatchObject({
      OXY_NAMESPACE: "production",
      OXY_ROLE: "worker",
      OPENAI_API_KEY: TODAYS_SECRETS.OPENAI_API_KEY,
      REDIS_URL: today.redisUrl,
    });
    expect(await today.environment(today.worker)).not.toHaveProperty("CRM_URL");
    expect(await today.service(today.worker)).toMatchObject({ name: "whatsapp", autoDeploy: "no" });
    // Render tells the old ones to end a while after the new ones are live.
    const left = async () => (await today.pids()).filter((pid) => before.includes(pid));
    await expect.poll(left, { timeout: 30_000 }).toEqual([]);
    expect(resultOf(await project.must(["status"]))).toMatchObject({
      processes: [{ process: { condition: "running" } }, { process: { condition: "running" } }],
    });
    await apis.forget();
    await project.must(["up", "--yes", "--expect-no-changes"]);
    expect(await apis.calls({ writes: true })).toEqual([]);

    // They are the stack's now: what would have to be taken back first is not done.
    expect(await project.oxy(STACK.adopt)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/has something deployed that this would change \(\d+ to delete\)/),
    });
    expect(await apis.calls({ writes: true })).toEqual([]);
    await project.must(["destroy", "--yes"]);
    expect(await apis.services()).toEqual([]);
  }, 300_000);

  test("what is held is left alone, whatever is done to it by hand and to the stack", async () => {
    const today = await Today.start();
    const { project, apis } = today;
    await project.must(STACK.adopt);
    const before = await today.pids();
    await today.byHand(today.worker, { serviceDetails: { maxShutdownDelaySeconds: 20 } });
    await apis.forget();

    expect(resultOf(await project.must(STACK.preview))).toMatchObject({ kind: "result" });
    expect(resultOf(await project.must(["up", "--yes"]))).toMatchObject({ kind: "result" });
    expect(resultOf(await project.must(["status"]))).toMatchObject({
      processes: [
        { process: { name: "web", condition: "running" } },
        { process: { name: "worker", condition: "running" } },
      ],
    });
    await project.must(["destroy", "--yes"]);
    expect(await apis.calls({ writes: true })).toEqual([]);
    expect(await today.pids()).toEqual(before);
    expect(await today.evicts()).toBe(true);
  }, 180_000);
});

/** What the project keeps on this machine: config and state; not what the emulators run. */
async function keptBy(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const own = files.filter((path) => /\/stacks\/|\/state\//.test(path));
  expect(own.length).toBeGreaterThan(1);
  return await Promise.all(own.map((path) => readFile(path, "utf8")));
}
