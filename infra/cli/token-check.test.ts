import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Api } from "../api/api.ts";
import { Containers } from "../emulators/containers.ts";
import type { Emulator } from "../emulators/emulator.ts";
import { faultAt } from "../emulators/faults.ts";
import { RedisServers } from "../emulators/redis-servers.ts";
import { startToy, toyApi } from "../emulators/toy-fixture.ts";
import { testMachine } from "../supervisor/machine-fixture.ts";
import { tokenState } from "./token-check.ts";

const machine = testMachine();
const api: Api = { ...toyApi, probe: { method: "GET", path: "/things" } };

let toy: Emulator;

beforeEach(async () => {
  const { home } = machine();
  const containers = new Containers(home, join(home, "containers"));
  toy = await startToy({ containers, redisServers: new RedisServers(join(home, "redis")), folder: home });
});
afterEach(() => toy.close());

async function state(settings: Readonly<Record<string, string>> = {}, check = true, probed = api) {
  return await tokenState(probed, { ...toy.environment, ...settings }, check);
}

test("one that is set is not asked about unless that is wanted, and never shown", async () => {
  expect(await state({ TOY_TOKEN: "not-to-be-seen" }, false)).toEqual({ fine: true, found: "TOY_TOKEN set" });
  expect(toy.calls).toEqual([]);
});

test("one that is not set is said with where to get it", async () => {
  expect(await state({ TOY_TOKEN: "" })).toEqual({
    fine: false,
    found: "TOY_TOKEN not set; get one: toy.invalid, Tokens",
  });
  expect(toy.calls).toEqual([]);
});

test("the API says whether it accepts it, asked once", async () => {
  expect(await state()).toEqual({ fine: true, found: "TOY_TOKEN set, and accepted" });
  expect(await state({ TOY_TOKEN: "not-to-be-seen" })).toEqual({
    fine: false,
    found: "TOY_TOKEN: Toy does not accept it, asked to say whose credentials these are (401: unauthorized)",
  });
  expect(toy.calls.map(({ method, status }) => [method, status])).toEqual([
    ["GET", 200],
    ["GET", 401],
  ]);
});

test.each([403, 404])("whoever is told %i was recognised", async (status) => {
  toy.inject(faultAt(0, { kind: "status", status }));
  expect(await state()).toEqual({ fine: true, found: "TOY_TOKEN set, and accepted" });
});

test("a refusal with status 200 is one", async () => {
  const refusing = { ...api, messageOf: () => "Not Authorized" };
  expect(await state({}, true, refusing)).toEqual({
    fine: false,
    found: "TOY_TOKEN: Toy does not accept it (Not Authorized)",
  });
});

test("an API that nobody can ask is not said to accept anything", async () => {
  expect(await state({}, true, toyApi)).toMatchObject({
    fine: false,
    found: "TOY_TOKEN set; nobody knows how to check it",
  });
});
