import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, describe, expect, test } from "vitest";
import { TestEngine } from "./client-fixture.ts";

const executable = join(import.meta.dirname, "pulumi-resource-oxy");
const toys = join(import.meta.dirname, "toy-fixture.ts");
const started: ChildProcess[] = [];

afterEach(() => {
  for (const child of started.splice(0)) child.kill("SIGKILL");
});

function start(command: string, parameters: string[] = []): ChildProcess {
  const child = spawn(command, parameters, { stdio: ["ignore", "pipe", "pipe"] });
  started.push(child);
  return child;
}

async function firstLine(child: ChildProcess): Promise<string> {
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
  const [line] = (await once(lines, "line")) as [string];
  return line;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe("the executable", () => {
  test("prints its port and nothing else, and answers there", async () => {
    const child = start(executable, ["127.0.0.1:1"]);
    const port = await firstLine(child);
    expect(port).toMatch(/^\d+$/);
    const engine = new TestEngine(`127.0.0.1:${port}`);
    expect(await engine.schema()).toMatchObject({ name: "oxy" });
    engine.close();
  });

  test.each(["SIGTERM", "SIGINT"] as const)("ends with %s", async (signal) => {
    const child = start(executable);
    await firstLine(child);
    child.kill(signal);
    expect(await once(child, "exit")).toEqual([0, null]);
  });

  test("ends when the engine was killed", async () => {
    const shell = start("/bin/sh", ["-c", `"${executable}" & echo $!; wait`]);
    const lines = createInterface({ input: shell.stdout as NodeJS.ReadableStream });
    const printed: string[] = [];
    lines.on("line", (line) => printed.push(line));
    await expect.poll(() => printed.length, { timeout: 10_000 }).toBe(2);
    const pid = Number(printed[0]);
    expect(isAlive(pid)).toBe(true);
    shell.kill("SIGKILL");
    await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false);
  });

  test("says in one sentence that there is no Node to run it", async () => {
    const folder = await mkdtemp(join(tmpdir(), "provider-"));
    try {
      await cp(executable, join(folder, "pulumi-resource-oxy"));
      await writeFile(join(folder, "node"), "#!/bin/sh\necho v20.20.2\n");
      await chmod(join(folder, "node"), 0o755);
      const child = spawn(join(folder, "pulumi-resource-oxy"), {
        env: { PATH: `${folder}:/bin:/usr/bin` },
        stdio: ["ignore", "ignore", "pipe"],
      });
      started.push(child);
      const said: string[] = [];
      child.stderr.on("data", (chunk: Buffer) => said.push(chunk.toString()));
      expect(await once(child, "close")).toEqual([1, null]);
      expect(said.join("")).toMatch(/^The provider oxy needs Node 24 .*\n$/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

test("what is being done is aborted at the end", async () => {
  const home = await mkdtemp(join(tmpdir(), "provider-"));
  const child = start(process.execPath, [toys]);
  const engine = new TestEngine(`127.0.0.1:${await firstLine(child)}`);
  try {
    await engine.configure({ home });
    const said = once(child.stderr as NodeJS.ReadableStream, "data");
    const hanging = expect(engine.create({ name: "one", behaviour: "hangs" })).rejects.toMatchObject({
      details: 'creating oxy:toy:Thing "one" was cancelled',
    });
    // Without an engine, progress goes to stderr.
    expect(String(await said)).toBe(`${engine.urn}: making thing-one with undefined\n`);
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    await hanging;
    expect(await ended).toEqual([0, null]);
  } finally {
    engine.close();
    await rm(home, { recursive: true });
  }
});
