import { Redis } from "ioredis";
import { expect, test } from "vitest";
import { keysOf } from "../../adapters/redis/keys.ts";
import type { SessionRecord } from "../../sessions/session-record.ts";
import type { LocalDeployment } from "../deployment.ts";
import { useDeployments } from "./scenario-fixture.ts";

const LEASE_MS = 1_500;
const deploy = useDeployments();

/** A linked organization on a worker at one place, and another worker that waits at another. */
async function moved(end: "stop" | "kill") {
  const deployment = await deploy({ environment: { OXY_LEASE_SECONDS: `${LEASE_MS / 1000}` } });
  const first = deployment.worker({ OXY_PLACE: "render/oregon" });
  await first.ready();
  await deployment.addOrganization("ana");
  const phone = await deployment.pair("ana");
  await record(deployment, (known) => known?.state === "open" && known.place === "render/oregon");
  const second = deployment.worker({ OXY_PLACE: "fly/gru" });
  await second.ready();
  const began = performance.now();
  await first[end]();
  const taken = await record(deployment, (known) => known?.state === "open" && known.place === "fly/gru");
  return { taken, phone, withinMs: performance.now() - began };
}

/** The record, once it is so. */
async function record(
  { redisUrl, namespace }: LocalDeployment,
  is: (known: SessionRecord | undefined) => boolean,
): Promise<SessionRecord> {
  const redis = new Redis(redisUrl);
  let known: SessionRecord | undefined;
  const look = async (): Promise<boolean> => {
    const json = await redis.hget(keysOf(namespace).sessions, "ana");
    known = json === null ? undefined : (JSON.parse(json) as SessionRecord);
    return is(known);
  };
  try {
    await expect.poll(look, { interval: 20, timeout: 15_000 }).toBe(true);
    return known!;
  } finally {
    redis.disconnect();
  }
}

test("a hand-over is noted with how long the number had no connection", async () => {
  const { taken, phone, withinMs } = await moved("stop");
  expect(taken.gapFrom).toBe("end");
  expect(taken.gapMs).toBeGreaterThan(0);
  expect(taken.gapMs).toBeLessThan(withinMs);
  expect(phone.maxConnections).toBe(1);
});

test("after a kill the gap is the most it can have been: since the last heartbeat", async () => {
  const { taken, withinMs } = await moved("kill");
  expect(taken.gapFrom).toBe("heartbeat");
  // The lease had to run out, and the beat before it was up to a third of a lease before the kill.
  expect(taken.gapMs).toBeGreaterThanOrEqual(LEASE_MS);
  expect(taken.gapMs).toBeLessThan(withinMs + LEASE_MS);
});
