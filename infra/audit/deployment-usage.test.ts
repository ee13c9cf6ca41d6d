import { describe, expect, onTestFinished, test } from "vitest";
import { administrator, redisServer } from "./audit-fixture.ts";
import { AuditConnection, type Reading } from "./connection.ts";
import { deploymentUsage, receivedNow } from "./deployment-usage.ts";
import { redisAddress } from "./redis-address.ts";

const HOUR_MS = 3_600_000;
const RECEIVED_MS = 26 * HOUR_MS;
const SENT_MS = 7 * 24 * HOUR_MS;

async function store() {
  const server = await redisServer();
  const reading = await AuditConnection.open(redisAddress(server.url));
  onTestFinished(() => reading.close());
  const redis = administrator(server);
  /** Keys of messages from so many hours ago. */
  const keep = async (part: "inbox" | "sent", ids: readonly string[], hoursAgo = 0, namespace = "shop") => {
    const left = (part === "inbox" ? RECEIVED_MS : SENT_MS) - hoursAgo * HOUR_MS;
    for (const id of ids) await redis.set(`{${namespace}}:${part}:loja:${id}`, "x", "PX", left);
  };
  const forget = async (ids: readonly string[]) =>
    await redis.del(ids.map((id) => `{shop}:inbox:loja:${id}`));
  return { reading, keep, forget };
}

const ids = (name: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${name}-${index}`);

describe("messages that were received while a store was watched", () => {
  test("are those that came, though as many of the day before go meanwhile", async () => {
    const { reading, keep, forget } = await store();
    await keep("inbox", ids("old", 30), 25);
    const before = await receivedNow(reading, "shop");
    await forget(ids("old", 30).slice(5));
    await keep("inbox", ids("new", 25));
    const { deployment, receivedSince } = await deploymentUsage(reading, "shop", before);
    expect(receivedSince).toBe(25);
    expect(deployment).toMatchObject({ received: { count: 30 }, sent: undefined, complete: true });
  });

  test("are not known where more are kept than are counted, and neither are those of a month", async () => {
    const { reading } = await store();
    const endless = {
      timeToLive: () => Promise.resolve(RECEIVED_MS),
      scan: () => Promise.resolve(["1", ["a"]]),
    } as unknown as Reading;
    const few = await receivedNow(reading, "shop");
    const found = await deploymentUsage(endless, "shop", few);
    expect(found).toEqual({
      deployment: { received: undefined, sent: undefined, complete: false },
      receivedSince: undefined,
    });
    const since = await deploymentUsage(reading, "shop", await receivedNow(endless, "shop"));
    expect(since.receivedSince).toBeUndefined();
  });
});

describe("what is kept of a deployment", () => {
  test("is of the time that keys last, and of its own namespace", async () => {
    const { reading, keep } = await store();
    await keep("inbox", ids("a", 10), 25);
    await keep("sent", ids("a", 12), 160);
    await keep("inbox", ids("b", 9), 1, "other");
    const { deployment } = await deploymentUsage(reading, "shop", await receivedNow(reading, "shop"));
    expect(deployment).toMatchObject({ received: { count: 10, hours: 26 }, sent: { count: 12, hours: 168 } });
  });

  test("is of the time that there has been one, of one that is younger", async () => {
    const { reading, keep } = await store();
    await keep("inbox", ids("a", 10), 1);
    await keep("inbox", ["first"], 3);
    const { deployment } = await deploymentUsage(reading, "shop", await receivedNow(reading, "shop"));
    expect(deployment.received?.count).toBe(11);
    expect(deployment.received?.hours).toBeCloseTo(3, 2);
  });
});
