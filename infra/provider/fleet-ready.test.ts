import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { useStore } from "../control/store-fixture.ts";
import { testContext } from "./context-fixture.ts";
import { fleetReady, type FleetReadyInputs } from "./fleet-ready.ts";
import { ResourceFailed } from "./resource.ts";

const store = useStore();
const IMAGE = `ghcr.io/acme/worker@sha256:${"a".repeat(64)}`;
const BEFORE = `ghcr.io/acme/worker@sha256:${"b".repeat(64)}`;
const context = (signal?: AbortSignal) => testContext("/nowhere", {}, signal);

function inputsOf(stack: string, change: Partial<FleetReadyInputs> = {}): FleetReadyInputs {
  return {
    stack,
    fleet: "main",
    place: "fly/gru",
    image: IMAGE,
    seconds: 20,
    storeUrl: store.url(),
    ...change,
  };
}

test("it is there as soon as a process with that image at that place has joined, and not before", async () => {
  const stack = store.namespace();
  await store.join(stack, { id: "before", place: "fly/gru", image: BEFORE });
  await store.join(stack, { id: "elsewhere", place: "render/oregon", image: IMAGE });
  await store.join(stack, { id: "another", fleet: "other", place: "fly/gru", image: IMAGE });
  let created = false;
  const creating = fleetReady.create("id", inputsOf(stack), context()).then(() => (created = true));
  await delay(600);
  expect(created).toBe(false);
  await store.join(stack, { id: "one", place: "fly/gru", image: IMAGE });
  await creating;
});

test("an update waits in the same way", async () => {
  const stack = store.namespace();
  await store.join(stack, { id: "before", place: "fly/gru", image: BEFORE });
  const known = { inputs: inputsOf(stack, { image: BEFORE }), outputs: {} };
  const update = fleetReady.update("id", inputsOf(stack, { seconds: 1 }), known, context());
  await expect(update).rejects.toThrow("no process of fleet main at fly/gru has joined the others");
  await store.join(stack, { id: "one", place: "fly/gru", image: IMAGE });
  expect(await fleetReady.update("id", inputsOf(stack), known, context())).toEqual({});
});

test("when none comes, it says who is there instead", async () => {
  const stack = store.namespace();
  await store.join(stack, { id: "before", place: "render/oregon", image: BEFORE });
  await store.join(stack, { id: "old", fleet: "old" });
  const create = fleetReady.create("id", inputsOf(stack, { seconds: 1 }), context());
  await expect(create).rejects.toEqual(
    new ResourceFailed(
      `no process of fleet main at fly/gru has joined the others with image ${IMAGE} within 1 s; ` +
        `there are: main at render/oregon with ${BEFORE}; ` +
        "old at a place that it does not say with an image that it does not say",
    ),
  );
});

test("one that was killed does not count", async () => {
  const stack = store.namespace();
  await store.join(stack, { id: "one", place: "fly/gru", image: IMAGE });
  await store.lose(stack, "one");
  const create = fleetReady.create("id", inputsOf(stack, { seconds: 1 }), context());
  await expect(create).rejects.toThrow(/within 1 s; there are none$/);
});

test("a store that cannot be reached is the reason, without its password", async () => {
  const storeUrl = "redis://:password-of-nobody@127.0.0.1:1";
  const create = fleetReady.create("id", inputsOf("trial", { storeUrl, seconds: 1 }), context());
  const error = (await create.catch((reason: unknown) => reason)) as Error;
  expect(error).toBeInstanceOf(ResourceFailed);
  expect(error.message).toMatch(/within 1 s; the store cannot be reached: .*ECONNREFUSED/);
  expect(error.message).not.toContain("password-of-nobody");
});

test("where the store is out of reach, the admin API is asked", async () => {
  const { storeUrl: _, ...others } = inputsOf("trial", { seconds: 1 });
  const inputs = { ...others, adminUrl: "http://127.0.0.1:1", adminToken: "token-of-this-test" };
  const create = fleetReady.create("id", inputs, context());
  await expect(create).rejects.toThrow(/the admin API at http:\/\/127\.0\.0\.1:1 cannot be reached/);
});

test.each([
  ["no way", {}],
  ["an address without a token", { adminUrl: "http://127.0.0.1:1" }],
  ["two ways", { storeUrl: "redis://127.0.0.1", adminUrl: "http://127.0.0.1:1", adminToken: "token" }],
])("%s to the workers is refused", (_, way) => {
  const { storeUrl: _storeUrl, ...others } = inputsOf("trial");
  expect(fleetReady.inputs.safeParse({ ...others, ...way }).success).toBe(false);
});

test("who stops it waits no longer", async () => {
  const stop = new AbortController();
  const create = fleetReady.create("id", inputsOf(store.namespace()), context(stop.signal));
  const stopped = expect(create).rejects.toThrow("stopped");
  stop.abort(new Error("stopped"));
  await stopped;
});

test("it is the fleet's one, and nothing but a record", async () => {
  const known = { inputs: inputsOf("trial"), outputs: {} };
  expect(fleetReady.identify(known.inputs)).toBe("trial/main");
  expect(await fleetReady.read("trial/main", known, context())).toBe(known);
  expect(await fleetReady.delete("trial/main", known, context())).toBeUndefined();
});
