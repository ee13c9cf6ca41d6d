import { Redis } from "ioredis";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { faultAt } from "../../emulators/faults.ts";
import { NotOurs } from "../resource.ts";
import { railwayApi } from "./api.ts";
import { project, type ProjectOutputs } from "./project.ts";
import { isMutation, useRailway } from "./railway-fixture.ts";
import { railwayRedis, type RedisInputs } from "./redis.ts";
import { createService, findService, seeService } from "./services.ts";

const railway = useRailway();

let place: ProjectOutputs;
let inputs: RedisInputs;

beforeEach(async () => {
  place = await project.create("staging", { stack: "staging" }, railway.context());
  inputs = {
    ...place,
    stack: "staging",
    placement: "us-east4-eqdc4a",
    image: "redis:8.2.2",
    maxMemoryMb: 64,
    isOpen: true,
  };
  railway.emulator().forget();
});

async function create(more: Partial<RedisInputs> = {}) {
  return await railwayRedis.create("staging", { ...inputs, ...more }, railway.context());
}

function known(more: Partial<RedisInputs> = {}) {
  return { inputs: { ...inputs, ...more }, outputs: { condition: "", privateUrl: "", publicUrl: "" } };
}

async function update(more: Partial<RedisInputs> = {}) {
  return await railwayRedis.update("staging", { ...inputs, ...more }, known(), railway.context());
}

async function read(more: Partial<RedisInputs> = {}) {
  return (await railwayRedis.read("staging", known(more), railway.context()))?.outputs;
}

async function see() {
  const api = railway.context().api(railwayApi);
  const found = await findService(api, place, "oxy-redis", "staging");
  if (found === undefined) throw new Error("there is no Redis");
  return { id: found.id, seen: await seeService(api, place, found) };
}

/** Asks it once, from outside. */
async function asked<T>(url: string, question: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url, { maxRetriesPerRequest: 0, retryStrategy: () => null, lazyConnect: true });
  redis.on("error", () => {});
  try {
    await redis.connect();
    return await question(redis);
  } finally {
    redis.disconnect();
  }
}

const CREATION = [
  "serviceCreate",
  "volumeCreate",
  "tcpProxyCreate",
  "variableCollectionUpsert",
  "serviceInstanceUpdate",
  "serviceInstanceDeployV2",
];

test("it answers, evicts nothing, writes to its volume, and is written once", async () => {
  const outputs = await create();
  expect(outputs).toEqual({
    condition: "running",
    privateUrl: "${{oxy-redis.REDIS_URL}}",
    publicUrl: expect.stringMatching(/^redis:\/\/default:[\w-]{32}@127\.0\.0\.1:\d+$/),
  });
  const settings = await asked(outputs.publicUrl, async (redis) => [
    ...((await redis.config("GET", "maxmemory")) as unknown[]),
    ...((await redis.config("GET", "maxmemory-policy")) as unknown[]),
    ...((await redis.config("GET", "appendonly")) as unknown[]),
  ]);
  expect(settings.filter((_, index) => index % 2 === 1)).toEqual([`${64 * 2 ** 20}`, "noeviction", "yes"]);
  expect(await create()).toEqual(outputs);
  expect(await read()).toEqual(outputs);
  expect(railway.writes()).toEqual(CREATION);
});

test("it is started as the image expects it, with its password from a variable", async () => {
  await create({ maxMemoryMb: 512 });
  const { seen } = await see();
  expect(seen.startCommand).toBe(
    `/bin/sh -c 'exec docker-entrypoint.sh redis-server --requirepass "$REDIS_PASSWORD" --dir /data ` +
      `--appendonly yes --appendfsync everysec --save "" --maxmemory 512mb --maxmemory-policy noeviction'`,
  );
  expect(seen.drainingSeconds).toBe(30);
});

test("without a proxy it has no address outside, and closing it takes that away", async () => {
  expect((await create({ isOpen: false })).publicUrl).toBe("");
  const { publicUrl } = await update({ isOpen: true });
  expect(await asked(publicUrl, (redis) => redis.ping())).toBe("PONG");
  expect((await update({ isOpen: false })).publicUrl).toBe("");
  await expect(asked(publicUrl, (redis) => redis.ping())).rejects.toThrow("Connection is closed");
});

test("what it keeps stays where it is when its memory is changed", async () => {
  const { publicUrl } = await create();
  await asked(publicUrl, (redis) => redis.set("kept", "yes"));
  const changed = await update({ maxMemoryMb: 128 });
  expect(changed.publicUrl).toBe(publicUrl);
  const seen = await asked(publicUrl, async (redis) => [
    await redis.get("kept"),
    ((await redis.config("GET", "maxmemory")) as string[])[1],
  ]);
  expect(seen).toEqual(["yes", `${128 * 2 ** 20}`]);
});

const cuts = CREATION.flatMap((name) => [["before", name] as const, ["after", name] as const]);

test.each(cuts)("cut off %s %s, it is completed, with one password and one volume", async (when, name) => {
  railway.emulator().inject(faultAt(0, { kind: `cut ${when}` }, isMutation(name)));
  const { publicUrl } = await create().catch(() => create());
  expect(await asked(publicUrl, (redis) => redis.ping())).toBe("PONG");
  expect(await read()).toMatchObject({ condition: "running", publicUrl });
  const { seen } = await see();
  expect(seen.proxies).toHaveLength(1);
  expect(seen.volume).toEqual(expect.any(String));
});

test("one of that name that somebody else made is neither adopted nor deleted", async () => {
  await createService(railway.context().api(railwayApi), place, "oxy-redis", {});
  railway.emulator().forget();
  await expect(create()).rejects.toThrow(
    'service "oxy-redis" at Railway exists and is not of stack staging (its variable OXY_NAMESPACE would say so): rename or delete it',
  );
  await expect(railwayRedis.delete("staging", known(), railway.context())).rejects.toBeInstanceOf(NotOurs);
  expect(railway.writes()).toEqual([]);
});

describe("what was changed by hand is noticed and put right:", () => {
  test("the proxy is gone", async () => {
    await create();
    const { seen } = await see();
    await railway.byHand({
      document: `mutation byHand($id: String!) { tcpProxyDelete(id: $id) }`,
      variables: { id: seen.proxies[0]?.id },
      answer: z.object({}),
    });
    expect((await read())?.condition).toBe("running without a TCP proxy");
    const { publicUrl } = await update();
    expect(await asked(publicUrl, (redis) => redis.ping())).toBe("PONG");
  });

  test("somebody opened it", async () => {
    await create({ isOpen: false });
    const { id } = await see();
    await railway.byHand({
      document: `mutation byHand($input: TCPProxyCreateInput!) { tcpProxyCreate(input: $input) { id } }`,
      variables: { input: { environmentId: place.environmentId, serviceId: id, applicationPort: 6379 } },
      answer: z.object({}),
    });
    expect((await read({ isOpen: false }))?.condition).toBe("running open to the internet");
    await update({ isOpen: false });
    expect((await read({ isOpen: false }))?.condition).toBe("running");
  });

  test("its volume is gone", async () => {
    await create();
    const { seen } = await see();
    await railway.byHand({
      document: `mutation byHand($id: String!) { volumeDelete(volumeId: $id) }`,
      variables: { id: seen.volume },
      answer: z.object({}),
    });
    expect((await read())?.condition).toBe("without a volume");
    railway.emulator().forget();
    await update();
    expect(railway.writes()).toEqual(["volumeCreate", "variableCollectionUpsert", "serviceInstanceDeployV2"]);
    expect((await read())?.condition).toBe("running");
  });
});

test("deleted it is gone with its volume, and once more is fine", async () => {
  await create();
  railway.emulator().forget();
  await railwayRedis.delete("staging", known(), railway.context());
  expect(railway.writes()).toEqual(["deploymentStop", "volumeDelete", "serviceDelete"]);
  expect(await read()).toBeUndefined();
  await railwayRedis.delete("staging", known(), railway.context());
});

test("another region is refused: its volume is where it is", () => {
  expect(railwayRedis.refusal?.(inputs, { ...inputs, placement: "us-west2" })).toBe(
    "region: expected us-east4-eqdc4a, where the volume of this stack's Redis is, got us-west2",
  );
  expect(railwayRedis.refusal?.(inputs, { ...inputs, maxMemoryMb: 128 })).toBeUndefined();
});

test("while it is redeployed nobody reaches it, and whoever was connected is told", async () => {
  const { publicUrl } = await create();
  const redis = new Redis(publicUrl, { retryStrategy: () => 20, maxRetriesPerRequest: null });
  redis.on("error", () => {});
  const closed = vi.fn<() => void>();
  redis.on("close", closed);
  await redis.ping();
  await update({ maxMemoryMb: 96 });
  expect(await redis.ping()).toBe("PONG");
  expect(closed).toHaveBeenCalled();
  redis.disconnect();
});
