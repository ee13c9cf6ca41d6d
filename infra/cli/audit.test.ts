import { Queue } from "bullmq-5";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { connectionTo, redisServer } from "../audit/audit-fixture.ts";
import type { RedisWish } from "../emulators/redis-servers.ts";
import { oxy } from "./oxy-fixture.ts";

async function withQueue(wish: Partial<RedisWish> = {}) {
  const server = await redisServer(wish);
  const queue = new Queue("mail", { connection: connectionTo(server) });
  onTestFinished(() => queue.close());
  await queue.add("greet", { to: "somebody", body: "what nobody else may read" }, { delay: 600_000 });
  return server;
}

describe("oxy audit", () => {
  test("says in words what was found, at 100 columns, with the source of each price, and no password", async () => {
    const server = await withQueue();
    const { code, stdout, stderr } = await oxy("audit", server.url, "--seconds", "5", "--concurrency", "5");
    expect(stderr).toBe("");
    // A job is delayed, and no worker is there to take it.
    expect(code).toBe(1);
    expect(stdout).toContain(`redis://${server.host}:${server.port}: watched for 5 s …`);
    expect(stdout).toMatch(/^ {2}wrong {3}workers: 0 workers connected to 1 queue; nobody works on mail/m);
    expect(stdout).toMatch(/^ {2}ok {6}eviction: noeviction/m);
    expect(stdout).toMatch(/^ {2}upstash\/payg\/commands: .+, seen \d{4}-\d\d-\d\d$/m);
    const widest = Math.max(
      ...stdout
        .split("\nPrices of")[0]!
        .split("\n")
        .map((line) => line.length),
    );
    expect(widest).toBeLessThanOrEqual(100);
    for (const secret of [server.password, "somebody", "what nobody else may read"])
      expect(stdout).not.toContain(secret);
  });

  test("prints all of it as a line of JSON, with the prices of another day", async () => {
    const server = await withQueue();
    const { stdout } = await oxy("audit", server.url, "--seconds", "5", "--as-of", "2024-12-31", "--json");
    expect(JSON.parse(stdout)).toMatchObject({
      kind: "result",
      redis: `redis://${server.host}:${server.port}`,
      plans: { day: "2024-12-31", payAsYouGo: { usd: null }, fixed: null, advice: "unknown" },
      queues: [{ name: "mail", delayed: 1 }],
    });
    expect(stdout).not.toContain(server.password);
  });

  test("takes the password of its environment, and tells prices of a day that has none", async () => {
    const server = await withQueue();
    vi.stubEnv("REDIS_PASSWORD", server.password);
    onTestFinished(() => void vi.unstubAllEnvs());
    const address = `redis://${server.host}:${server.port}`;
    const { stdout, stderr } = await oxy("audit", address, "--seconds", "5", "--as-of", "2024-12-31");
    expect(stderr).toBe("");
    expect(stdout).toContain("\nPrices of 2024-12-31:\n  none is known for that day\n");
    expect(stdout).not.toContain(server.password);
  });

  test.each([
    [["--seconds", "1"], "expected a number from 5 to 86400"],
    [["--ai-seconds", "5-2"], "expected seconds from 0 to 3600, or two of them such as 2-5"],
    [["--as-of", "2025-02-30"], "expected a day, such as 2025-01-15"],
    [["--concurrency", "-1"], "expected a number from 1 to 1000000"],
  ])("refuses %j", async (options, sentence) => {
    const { code, stderr } = await oxy("audit", "redis://127.0.0.1:1", ...options);
    expect(code).toBe(2);
    expect(stderr).toContain(sentence);
  });

  test("ends with 1 and one sentence where there is nothing to audit", async () => {
    const { code, stdout, stderr } = await oxy("audit", "redis://:hunter2@127.0.0.1:1");
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toBe(
      "oxy: redis://127.0.0.1:1: nobody listens there that could be reached from here (ECONNREFUSED)\n",
    );
  });
});
