import { expect, test, vi } from "vitest";
import { useRecord } from "../conversation/record-fixture.ts";
import type { Logger } from "../runtime/logging.ts";
import { organizationSettings } from "./organization.ts";
import { Organizations } from "./organizations.ts";

const deploy = useRecord();
const settings = (instructions: string) => organizationSettings.parse({ name: "Loja", instructions });

function process(deployment: ReturnType<typeof deploy>) {
  const logged: Record<string, unknown>[] = [];
  const note = (message: string, fields?: object): void => void logged.push({ message, ...fields });
  const log: Logger = { error: note, warn: note, info: note, debug: note };
  return { organizations: new Organizations({ ...deployment, log }), logged };
}

test("what one process saves, another one has once it is told that something changed", async () => {
  const deployment = deploy();
  const [one, other] = [process(deployment), process(deployment)];
  expect(await one.organizations.save("loja", settings("a"))).toBe("added");
  await other.organizations.refresh();
  expect(other.organizations.settings("loja").instructions).toBe("a");

  expect(await one.organizations.save("loja", settings("b"))).toBe("changed");
  // The version of before: nothing is asked.
  await other.organizations.refresh("1");
  expect(other.organizations.settings("loja").instructions).toBe("a");
  await other.organizations.refresh("2");
  expect(other.organizations.settings("loja").instructions).toBe("b");
});

test("who asks while older settings are being read gets those of now", async () => {
  const deployment = deploy();
  const [reading, read] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const log: Logger = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {} };
  const also = vi
    .fn<() => Promise<void>>(async () => {})
    .mockImplementationOnce(async () => {
      reading.resolve();
      await read.promise;
    });
  const organizations = new Organizations({ ...deployment, log, also });
  const one = process(deployment).organizations;
  await one.save("loja", settings("a"));
  const first = organizations.refresh();
  await reading.promise;
  await one.save("nova", settings("b"));
  const second = organizations.refresh("2");
  const third = organizations.refresh("2");
  read.resolve();
  await Promise.all([first, second, third]);
  expect(organizations.find("nova")?.instructions).toBe("b");
  expect(also).toHaveBeenCalledTimes(2);
});

test("what changes with the same version is read along, and again where it could not be", async () => {
  const deployment = deploy();
  const log: Logger = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {} };
  const also = vi.fn<() => Promise<void>>().mockRejectedValueOnce(new Error("the store is gone"));
  const organizations = new Organizations({ ...deployment, log, also });
  await organizations.save("loja", settings("a"));
  await expect(organizations.refresh("1")).rejects.toThrow("the store is gone");
  await organizations.refresh("1");
  await organizations.refresh("1");
  expect(also).toHaveBeenCalledTimes(2);
});

test("without a change nothing is read again", async () => {
  const deployment = deploy();
  const { organizations } = process(deployment);
  await organizations.save("loja", settings("a"));
  await organizations.refresh();
  // As no save would leave it.
  await deployment.redis.del(deployment.keys.organizations);
  await organizations.refresh();
  await organizations.refresh("1");
  expect(organizations.ids).toEqual(["loja"]);
});

test("settings that cannot be read any more are those of before, and other organizations' are read", async () => {
  const deployment = deploy();
  const { keys, redis } = deployment;
  const { organizations, logged } = process(deployment);
  await organizations.save("loja", settings("a"));
  await organizations.save("padaria", settings("b"));
  await organizations.load();
  await redis.hset(keys.organizations, "loja", "nothing that a key opens");
  await redis.hdel(keys.organizations, "padaria");
  await organizations.load();
  expect(organizations.find("loja")?.instructions).toBe("a");
  expect(organizations.ids).toEqual(["loja"]);
  expect(logged).toMatchObject([{ message: "organization's settings cannot be read", organization: "loja" }]);
  // Whoever never read them has none.
  const other = process(deployment);
  await other.organizations.load();
  expect(other.organizations.ids).toEqual([]);
});

test("what another version wrote is used without what is not known, and that is logged without values", async () => {
  const deployment = deploy();
  const { keys, redis, sealing } = deployment;
  const { organizations, logged } = process(deployment);
  const json = JSON.stringify({ name: "Loja", secretSauce: "never shown", fallbackMessage: "oops" });
  await redis.hset(keys.organizations, "loja", sealing.seal(`${keys.organizations} loja`, json));
  await organizations.load();
  expect(organizations.settings("loja").fallbackMessage).toBe("oops");
  expect(logged).toEqual([
    { message: "settings of another version left out", organization: "loja", settings: "secretSauce" },
  ]);
});
