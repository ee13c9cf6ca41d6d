import { afterEach, expect, test } from "vitest";
import { AdminChannel } from "../control/admin-channel.ts";
import { type Channel, RequestFailed } from "../control/channel.ts";
import { StoreChannel } from "../control/store-channel.ts";
import type { OperatorAccess, StackPlan } from "../plan.ts";
import { channelTo, stateOf } from "./control.ts";
import type { Deployed } from "./outputs.ts";

const opened: Channel[] = [];
afterEach(() => {
  for (const channel of opened.splice(0)) channel.close();
});

const ADMIN = { through: "admin", fleet: "main", process: "web" } as const;
const STORE = { through: "store", network: "internet" } as const;

function deployed(operator: OperatorAccess | undefined, more: Partial<Deployed>): Deployed {
  const plan = { operator } as unknown as StackPlan;
  return { plan, image: "sha256:ab", urls: { main: { "web http": "https://web.example" } }, ...more };
}

function channelOf(stack: Deployed): Channel {
  const channel = channelTo(stack, "trial");
  opened.push(channel);
  return channel;
}

test("commands go the way that the deployed plan says", () => {
  const storeUrl = "redis://127.0.0.1:1";
  expect(channelOf(deployed(STORE, { storeUrl }))).toBeInstanceOf(StoreChannel);
  expect(channelOf(deployed(ADMIN, { adminToken: "token" }))).toBeInstanceOf(AdminChannel);
});

test("a stack that was deployed before there was another way is reached through its store", () => {
  expect(channelOf(deployed(undefined, { storeUrl: "redis://127.0.0.1:1" }))).toBeInstanceOf(StoreChannel);
});

test.each([
  ["no address of the store", deployed(STORE, {})],
  ["no token", deployed(ADMIN, {})],
  ["no address of the process", deployed({ ...ADMIN, process: "all" }, { adminToken: "token" })],
])("with %s it says what to do", async (_, stack) => {
  const sentence = "stack trial says no way to its workers: run oxy up -s trial with this version";
  expect(() => channelTo(stack, "trial")).toThrow(new RequestFailed(sentence));
  expect(await stateOf(stack, "trial")).toEqual(new RequestFailed(sentence));
});

test("workers that cannot be reached are a reason, not a failure", async () => {
  const state = await stateOf(deployed(STORE, { storeUrl: "redis://127.0.0.1:1" }), "trial");
  expect(state).toBeInstanceOf(RequestFailed);
});
