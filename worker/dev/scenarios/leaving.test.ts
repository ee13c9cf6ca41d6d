import { Redis } from "ioredis";
import { expect, test } from "vitest";
import { keysOf } from "../../adapters/redis/keys.ts";
import { readOverview } from "../../sessions/overview.ts";
import { FOUR, linked, useDeployments } from "./scenario-fixture.ts";

const deploy = useDeployments();

test("who is told to stop while a number that it hands over awaits an ack closes that one, too, before anybody opens it", async () => {
  const deployment = await deploy({
    environment: { OXY_ACK_TIMEOUT_MS: "60000", OXY_REPLY_OBJECTIVE_MS: "60000", DRAIN_SECONDS: "2" },
  });
  const first = deployment.worker();
  await first.ready();
  const phones = await linked(deployment, FOUR);
  const awaiting = phones[1]!;
  awaiting.withholdAcks = true;
  const customer = deployment.whatsapp.contact();
  customer.write(awaiting, "oi");
  await customer.waitForMessage("re: oi");
  const second = deployment.worker();
  await second.logs(({ message, organization }) => message === "whatsapp open" && organization === FOUR[3]);
  expect(awaiting.totalConnections).toBe(1);
  first.signal("SIGTERM");
  await second.logs(({ message, organization }) => message === "whatsapp open" && organization === FOUR[1]);
  expect((await first.exited).code).toBe(0);
  for (const phone of phones) await phone.waitFor(() => phone.online);
  awaiting.releaseAcks();
  for (const phone of phones) expect(phone).toMatchObject({ maxConnections: 1, conflicts: 0 });
  const redis = new Redis(deployment.redisUrl);
  const ends = async () => {
    const { sessions } = await readOverview(redis, keysOf(deployment.namespace));
    return FOUR.map((organization) => sessions[organization]?.gapFrom);
  };
  // Each was closed by the one who had it, in order, and not by its end. It is noted once the next one is online.
  await expect.poll(ends).toEqual(["end", "end", "end", "end"]);
  redis.disconnect();
  expect(customer.displayed.map(({ text }) => text)).toEqual(["re: oi"]);
});
