import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ApiClient } from "../../api/client.ts";
import { isWrite } from "../../emulators/call.ts";
import { Emulators } from "../../emulators/cloud.ts";
import { faultAt, type Fault, type Upcoming } from "../../emulators/faults.ts";
import { startUpstash } from "../../emulators/upstash/emulator.ts";
import { testContext } from "../context-fixture.ts";
import { ResourceFailed, type Context } from "../resource.ts";
import { upstash } from "./api.ts";
import { upstashDatabase, type DatabaseInputs } from "./database.ts";
import { Databases, type Database } from "./databases.ts";

let folder: string;
let emulators: Emulators<"upstash">;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "upstash-"));
  emulators = await Emulators.start({ upstash: startUpstash }, { home: folder, folder: join(folder, "run") });
});
afterEach(async () => {
  await emulators.close();
  await rm(folder, { recursive: true });
});

const inputs: DatabaseInputs = {
  stack: "trial",
  region: "us-east-1",
  plan: "fixed_250mb",
  budget: 0,
  prodPack: false,
};
const ID = "trial/store@us-east-1";

function context(settings: Readonly<Record<string, string>> = {}, signal?: AbortSignal): Context {
  return testContext(folder, { ...emulators.environment, ...settings }, signal);
}

async function create(given: DatabaseInputs = inputs) {
  const outputs = await upstashDatabase.create(upstashDatabase.identify(given), given, context());
  return { inputs: given, outputs };
}

/** The account's own hand, beside us. */
function byHand(): Databases & { post(path: string, body?: object): Promise<void> } {
  const api = new ApiClient(upstash, emulators.environment);
  const post = async (path: string, body?: object) =>
    await api.call({ method: "POST", path, doing: path, ...(body === undefined ? {} : { body }) });
  return Object.assign(new Databases(api), { post });
}

function writes(): string[] {
  return emulators.apis.upstash.calls.filter(isWrite).map(({ method, route }) => `${method} ${route}`);
}

/** What the account has. */
async function account(): Promise<readonly Database[]> {
  return await byHand().named("oxy-trial");
}

async function ask<T>(url: string, question: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url);
  try {
    return await question(redis);
  } finally {
    redis.disconnect();
  }
}

test("a database is made where it should be, on its plan, and answers at its address", async () => {
  const { outputs } = await create();
  expect(outputs).toEqual({
    condition: "active",
    databaseId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
    endpoint: "127.0.0.1",
    url: expect.stringMatching(/^redis:\/\/default:[0-9a-f]{32}@127\.0\.0\.1:\d+$/) as string,
  });
  expect(await ask(outputs.url, (redis) => redis.set("key", "value"))).toBe("OK");
  expect(await ask(outputs.url, (redis) => redis.config("GET", "maxmemory-policy"))).toContain("noeviction");
  expect(emulators.apis.upstash.calls.find(isWrite)?.body).toEqual({
    database_name: "oxy-trial",
    platform: "aws",
    primary_region: "us-east-1",
    plan: "fixed_250mb",
    eviction: false,
    tls: true,
  });
  expect(writes()).toEqual(["POST /redis/database"]);
});

test("whatever it is made with, it is on TLS at Upstash itself", async () => {
  const { outputs } = await create({ ...inputs, region: "europe-west1", plan: "payg", budget: 30 });
  expect(emulators.apis.upstash.calls.find(isWrite)?.body).toMatchObject({
    platform: "gcp",
    tls: true,
    budget: 30,
  });
  expect(outputs.condition).toBe("active");
});

test("a second time nothing is written", async () => {
  const known = await create();
  emulators.apis.upstash.forget();
  const seen = await upstashDatabase.read(ID, known, context());
  expect(seen).toEqual(known);
  expect(await upstashDatabase.update(ID, inputs, known, context())).toEqual(known.outputs);
  expect(await create()).toEqual(known);
  expect(writes()).toEqual([]);
});

test("plan and budget are changed in place, and what it keeps stays", async () => {
  const known = await create();
  await ask(known.outputs.url, (redis) => redis.set("key", "value"));
  const next = { ...inputs, plan: "payg", budget: 40, prodPack: true } as const;
  const outputs = await upstashDatabase.update(ID, next, known, context());
  expect(outputs).toEqual(known.outputs);
  expect(writes()).toEqual([
    "POST /redis/database",
    "POST /redis/:id/change-plan",
    "PATCH /redis/update-budget/:id",
  ]);
  expect(await upstashDatabase.read(ID, { inputs: next, outputs }, context())).toEqual({
    inputs: next,
    outputs,
  });
  expect(await ask(outputs.url, (redis) => redis.get("key"))).toBe("value");
});

test("a budget that nobody asked for is left as it is", async () => {
  const known = await create({ ...inputs, plan: "payg" });
  await new ApiClient(upstash, emulators.environment).call({
    method: "PATCH",
    path: `/redis/update-budget/${known.outputs.databaseId}`,
    doing: "spend more",
    body: { budget: 999 },
  });
  expect(await upstashDatabase.read(ID, known, context())).toEqual(known);
});

describe("what was changed by hand is seen, and put right:", () => {
  test("eviction", async () => {
    const known = await create();
    await byHand().post(`/redis/enable-eviction/${known.outputs.databaseId}`);
    const seen = await upstashDatabase.read(ID, known, context());
    expect(seen?.outputs.condition).toBe("evicts when it is full");
    expect(upstashDatabase.drift?.(seen?.outputs ?? known.outputs)).toEqual(["condition"]);
    emulators.apis.upstash.forget();
    const outputs = await upstashDatabase.update(ID, inputs, seen ?? known, context());
    expect(outputs).toEqual(known.outputs);
    expect(writes()).toEqual(["POST /redis/disable-eviction/:id"]);
  });

  test("auto-upgrade", async () => {
    const known = await create();
    await byHand().post(`/redis/enable-autoupgrade/${known.outputs.databaseId}`);
    const seen = await upstashDatabase.read(ID, known, context());
    expect(seen?.outputs.condition).toBe("changes its plan by itself");
    emulators.apis.upstash.forget();
    expect(await upstashDatabase.update(ID, inputs, seen ?? known, context())).toEqual(known.outputs);
    expect(writes()).toEqual(["POST /redis/disable-autoupgrade/:id"]);
  });

  test("the plan", async () => {
    const known = await create();
    await byHand().post(`/redis/${known.outputs.databaseId}/change-plan`, { plan_name: "fixed_5gb" });
    const seen = await upstashDatabase.read(ID, known, context());
    expect(seen?.inputs.plan).toBe("fixed_5gb");
    expect(await upstashDatabase.update(ID, inputs, seen ?? known, context())).toEqual(known.outputs);
    expect((await upstashDatabase.read(ID, known, context()))?.inputs).toEqual(inputs);
  });

  test("its name: it is known by its id", async () => {
    const known = await create();
    await byHand().post(`/redis/rename/${known.outputs.databaseId}`, { name: "another" });
    expect(await upstashDatabase.read(ID, known, context())).toEqual(known);
  });

  test("that it is gone", async () => {
    const known = await create();
    await byHand().delete({ id: known.outputs.databaseId, name: "oxy-trial" });
    expect(await upstashDatabase.read(ID, known, context())).toBeUndefined();
    await expect(upstashDatabase.update(ID, inputs, known, context())).rejects.toThrow(
      /^database [0-9a-f-]{36} is gone from Upstash: run the command again$/,
    );
    await upstashDatabase.delete(ID, known, context());
  });
});

test("it is deleted once, and what is gone is deleted", async () => {
  const known = await create();
  await upstashDatabase.delete(ID, known, context());
  expect(await account()).toEqual([]);
  await upstashDatabase.delete(ID, known, context());
});

test("what a creation that was cut off left is found without its id", async () => {
  const known = await create();
  const left = { inputs, outputs: {} as typeof known.outputs };
  expect(await upstashDatabase.read(ID, left, context())).toEqual(known);
  expect(await upstashDatabase.read(ID, undefined, context())).toMatchObject({ inputs });
  await upstashDatabase.delete(ID, left, context());
  expect(await account()).toEqual([]);
});

describe("an existing database", () => {
  const other: DatabaseInputs = { ...inputs, stack: "other" };

  test("is taken over by its id, whatever its name, and brought in line", async () => {
    const before = await create({ ...other, plan: "payg" });
    const taken: DatabaseInputs = { ...inputs, plan: "payg", databaseId: before.outputs.databaseId };
    await byHand().post(`/redis/enable-eviction/${before.outputs.databaseId}`);
    emulators.apis.upstash.forget();
    expect((await create(taken)).outputs).toEqual(before.outputs);
    expect(writes()).toEqual(["POST /redis/disable-eviction/:id"]);
    const id = upstashDatabase.identify(taken);
    expect((await upstashDatabase.read(id, undefined, context()))?.inputs).toEqual(taken);
  });

  test("of an id that there is not is refused, and none is made", async () => {
    await expect(create({ ...inputs, databaseId: "not-there" })).rejects.toThrow(
      "store.databaseId: expected the id of a database of this Upstash account, got not-there",
    );
    expect(writes()).toEqual([]);
  });

  test("that an id names in another region is refused with where it is", async () => {
    const { outputs } = await create({ ...other, region: "eu-west-1" });
    const id = `${ID}/${outputs.databaseId}`;
    await expect(upstashDatabase.read(id, undefined, context())).rejects.toThrow(
      'database "oxy-other" exists at Upstash in eu-west-1: expected it in us-east-1',
    );
  });

  test("of its name in another region is not taken for it", async () => {
    await create({ ...inputs, region: "eu-west-1" });
    await expect(create()).rejects.toThrow(
      'database "oxy-trial" exists at Upstash in eu-west-1: expected it in us-east-1',
    );
    expect(await account()).toHaveLength(1);
  });

  test("that is not the only one of its name is not chosen", async () => {
    const known = await create();
    const second = await create(other);
    await byHand().post(`/redis/rename/${second.outputs.databaseId}`, { name: "oxy-trial" });
    await expect(create()).rejects.toThrow('Upstash has 2 databases named "oxy-trial"');
    expect(await upstashDatabase.read(ID, known, context())).toEqual(known);
  });
});

describe("a connection that is cut at any call of a creation", () => {
  const faults: readonly Fault[] = [
    { kind: "cut before" },
    { kind: "cut after" },
    { kind: "status", status: 503 },
  ];
  const calls: readonly (readonly [string, (call: Upcoming) => boolean])[] = [
    ["to find it", ({ path }) => path === "/redis/databases"],
    ["to create it", ({ method, path }) => method === "POST" && path === "/redis/database"],
    ["to look at it", ({ method, path }) => method === "GET" && path.startsWith("/redis/database/")],
    ["to change it", ({ path }) => path.endsWith("/change-plan")],
  ];
  const wanted: DatabaseInputs = { ...inputs, prodPack: true };

  test.each(calls.flatMap(([what, matches]) => faults.map((fault) => [what, fault, matches] as const)))(
    "%s, with %o, leaves one database, as declared after the next one at the latest",
    async (_what, fault, matches) => {
      let happened = 0;
      const once = faultAt(0, fault, matches);
      emulators.apis.upstash.inject((call) => {
        const now = once(call);
        if (now !== undefined) happened++;
        return now;
      });
      await Promise.allSettled([create(wanted)]);
      expect(happened).toBe(1);
      emulators.apis.upstash.inject(undefined);
      const known = await create(wanted);
      expect(await account()).toHaveLength(1);
      expect(known.outputs.condition).toBe("active");
      emulators.apis.upstash.forget();
      expect(await upstashDatabase.read(ID, known, context())).toEqual(known);
      expect(writes()).toEqual([]);
    },
  );
});

describe("what the API refuses is told with its words:", () => {
  test.each([
    [400, 'Upstash refused to create database "oxy-trial" in us-east-1 (400: no)'],
    [402, 'Upstash refused to create database "oxy-trial" in us-east-1 (402: no)'],
    [422, 'Upstash refused to create database "oxy-trial" in us-east-1 (422: no)'],
  ])("a %i of the creation", async (status, message) => {
    const isCreate = ({ method }: Upcoming) => method === "POST";
    emulators.apis.upstash.inject(faultAt(0, { kind: "status", status, message: "no" }, isCreate));
    await expect(create()).rejects.toThrow(message);
    expect(await account()).toEqual([]);
  });

  test("a 403 is not that it is gone", async () => {
    const known = await create();
    emulators.apis.upstash.inject(faultAt(0, { kind: "status", status: 403, message: "no" }));
    await expect(upstashDatabase.read(ID, known, context())).rejects.toThrow(
      `Upstash does not allow the holder of UPSTASH_EMAIL and UPSTASH_API_KEY to look at database ${known.outputs.databaseId} (403: no)`,
    );
  });

  test("credentials that are missing or wrong name their variables", async () => {
    const without = upstashDatabase.create(ID, inputs, context({ UPSTASH_API_KEY: "" }));
    await expect(without).rejects.toThrow(
      "UPSTASH_API_KEY: expected the credentials of Upstash's API, got nothing; get one: console.upstash.com",
    );
    const wrong = upstashDatabase.create(ID, inputs, context({ UPSTASH_API_KEY: "another-key" }));
    await expect(wrong).rejects.toThrow(
      'UPSTASH_EMAIL and UPSTASH_API_KEY: Upstash does not accept it, asked to look for database "oxy-trial" (401: unauthorized)',
    );
    await expect(wrong).rejects.not.toThrow("another-key");
  });

  test("that the free tier has one database", async () => {
    await create({ ...inputs, stack: "first", plan: "free" });
    await expect(create({ ...inputs, plan: "free" })).rejects.toThrow(
      'Upstash refused to create database "oxy-trial" in us-east-1 (400: free tier allows one database)',
    );
  });

  test("that it does not tell a password", async () => {
    const known = await create();
    const hiding = new Proxy(context(), {
      get: (target, key) =>
        key === "api"
          ? () => ({
              call: async (call: { path: string; method: "GET" }) =>
                await target.api(upstash).call({ ...call, query: { credentials: "hide" } } as never),
            })
          : (Reflect.get(target, key) as unknown),
    });
    const read = upstashDatabase.read(ID, known, hiding);
    await expect(read).rejects.toThrow(ResourceFailed);
    await expect(read).rejects.toThrow('does not tell the password of database "oxy-trial"');
  });
});

test("who stops waiting, stops at once, and the next one goes on", async () => {
  const stop = new AbortController();
  const begun = upstashDatabase.create(
    ID,
    inputs,
    Object.assign(context({}, stop.signal), {
      progress: (message: string) => {
        if (message.startsWith("waiting")) stop.abort(new Error("stopped"));
      },
    }),
  );
  await expect(begun).rejects.toThrow(/stopped|aborted/);
  const { outputs } = await create();
  expect(outputs.condition).toBe("active");
  expect(await account()).toHaveLength(1);
});
