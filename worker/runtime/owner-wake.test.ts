import { Queue } from "bullmq";
import { expect, test, vi } from "vitest";
import { useRecord } from "../conversation/record-fixture.ts";
import { OwnerWake } from "./owner-wake.ts";
import { messageQueue } from "./queue-names.ts";

const deploy = useRecord();
const quiet = (): void => {};

test("the owner of a conversation is woken through the queue of its slot, however often", async () => {
  const deployment = deploy();
  const { redis, keys } = deployment;
  const warn = vi.fn<() => void>();
  const warned = vi.spyOn(process, "emitWarning").mockImplementation(quiet);
  await deployment.lease("ana", { owner: "p1" });
  const owners = new OwnerWake({
    ...{ redis, keys, connection: redis },
    log: { error: quiet, warn, info: quiet, debug: quiet },
  });
  const conversation = { organization: "ana", chat: "1@lid" };
  const queue = new Queue(messageQueue(3), { connection: redis, prefix: keys.prefix });
  // A process that has no slot yet, or is gone.
  await owners.wake(conversation);
  expect(await queue.getJobCountByTypes("prioritized")).toBe(0);
  await redis.hset(keys.process("p1"), "slot", 3);
  for (let times = 0; times < 20; times++) await owners.wake(conversation);
  expect(await queue.getJobCountByTypes("prioritized")).toBe(20);
  expect(warn).not.toHaveBeenCalled();
  // As of listeners that pile up.
  expect(warned).not.toHaveBeenCalled();
  warned.mockRestore();
  await owners.close();
  await queue.close();
});
