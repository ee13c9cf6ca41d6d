import { Redis } from "ioredis";
import { expect, test } from "vitest";
import { keysOf } from "../../adapters/redis/keys.ts";
import { readOverview } from "../../sessions/overview.ts";
import { shardOf } from "../../sessions/shards.ts";
import type { Phone } from "../whatsapp/phone.ts";
import { useDeployments } from "./scenario-fixture.ts";

const deploy = useDeployments();

test("who is told to stop while a number that it hands over awaits an ack closes that one, too, before anybody opens it", async () => {
  const deployment = await deploy({
    environment: { OXY_ACK_TIMEOUT_MS: "60000", OXY_REPLY_OBJECTIVE_MS: "60000", DRAIN_SECONDS: "2" },
  });
  const first = deployment.worker();
  await first.ready();
  // Of every two, in the order of their shards, the second one goes.
  const four = ["ana", "bia", "caio", "duda"].toSorted((a, b) => shardOf(a) - shardOf(b));
  const phones: Phone[] = [];
  for (const organization of four) {
    await deployment.addOrganization(organization);
    phones.push(await deployment.pair(organization));
  }
  const awaiting = phones[1]!;
  awaiting.withholdAcks = true;
  const customer = deployment.whatsapp.contact();
  customer.write(awaiting, "oi");
  await customer.waitForMessage("re: oi");
  const second = deployment.worker();
  await second.logs(({ message, organization }) => message === "whatsapp open" && organization === four[3]);
  expect(awaiting.totalConnections).toBe(1);
  first.signal("SIGTERM");
  await second.logs(({ message, organization }) => message === "whatsapp open" && organization === four[1]);
  expect((await first.exited).code).toBe(0);
  for (const phone of phones) await phone.waitFor(() => phone.online);
  awaiting.releaseAcks();
  for (const phone of phones) expect(phone).toMatchObject({ maxConnections: 1, conflicts: 0 });
  const redis = new Redis(deployment.redisUrl);
  const { sessions } = await readOverview(redis, keysOf(deployment.namespace));
  redis.disconnect();
  // Each was closed by the one who had it, in order, and not by its end.
  expect(four.map((organization) => sessions[organization]?.gapFrom)).toEqual(["end", "end", "end", "end"]);
  expect(customer.displayed.map(({ text }) => text)).toEqual(["re: oi"]);
});
