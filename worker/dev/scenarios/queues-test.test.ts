import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { Redis } from "ioredis";
import { expect, onTestFinished, test } from "vitest";
import { startRedisServer } from "../redis-server.ts";
import { benchmarkFiles } from "../stacks/bench-fixture.ts";

const MAIN = fileURLToPath(new URL("../../../bench/queues-test.ts", import.meta.url));
const NOTHING_AMISS = { lost: 0, seenTwice: 0, unreadable: 0, failedPercent: 0 };

interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** `npm run queues:test`, as it is called. @param onLine may end it */
async function queuesTest(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  onLine: (line: string, interrupt: () => void) => void = () => {},
): Promise<Run> {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { PATH: process.env["PATH"] ?? "", ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const ended = once(child, "close") as Promise<[number | null]>;
  const stderr = text(child.stderr);
  let stdout = "";
  for await (const line of createInterface(child.stdout)) {
    stdout += `${line}\n`;
    onLine(line, () => child.kill("SIGINT"));
  }
  const [code] = await ended;
  return { code, stdout, stderr: await stderr };
}

async function keysOf(url: string): Promise<readonly string[]> {
  const redis = new Redis(url);
  const keys = await redis.keys("*");
  await redis.quit();
  return keys;
}

test("without REDIS_URL the load goes through a Redis of its own, and what came of it is one line of JSON", async () => {
  const limits = await benchmarkFiles({ limits: { ...NOTHING_AMISS, answeredPerSecond: 0.5 } });
  const { code, stdout, stderr } = await queuesTest(["--limits", limits, "--workers", "2", "--json"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const { version, targets } = JSON.parse(stdout) as { version: number; targets: readonly object[] };
  expect(version).toBe(1);
  expect(targets).toEqual([
    expect.objectContaining({
      name: "embedded Redis",
      verdict: "Go",
      measures: expect.objectContaining({
        replyP95Ms: { kind: "known", low: expect.any(Number), high: expect.any(Number) },
        redisCommandsPerMessage: expect.objectContaining({ kind: "known" }),
      }),
      outcome: expect.objectContaining({
        measurement: expect.objectContaining({ messages: 16, answered: 16 }),
      }),
    }),
  ]);
});

test("an AI that is slower than the limit is told with by how much, and fails; the Redis is left as it was", async () => {
  const redis = await startRedisServer();
  onTestFinished(() => redis.stop());
  const other = new Redis(redis.url);
  await other.set("somebody's", "value");
  await other.quit();
  const limits = await benchmarkFiles({ aiMs: 1_500, limits: { ...NOTHING_AMISS, replyP50Ms: 1_000 } });
  const { code, stdout, stderr } = await queuesTest(["--limits", limits], { REDIS_URL: redis.url });
  expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
  expect(stdout).toMatch(
    new RegExp(
      `^127\\.0\\.0\\.1:${redis.port}: No-Go\n {2}replyP50Ms: expected at most 1000 ms, got \\d+, \\S+ too many$`,
      "m",
    ),
  );
  expect(await keysOf(redis.url)).toEqual(["somebody's"]);
});

test("Ctrl-C ends it, and the Redis is left as it was", async () => {
  const redis = await startRedisServer();
  onTestFinished(() => redis.stop());
  const limits = await benchmarkFiles({ seconds: 60, limits: NOTHING_AMISS });
  const run = await queuesTest(["--limits", limits], { REDIS_URL: redis.url }, (line, interrupt) => {
    if (line.includes("customers write")) interrupt();
  });
  expect(run).toMatchObject({ code: 130, stderr: "" });
  expect(run.stdout).toContain("stopped; what was written is removed");
  expect(await keysOf(redis.url)).toEqual([]);
});

test.each([
  [["--speed", "0"], {}, "--speed: expected a number above 0, got 0\n"],
  [["--workers", "none"], {}, "--workers: expected an integer from 1 to 50, got none\n"],
  [["--limits", "/nowhere.yaml"], {}, "/nowhere.yaml: expected a file, got ENOENT"],
  [["--color"], {}, "Unknown option '--color'"],
  [
    [],
    { REDIS_URL: "http://127.0.0.1" },
    "REDIS_URL: expected redis://… or rediss://…, got a value of 16 characters\n",
  ],
  [
    [],
    { REDIS_URL: "redis://:s3cret@127.0.0.1:1" },
    "REDIS_URL: expected a Redis that lets itself be used, got connect ECONNREFUSED 127.0.0.1:1\n",
  ],
])("what cannot be meant writes nothing: %j %j", async (args, environment, sentence) => {
  const { code, stderr } = await queuesTest(args, environment as Readonly<Record<string, string>>);
  expect(code).toBe(2);
  expect(stderr).toContain(sentence);
  expect(stderr).not.toContain("s3cret");
});
