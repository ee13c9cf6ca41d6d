import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { asked } from "../../provider/local/redis-settings.ts";
import { Emulators } from "../cloud.ts";
import { startUpstash } from "./emulator.ts";

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

const request = { database_name: "one", platform: "aws", primary_region: "us-east-1", plan: "fixed_250mb" };

/** As anybody calls it. */
async function call(method: string, path: string, body?: object, user?: string) {
  const { UPSTASH_EMAIL = "", UPSTASH_API_KEY = "" } = emulators.apis.upstash.credentials;
  const response = await fetch(`${emulators.apis.upstash.url}${path}`, {
    method,
    headers: {
      authorization: `Basic ${btoa(user ?? `${UPSTASH_EMAIL}:${UPSTASH_API_KEY}`)}`,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

async function create(more: object = {}): Promise<string> {
  const { status, body } = await call("POST", "/redis/database", { ...request, ...more });
  expect(status).toBe(200);
  return String(body["database_id"]);
}

test.each([
  ["a region that there is not", { primary_region: "brazil" }],
  ["a plan that there is not", { plan: "fixed_2gb" }],
  ["a name for what is called otherwise", { name: "one" }],
  ["a flag as text", { tls: "true" }],
  ["no platform", { platform: undefined }],
])("a creation with %s is refused in the API's own form", async (_what, more) => {
  const { status, body } = await call("POST", "/redis/database", { ...request, ...more });
  expect({ status, body }).toEqual({
    status: 400,
    body: { code: "400", message: expect.stringContaining("body") as string },
  });
  expect(await call("GET", "/redis/databases")).toEqual({ status: 200, body: [] });
});

test("whoever presents another key is refused", async () => {
  expect(await call("GET", "/redis/databases", undefined, "somebody:else")).toEqual({
    status: 401,
    body: { code: "401", message: "unauthorized" },
  });
});

test("a database is there after a while, and its password is told only where it is asked for", async () => {
  const { body: created } = await call("POST", "/redis/database", request);
  expect(created).toMatchObject({ state: "passive", modifying_state: "creating" });
  const id = String(created["database_id"]);
  const { body } = await vi.waitFor(async () => {
    const shown = await call("GET", `/redis/database/${id}`);
    expect(shown.body).toMatchObject({ state: "active", modifying_state: "", region: "global" });
    return shown;
  });
  expect(body["password"]).toMatch(/^[0-9a-f]{32}$/);
  expect((await call("GET", `/redis/database/${id}?credentials=hide`)).body).not.toHaveProperty("password");
  const { body: all } = await call("GET", "/redis/databases");
  expect(all).toEqual([expect.not.objectContaining({ password: expect.anything() as unknown })]);
});

test("another plan is another limit of the same redis-server", async () => {
  const id = await create();
  const { body } = await call("GET", `/redis/database/${id}`);
  const url = `redis://:${String(body["password"])}@${String(body["endpoint"])}:${String(body["port"])}`;
  const limit = () => asked(url, (redis) => redis.config("GET", "maxmemory"));
  expect(await limit()).toContain(`${250 * 1024 ** 2}`);
  const changed = await call("POST", `/redis/${id}/change-plan`, { plan_name: "fixed_1gb" });
  expect(changed).toEqual({ status: 200, body: "OK" });
  expect(await limit()).toContain(`${1024 ** 3}`);
  await call("DELETE", `/redis/database/${id}`);
  await expect(limit()).rejects.toThrow(/ECONNREFUSED|closed/);
});

test("a database that evicts says so to whoever is connected, until that is switched off", async () => {
  const id = await create({ eviction: true });
  const { body } = await call("GET", `/redis/database/${id}`);
  const url = `redis://:${String(body["password"])}@${String(body["endpoint"])}:${String(body["port"])}`;
  const policy = () => asked(url, (redis) => redis.config("GET", "maxmemory-policy"));
  expect(await policy()).toContain("volatile-random");
  await call("POST", `/redis/${id}/change-plan`, { plan_name: "fixed_1gb" });
  expect(await policy()).toContain("volatile-random");
  await call("POST", `/redis/disable-eviction/${id}`);
  expect(await policy()).toContain("noeviction");
});

test("a second free database is refused, also by way of another plan", async () => {
  await create({ plan: "free" });
  const refusal = { status: 400, body: { code: "400", message: "free tier allows one database" } };
  expect(await call("POST", "/redis/database", { ...request, plan: "free" })).toEqual(refusal);
  const id = await create();
  expect(await call("POST", `/redis/${id}/change-plan`, { plan_name: "free" })).toEqual(refusal);
});

test.each([
  ["GET", "/redis/database/none", undefined],
  ["DELETE", "/redis/database/none", undefined],
  ["POST", "/redis/none/change-plan", { plan_name: "payg" }],
  ["PATCH", "/redis/update-budget/none", { budget: 1 }],
  ["POST", "/redis/disable-eviction/none", undefined],
])("%s %s is not found", async (method, path, body) => {
  expect((await call(method, path, body)).status).toBe(404);
});
