import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Conversation, ONE_OF_EACH, resultOf } from "./conversation-fixture.ts";
import { engine } from "./engine-fixture.ts";
import type { StackProject } from "./stack-fixture.ts";

describe.skipIf(engine === undefined)("oxy up on a deployed stack (needs the Pulumi engine)", () => {
  test("an update in the middle of a turn answers once, over one connection; so does the restart of a killed worker", async () => {
    const conversation = await Conversation.start();
    const { project } = conversation;
    const [before] = (await project.running()).workers;
    await conversation.beginTurn("4711");
    await conversation.configure({ OXY_LOG_LEVEL: "debug" });
    const gap = gapOf(conversation);
    const updated = await conversation.up({
      onAnswer: ({ message }) => {
        // The new one is ready and waits; the old one still has the turn.
        if (String(message).startsWith("ready; the one before it drains")) conversation.endThoughts();
      },
    });
    expect(updated["changes"]).toEqual({ update: 1, same: 7 });
    await conversation.answered();
    const gapMs = await gap;
    // What the store says of it, measured where nobody but the owners can see it.
    const told = updated["gap"] as { organization?: string; ms?: number } | undefined;
    expect(told?.organization).toBe("ana");
    expect(told?.ms).toBeGreaterThan(0);
    expect(Math.abs((told?.ms ?? 0) - gapMs)).toBeLessThan(1_500);
    const status = resultOf(await project.must(["status"]));
    expect(status["sessions"]).toMatchObject({ ana: { state: "open", place: "local/local" } });
    await conversation.exchange("after the update");
    const running = await project.running();
    expect(running).toEqual(ONE_OF_EACH);
    const [worker = 0] = running.workers;
    expect(worker).not.toBe(before);
    expect(conversation.connections).toMatchObject({ most: 1, replaced: 0 });

    process.kill(worker, "SIGKILL");
    const killed = performance.now();
    await conversation.exchange("after the kill");
    const restartedMs = performance.now() - killed;
    const restarted = await project.running();
    expect(restarted).toEqual({ ...running, workers: [expect.any(Number)] });
    expect(restarted.workers).not.toEqual(running.workers);
    expect(conversation.connections).toMatchObject({ most: 1, replaced: 0 });
    const planned = resultOf(await project.must(["preview"]));
    expect(planned["changes"]).toEqual({ same: 8 });

    const { OPENAI_API_KEY, OXY_ENCRYPTION_KEYS } = project.secrets;
    const password = new URL(await conversation.storeUrl()).password;
    const secrets = [OPENAI_API_KEY, OXY_ENCRYPTION_KEYS.split(":")[1] ?? "", password];
    expect(secrets.every((secret) => secret.length > 20)).toBe(true);
    expect(await project.exported()).toMatch(/"url":\s*\{[^}]*"ciphertext"/);
    expect(await filesWith(project, secrets)).toEqual([]);
    expect(await processesWith(secrets)).toEqual([]);
    console.info(
      `update: no connection for ${gapMs.toFixed(0)} ms; killed worker: answered after ${restartedMs.toFixed(0)} ms`,
    );
  }, 180_000);
});

/** Resolves with the ms from the end of the number's socket to the next login; called before the socket ends. */
async function gapOf({ phone }: Conversation): Promise<number> {
  const logins = phone.totalConnections;
  await phone.waitFor(() => phone.connections === 0, 60_000);
  const ended = performance.now();
  await phone.waitFor(() => phone.totalConnections > logins);
  return performance.now() - ended;
}

/** Files of the project, its home and its state in which one of these texts is. */
async function filesWith({ folder }: StackProject, texts: readonly string[]): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  expect(files).toContain(join(folder, ".oxy/state/.pulumi/stacks/oxy-workers/local.json"));
  const contents = await Promise.all(files.map(async (file) => ({ file, content: await readFile(file) })));
  return contents
    .filter(({ content }) => texts.some((text) => content.includes(text)))
    .map(({ file }) => file);
}

/** Command lines of this machine in which one of these texts is. */
async function processesWith(texts: readonly string[]): Promise<string[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")),
  );
  return lines.filter((line) => texts.some((text) => line.includes(text)));
}
