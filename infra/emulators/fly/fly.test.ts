import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { testMachine } from "../../supervisor/machine-fixture.ts";
import { bundleDirectory } from "../../image.ts";
import { Containers } from "../containers.ts";
import type { Emulator } from "../emulator.ts";
import { RedisServers } from "../redis-servers.ts";
import { startFlyWith, type FlyOptions } from "./emulator.ts";
import { RateLimit } from "./rate-limit.ts";

const machine = testMachine();
let emulator: Emulator;
let containers: Containers;

/** Says how it was told to end, and then goes on for that long, in ms. */
const PROGRAM = `const stay = Number(process.env.STAY ?? 0);
  for (const signal of ["SIGINT", "SIGTERM"])
    process.on(signal, () => { console.log(signal); setTimeout(() => process.exit(0), stay); });
  setInterval(() => {}, 1000);
  console.log("here");
  if (process.env.EXIT !== undefined) setTimeout(() => process.exit(Number(process.env.EXIT)), 50);`;
const IMAGE = `registry.example/any@sha256:${"a".repeat(64)}`;

beforeEach(() => start());
afterEach(() => emulator.close());

async function start(options: FlyOptions = {}): Promise<void> {
  const { home } = machine();
  const folder = bundleDirectory(home, `sha256:${"a".repeat(64)}`);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "main.mjs"), PROGRAM);
  containers = new Containers(home, join(home, "containers"));
  emulator = await startFlyWith(
    { containers, redisServers: new RedisServers(join(home, "redis")), folder: home },
    options,
  );
  await ask("POST", "/apps", { name: "app", org_slug: "acme" });
}

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown> & { readonly id: string };
}

async function ask(method: string, path: string, body?: unknown, nonce?: string): Promise<Answer> {
  const response = await fetch(`${emulator.url}${path}`, {
    method,
    headers: {
      ...emulator.api.headers(emulator.credentials),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...(nonce === undefined ? {} : { "fly-machine-lease-nonce": nonce }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: (text === "" ? {} : JSON.parse(text)) as Answer["body"] };
}

/** A machine that runs. @returns its path */
async function running(config: object = {}, name = "one"): Promise<string> {
  const { body } = await ask("POST", "/apps/app/machines", { name, config: { image: IMAGE, ...config } });
  const path = `/apps/app/machines/${body.id}`;
  expect((await ask("GET", `${path}/wait?state=started&timeout=10`)).status).toBe(200);
  await vi.waitFor(async () => expect(await printedBy(path)).toContain("here"), 10_000);
  return path;
}

async function printedBy(path: string): Promise<string[]> {
  const { body } = await ask("GET", `/api/v1/apps/app/logs?instance=${path.split("/").at(-1)}`);
  return (body["data"] as { attributes: { message: string } }[]).map(({ attributes }) => attributes.message);
}

async function stopped(path: string): Promise<void> {
  const { body } = await ask("GET", path);
  const wait = `${path}/wait?state=stopped&instance_id=${body["instance_id"] as string}&timeout=20`;
  expect((await ask("GET", wait)).status).toBe(200);
}

test("a machine that was told nothing gets SIGINT, and is killed 5 s after it", async () => {
  const path = await running({ env: { STAY: "60000" } });
  const began = performance.now();
  await ask("POST", `${path}/stop`);
  await stopped(path);
  const seconds = (performance.now() - began) / 1_000;
  expect(seconds).toBeGreaterThan(4.5);
  expect(seconds).toBeLessThan(9);
  expect(await printedBy(path)).toContain("SIGINT");
}, 30_000);

test("one that was told so gets SIGTERM and the time that it needs", async () => {
  const path = await running({ env: { STAY: "500" }, stop_config: { signal: "SIGTERM", timeout: "1m0s" } });
  await ask("POST", `${path}/stop`, { signal: "SIGTERM", timeout: "60s" });
  expect((await ask("GET", path)).body["state"]).toBe("stopping");
  await stopped(path);
  expect(await printedBy(path)).toContain("SIGTERM");
  await ask("POST", `${path}/start`);
  expect((await ask("GET", `${path}/wait?timeout=10`)).status).toBe(200);
});

test("whether one that ends starts again, its restart policy says", async () => {
  const gone = await running({ env: { EXIT: "0" } });
  await vi.waitFor(async () => expect((await ask("GET", gone)).body["state"]).toBe("stopped"), 10_000);
  const always = await running({ env: { EXIT: "0" }, restart: { policy: "always" } }, "always");
  const exitsOf = async () =>
    ((await ask("GET", always)).body["events"] as { type: string }[]).filter(({ type }) => type === "exit");
  await vi.waitFor(async () => expect(await exitsOf()).not.toHaveLength(0), 10_000);
  expect((await ask("GET", always)).body["state"]).toBe("started");
});

describe("while a machine is leased", () => {
  test("only who has the nonce changes it; whoever else is told who has it, and until when", async () => {
    const path = await running();
    const { status, body } = await ask("POST", `${path}/lease`, { ttl: 60, description: "mine" });
    expect(status).toBe(201);
    const { nonce } = body["data"] as { nonce: string };
    for (const [method, where, sent] of [
      ["POST", `${path}/stop`, undefined],
      ["POST", path, { config: { image: IMAGE } }],
      ["DELETE", `${path}?force=true`, undefined],
      ["POST", `${path}/lease`, { ttl: 1 }],
      ["DELETE", `${path}/lease`, undefined],
    ] as const) {
      const refused = await ask(method, where, sent, "another");
      expect(refused).toMatchObject({
        status: 409,
        body: {
          status: "error",
          message: expect.stringMatching(
            /^machine ID \w+ lease currently held by somebody@tokens.fly.io, expires at 20.*Z$/,
          ) as string,
        },
      });
    }
    expect((await ask("GET", `${path}/lease`)).body["data"]).toMatchObject({ nonce, description: "mine" });
    expect((await ask("POST", `${path}/stop`, undefined, nonce)).status).toBe(200);
    expect((await ask("DELETE", `${path}/lease`, undefined, nonce)).status).toBe(200);
    expect((await ask("GET", `${path}/lease`)).status).toBe(404);
  });

  test("it is so until its time is over", async () => {
    const path = await running();
    await ask("POST", `${path}/lease`, { ttl: 1 });
    expect((await ask("POST", `${path}/stop`)).status).toBe(409);
    await vi.waitFor(async () => expect((await ask("POST", `${path}/stop`)).status).toBe(200), 5_000);
  });
});

test("it is told what it does not do", async () => {
  const path = await running();
  expect(await ask("POST", "/apps/app/machines", { name: "one", config: { image: IMAGE } })).toMatchObject({
    status: 409,
    body: { error: expect.stringContaining("already_exists: unique machine name violation") as string },
  });
  expect((await ask("DELETE", path)).status).toBe(412);
  expect((await ask("DELETE", "/apps/app")).status).toBe(412);
  expect((await ask("POST", path, { config: { image: IMAGE }, region: "ams" })).status).toBe(400);
  expect((await ask("GET", `${path}/wait?state=stopped`)).status).toBe(400);
  expect((await ask("GET", `${path}/wait?state=destroyed&timeout=0`)).status).toBe(408);
  expect((await ask("POST", "/apps", { name: "app", org_slug: "acme" })).status).toBe(422);
  expect((await ask("POST", "/apps", { app_name: "app2", org_slug: "acme" })).status).toBe(400);
  expect((await ask("POST", "/apps/app/machines", { config: { image: IMAGE, colour: 1 } })).status).toBe(400);
  expect((await ask("GET", "/apps/none")).status).toBe(404);
});

describe("a volume", () => {
  const order = { name: "data", region: "gru", size_gb: 2 };
  const mounting = (id: string, path = "/data") => ({
    region: "gru",
    config: { image: IMAGE, mounts: [{ volume: id, path }] },
  });

  /** @returns its id */
  async function created(more: object = {}): Promise<string> {
    const { body } = await ask("POST", "/apps/app/volumes", { ...order, ...more });
    expect(body["state"]).toBe("creating");
    await vi.waitFor(async () => expect((await shown(body.id))["state"]).toBe("created"), 5_000);
    return body.id;
  }

  async function shown(id: string): Promise<Answer["body"]> {
    return (await ask("GET", `/apps/app/volumes/${id}`)).body;
  }

  test("is of one machine until that is destroyed; then it can be deleted, and is kept for a day", async () => {
    const id = await created();
    expect(await shown(id)).toMatchObject({ ...order, attached_machine_id: null });
    const { body: one } = await ask("POST", "/apps/app/machines", mounting(id));
    expect((await shown(id))["attached_machine_id"]).toBe(one.id);
    expect(await ask("POST", "/apps/app/machines", mounting(id))).toMatchObject({
      status: 412,
      body: { error: `failed_precondition: volume already claimed by machine ${one.id}` },
    });
    await ask("DELETE", `/apps/app/machines/${one.id}?force=true`);
    expect(await ask("DELETE", `/apps/app/volumes/${id}`)).toMatchObject({
      status: 412,
      body: { error: `failed_precondition: volume is currently bound to machine: ${one.id}` },
    });
    await ask("GET", `/apps/app/machines/${one.id}/wait?state=destroyed&timeout=10`);
    expect((await ask("DELETE", `/apps/app/volumes/${id}`)).body["state"]).toBe("scheduling_destroy");
    await vi.waitFor(async () => expect((await shown(id))["state"]).toBe("pending_destroy"), 5_000);
    expect((await ask("GET", "/apps/app/volumes")).body).toMatchObject([{ id, state: "pending_destroy" }]);
    expect((await ask("POST", "/apps/app/machines", mounting(id))).status).toBe(400);
  });

  test("grows and does not shrink, and is refused where Fly has none such", async () => {
    const id = await created();
    expect((await ask("PUT", `/apps/app/volumes/${id}/extend`, { size_gb: 3 })).status).toBe(200);
    expect((await ask("PUT", `/apps/app/volumes/${id}/extend`, { size_gb: 2 })).status).toBe(422);
    expect((await shown(id))["size_gb"]).toBe(3);
    for (const wrong of [{ name: "with-dash" }, { name: "a".repeat(31) }, { size_gb: 0 }, { size_gb: 501 }])
      expect((await ask("POST", "/apps/app/volumes", { ...order, ...wrong })).status).toBe(422);
    expect((await ask("POST", "/apps/app/volumes", { ...order, size: 1 })).status).toBe(400);
    expect((await ask("GET", "/apps/app/volumes/vol_none")).status).toBe(404);
  });

  test("cannot be mounted elsewhere, before it is there, or with another one", async () => {
    const [here, there] = [await created(), await created({ region: "ams" })];
    const { body: early } = await ask("POST", "/apps/app/volumes", order);
    expect((await ask("POST", "/apps/app/machines", mounting(early.id))).status).toBe(412);
    expect((await ask("POST", "/apps/app/machines", mounting(there))).status).toBe(400);
    expect((await ask("POST", "/apps/app/machines", mounting(here, "/"))).status).toBe(400);
    const mounts = [here, there].map((volume) => ({ volume, path: `/${volume}` }));
    const two = { region: "gru", config: { image: IMAGE, mounts } };
    expect((await ask("POST", "/apps/app/machines", two)).status).toBe(400);
  });
});

test("what is destroyed is in no list, and its name is free", async () => {
  const path = await running({ metadata: { of: "me" } });
  expect((await ask("GET", "/apps/app/machines?metadata.of=me")).body).toHaveLength(1);
  expect((await ask("GET", "/apps/app/machines?metadata.of=you")).body).toHaveLength(0);
  await ask("DELETE", `${path}?force=true`);
  expect((await ask("GET", `${path}/wait?state=destroyed&timeout=10`)).status).toBe(200);
  expect((await ask("GET", "/apps/app/machines")).body).toHaveLength(0);
  expect((await ask("GET", "/apps/app/machines?include_deleted=true")).body).toHaveLength(1);
  expect(containers.running).toEqual([]);
  await running();
});

test("an app takes along what is left in it, when it is forced", async () => {
  await running();
  expect((await ask("DELETE", "/apps/app?force=true")).status).toBe(202);
  expect(containers.running).toEqual([]);
  expect((await ask("GET", "/apps?org_slug=acme")).body).toMatchObject({ total_apps: 0 });
});

test("where it is asked to, it counts requests as Fly does", async () => {
  await emulator.close();
  await start({ isLimited: true });
  const answers = await Promise.all(Array.from({ length: 5 }, () => ask("GET", "/apps/app/machines")));
  expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 200, 200, 429, 429]);
  const limit = new RateLimit();
  for (let look = 0; look < 10; look++) limit.admit("look", true);
  expect(() => limit.admit("look", true)).toThrow("rate limit exceeded");
  expect(() => limit.admit("another", true)).not.toThrow();
});
