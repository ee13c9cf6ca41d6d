import type { Redis } from "ioredis";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { faultAt, type Fault } from "../../emulators/faults.ts";
import { useRender } from "../../emulators/render/render-fixture.ts";
import { asked } from "../local/redis-settings.ts";
import { keyValue, type KeyValueInputs } from "./key-value.ts";

const render = useRender();
const ID = "stack@oregon";
const given: KeyValueInputs = {
  stack: "stack",
  workspace: "",
  region: "oregon",
  plan: "starter",
  openToInternet: false,
};
type Known = NonNullable<Awaited<ReturnType<typeof keyValue.read>>>;

async function create(inputs: KeyValueInputs = given): Promise<Known> {
  return { inputs, outputs: await keyValue.create(ID, inputs, render().context()) };
}

async function update(inputs: KeyValueInputs, known: Known): Promise<Known> {
  return { inputs, outputs: await keyValue.update(ID, inputs, known, render().context()) };
}

async function read(known?: Known): Promise<Known> {
  const found = await keyValue.read(ID, known, render().context());
  if (found === undefined) throw new Error("expected to find the instance");
  return found;
}

function ask<T>({ outputs }: Known, question: (redis: Redis) => Promise<T>): Promise<T> {
  return asked(outputs.internalUrl, question);
}

const listed = z.array(z.object({ keyValue: z.object({ id: z.string() }) }));

async function all(): Promise<string[]> {
  const call = { method: "GET", path: "/key-value", doing: "list", answer: listed } as const;
  return (await render().api.call(call)).map((entry) => entry.keyValue.id);
}

async function byHand(method: "POST" | "PATCH" | "DELETE", path: string, body?: unknown): Promise<void> {
  await render().api.call({ method, path, body, doing: "do it by hand" });
}

test("it is there, evicts nothing, and a second update writes nothing", async () => {
  const known = await create();
  expect(known.outputs.condition).toBe("available");
  const setting = (name: string) => ask(known, (redis) => redis.config("GET", name));
  expect(await setting("maxmemory-policy")).toEqual(["maxmemory-policy", "noeviction"]);
  expect(await setting("maxmemory")).toEqual(["maxmemory", `${256 * 1024 * 1024}`]);
  render().emulator.forget();
  expect(await read(known)).toEqual(known);
  expect(await update(given, known)).toEqual(known);
  expect(render().writes).toEqual([]);
});

test("a larger plan keeps what is in it and where it is", async () => {
  const known = await create();
  await ask(known, (redis) => redis.set("key", "value"));
  const next = await update({ ...given, plan: "standard" }, known);
  expect(next.outputs).toEqual(known.outputs);
  expect(await ask(next, (redis) => redis.get("key"))).toBe("value");
  const memory = await ask(next, (redis) => redis.config("GET", "maxmemory"));
  expect(memory).toEqual(["maxmemory", `${1024 * 1024 * 1024}`]);
  expect(await read(next)).toEqual(next);
});

test.each([
  [
    "standard",
    "starter",
    /^plan: expected standard or a larger one, got starter: Render makes no instance smaller$/,
  ],
  ["free", "starter", /^plan: expected free, got starter: Render deletes what a free instance keeps/],
])("from plan %s to %s is refused", (from, to, sentence) => {
  expect(keyValue.refusal?.({ ...given, plan: from }, { ...given, plan: to })).toMatch(sentence);
});

test.each([
  ["starter", "starter"],
  ["starter", "pro-plus"],
  ["pro", "pro_plus"],
])("from plan %s to %s is not", (from, to) => {
  expect(keyValue.refusal?.({ ...given, plan: from }, { ...given, plan: to })).toBeUndefined();
});

test("it is opened to the internet and closed again in place", async () => {
  const known = await create();
  const open = await update({ ...given, openToInternet: true }, known);
  expect(open.outputs).toEqual(known.outputs);
  expect(await read(open)).toEqual(open);
  expect(await read(await update(given, open))).toEqual(known);
});

describe("a creation", () => {
  test.each<Fault>([
    { kind: "cut before" },
    { kind: "cut after" },
    { kind: "status", status: 500 },
    { kind: "status", status: 403, message: "no" },
  ])("that fails at any of its calls with $kind $status is completed by the next one", async (fault) => {
    for (let call = 0; ; call++) {
      let seen = 0;
      render().emulator.inject(() => (seen++ === call ? fault : undefined));
      await keyValue.create(ID, given, render().context()).catch(() => {});
      render().emulator.inject(undefined);
      const known = await create();
      expect(await all()).toEqual([known.outputs.remoteId]);
      expect(await ask(known, (redis) => redis.ping())).toBe("PONG");
      await keyValue.delete(ID, known, render().context());
      expect(await all()).toEqual([]);
      if (seen <= call) break;
    }
  });

  test.each([
    ["nobody's that we know", []],
    ["stack other's", [{ cidrBlock: "192.0.2.1/32", description: "oxy stack other" }]],
  ])("does not take what is %s", async (whose, ipAllowList) => {
    await byHand("POST", "/key-value", {
      name: "oxy-stack-store-oregon",
      ownerId: "tea-rehearsal",
      plan: "starter",
      ipAllowList,
    });
    await expect(create()).rejects.toThrow(
      `Key Value "oxy-stack-store-oregon" at Render exists and is not stack stack's, but ${whose}: rename or delete it`,
    );
    expect(await all()).toHaveLength(1);
    expect(await keyValue.read(ID, undefined, render().context())).toBeUndefined();
  });

  test("that nobody recorded is found by its name", async () => {
    const known = await create();
    expect(await read()).toEqual({ ...known, inputs: { ...given, workspace: "tea-rehearsal" } });
  });
});

describe("what somebody did by hand is noticed and put right:", () => {
  test("deleted", async () => {
    const known = await create();
    await byHand("DELETE", `/key-value/${known.outputs.remoteId}`);
    expect(await keyValue.read(ID, known, render().context())).toBeUndefined();
    await keyValue.delete(ID, known, render().context());
    const again = await update(given, known);
    expect(again.outputs.remoteId).not.toBe(known.outputs.remoteId);
  });

  test.each<[string, "POST" | "PATCH", string, unknown, string]>([
    ["evicting", "PATCH", "", { maxmemoryPolicy: "allkeys_lru" }, "evicts when it is full: allkeys_lru"],
    ["forgetting", "PATCH", "", { persistenceMode: "off" }, "persistence: off"],
    [
      "opened to one more",
      "PATCH",
      "",
      { ipAllowList: [{ cidrBlock: "203.0.113.7/32", description: "office" }] },
      "other access rules",
    ],
    ["suspended", "POST", "/suspend", undefined, "suspended"],
  ])("%s", async (_what, method, path, body, condition) => {
    const known = await create();
    await byHand(method, `/key-value/${known.outputs.remoteId}${path}`, body);
    const seen = await read(known);
    expect(seen.outputs.condition).toBe(condition);
    expect(keyValue.drift?.(seen.outputs)).toEqual(["condition"]);
    expect(await read(await update(given, seen))).toEqual(known);
  });
});

test("a refusal to read is an error, not an absence", async () => {
  const known = await create();
  render().emulator.inject(faultAt(0, { kind: "status", status: 403, message: "not yours" }));
  await expect(keyValue.read(ID, known, render().context())).rejects.toThrow(
    /^Render does not allow the holder/,
  );
});

test("its addresses are secret and stay, whatever else changes", () => {
  expect(keyValue.secretOutputs).toEqual(["internalUrl", "externalUrl"]);
  expect(keyValue.stableOutputs).toEqual(expect.arrayContaining(["internalUrl", "externalUrl"]));
});
