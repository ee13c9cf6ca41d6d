import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { createConnection } from "node:net";
import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { Conversation, ONE_OF_EACH, resultOf } from "./conversation-fixture.ts";
import { engine } from "./engine-fixture.ts";
import type { StackProject } from "./stack-fixture.ts";

describe.skipIf(engine === undefined)("oxy up on this machine (needs the Pulumi engine)", () => {
  test("deploys the sources, which answer a customer; again it changes and restarts nothing; destroy leaves nothing", async () => {
    const conversation = await Conversation.prepare("./worker");
    const { project } = conversation;
    const before = await filesOf(project);
    const deployed = await conversation.up();
    expect(deployed).toMatchObject({ changes: { create: 8 }, image: expect.stringMatching(/^sha256:/) });
    await conversation.linkThroughStack();
    await conversation.exchange("Vocês abrem no domingo?");
    const running = await project.running();
    expect(running).toEqual(ONE_OF_EACH);

    const planned = resultOf(await project.must(["preview"]));
    expect(planned["changes"]).toEqual({ same: 8 });
    const began = performance.now();
    const again = resultOf(await project.must(["up", "--yes", "--expect-no-changes"]));
    const unchangedSeconds = (performance.now() - began) / 1000;
    expect(again["changes"]).toEqual({ same: 8 });
    expect(await project.running()).toEqual(running);
    await conversation.exchange("E no feriado?");

    const ports = await portsOf(conversation, again);
    expect(await Promise.all(ports.map(isListening))).toEqual([true, true, true]);
    await conversation.beginTurn("E na segunda?");
    const ending = performance.now();
    const answers = await project.must(["destroy", "--yes"], undefined, {
      onAnswer: ({ message }) => {
        if (String(message).startsWith("draining")) conversation.endThoughts();
      },
    });
    const destroySeconds = (performance.now() - ending) / 1000;
    expect(resultOf(answers)["changes"]).toEqual({ delete: 8 });
    // What was thought is said: nobody else is there to say it.
    await conversation.answered();
    expect(destroySeconds).toBeLessThan(30);
    expect(await project.processes()).toEqual([]);
    expect(await Promise.all(ports.map(isListening))).toEqual([false, false, false]);
    expect(await filesOf(project)).toEqual(before);
    expect(existsSync(`${project.home}/services`)).toBe(false);
    expect(conversation.connections).toMatchObject({ most: 1, replaced: 0 });
    console.info(
      `up ${String(deployed["seconds"])} s, no-change up ${unchangedSeconds.toFixed(1)} s (${String(again["seconds"])} s in the engine), destroy in a turn ${destroySeconds.toFixed(1)} s`,
    );
  }, 180_000);
});

/** Paths of what a stack may leave behind on this machine; the engine's own records are not it. */
async function filesOf({ home }: StackProject): Promise<string[]> {
  const all = await readdir(home, { recursive: true });
  return all.filter((path) => !path.startsWith("state")).toSorted();
}

async function portsOf(
  conversation: Conversation,
  { urls }: Readonly<Record<string, unknown>>,
): Promise<number[]> {
  const { main = {} } = urls as Record<string, Record<string, string>>;
  return [...Object.values(main), await conversation.storeUrl()].map((url) => Number(new URL(url).port));
}

async function isListening(port: number): Promise<boolean> {
  const socket = createConnection(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
