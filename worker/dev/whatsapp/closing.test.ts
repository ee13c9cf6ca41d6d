import { once } from "node:events";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import { startWhatsAppSimulator } from "./simulator.ts";

function resources(): string[] {
  return process
    .getActiveResourcesInfo()
    .filter((kind) => /^TCP|^Timeout/.test(kind))
    .toSorted();
}

test("a closed simulator leaves no socket, no timer and no waiting promise", async () => {
  const before = resources();
  const simulator = await startWhatsAppSimulator();
  const contact = simulator.contact();
  const socket = new WebSocket(simulator.url);
  await once(socket, "open");
  const waiting = expect(contact.waitForMessage("never")).rejects.toThrow("closed");
  const ended = once(socket, "close");
  await simulator.close();
  await Promise.all([waiting, ended]);
  expect(simulator.sockets).toBe(0);
  await expect.poll(resources).toEqual(before);
});
