import { expect, test } from "vitest";
import { useDeployments } from "./scenario-fixture.ts";

const deploy = useDeployments();

test("a customer's message is answered, and the worker ends cleanly", async () => {
  const deployment = await deploy();
  const worker = deployment.worker();
  await worker.ready();
  await deployment.addOrganization("ana");
  const phone = await deployment.pair("ana");
  const customer = deployment.whatsapp.contact();
  customer.write(phone, "oi");
  await customer.waitForMessage("re: oi");
  await phone.waitFor(() => phone.pending === 0);
  expect(await worker.stop()).toBe(0);
  expect(phone.connections).toBe(0);
  expect(phone.maxConnections).toBe(1);
  expect(phone.nacks).toEqual([]);
  expect(customer.wire).toHaveLength(1);
});
