import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Conversation, resultOf } from "./conversation-fixture.ts";
import { engine } from "./engine-fixture.ts";
import { oxyAsIs } from "./oxy-fixture.ts";

const MESSAGES = 30;

describe.skipIf(engine === undefined)("oxy usage (needs the Pulumi engine)", () => {
  test("measures a stack while it is used, and writes what compare takes", async () => {
    const conversation = await Conversation.start();
    const { project } = conversation;
    const output = join(project.folder, "usage.yaml");
    const watching = project.oxy(["usage", "--seconds", "45", "-o", output, "--json"]);
    for (let message = 0; message < MESSAGES; message++) await conversation.exchange(`m${message}`);
    const run = await watching;
    const result = resultOf(run.answers);
    expect(result).toMatchObject({
      stack: "local",
      messages: expect.any(Number),
      usage: { sessions: { low: 1, high: 1 } },
      queues: ["automation", "campaign", "cron", "message-0"].map((name) => ({
        prefix: "{local}",
        name,
        workers: 1,
        stalled: 0,
        failed: 0,
      })),
    });
    const { received, sent } = result["deployment"] as Record<"received" | "sent", { count: number }>;
    // What the phone told its companion when it was linked may be among them.
    expect(received.count).toBeGreaterThanOrEqual(MESSAGES);
    expect(received.count).toBeLessThanOrEqual(MESSAGES + 2);
    expect(sent.count).toBe(MESSAGES);
    expect(result["findings"]).toContainEqual(expect.objectContaining({ about: "eviction", verdict: "ok" }));

    const text = await readFile(output, "utf8");
    expect(text).toMatch(/^version: 1\nfrom: stack local, \d{4}-/);
    expect(text).toMatch(/^sessions: 1$/m);
    expect(text).toMatch(/^ {2}oxy\/idle\/commands-minute\/standard\/client: \d/m);
    // Nobody knows a day of a stack that is a minute old, and nothing keeps tokens.
    expect(text).not.toMatch(/^(messages|ai):/m);
    const compared = await oxyAsIs(["compare", "--usage", output, "--example", "fly-gru", "--json"]);
    expect(compared).toMatchObject({ stderr: "", code: 0 });
    expect(`${run.stdout}${text}`).not.toContain(new URL(await conversation.storeUrl()).password);
  }, 180_000);
});
