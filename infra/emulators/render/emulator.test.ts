import { describe, expect, test } from "vitest";
import { z } from "zod";
import { ApiClient, type Call } from "../../api/client.ts";
import { asked } from "../../provider/local/redis-settings.ts";
import { renderApi } from "../../provider/render/api.ts";
import { useRender } from "./render-fixture.ts";

const OWNER = "tea-rehearsal";
const render = useRender({
  pace: { overlap: 1, health: 5 },
  builds: (repo) => (repo.endsWith("/known") ? `built@sha256:${"a".repeat(64)}` : undefined),
});

const made = z.object({ service: z.object({ id: z.string() }), deployId: z.string() });
const deploy = z.object({ id: z.string(), status: z.string(), trigger: z.string() });

async function call<Answer = undefined>(
  method: Call<Answer>["method"],
  path: string,
  more: Partial<Call<Answer>> = {},
): Promise<Answer> {
  return await render().api.call({ method, path, doing: `${method} ${path}`, ...more });
}

function body(imagePath: string, more: object = {}, details: object = {}): object {
  return {
    type: "web_service",
    name: "one",
    ownerId: OWNER,
    image: { ownerId: OWNER, imagePath },
    serviceDetails: { runtime: "image", healthCheckPath: "/", ...details },
    ...more,
  };
}

async function create(given: object): Promise<string> {
  return (await call("POST", "/services", { body: given, answer: made })).service.id;
}

async function deploysOf(id: string): Promise<z.output<typeof deploy>[]> {
  const listed = await call("GET", `/services/${id}/deploys`, { answer: z.array(z.object({ deploy })) });
  return listed.map((entry) => entry.deploy);
}

async function statusesOf(id: string): Promise<string[]> {
  return (await deploysOf(id)).map(({ status }) => status);
}

async function live(id: string): Promise<void> {
  await expect.poll(async () => (await statusesOf(id))[0], { timeout: 10_000 }).toBe("live");
}

async function deployed(given: object): Promise<string> {
  const id = await create(given);
  await live(id);
  return id;
}

describe("a deploy", () => {
  test("has the old instance go on for a while after the new one is live, and ends it then", async () => {
    const id = await deployed(body(await render().image("a")));
    const [before] = render().containers.running;
    await call("PATCH", `/services/${id}`, {
      body: { image: { ownerId: OWNER, imagePath: await render().image("b") } },
    });
    await call("POST", `/services/${id}/deploys`, { body: {} });
    await live(id);
    const switched = performance.now();
    expect(render().containers.running).toContain(before);
    await expect.poll(() => render().containers.running, { timeout: 10_000 }).not.toContain(before);
    expect(performance.now() - switched).toBeGreaterThan(500);
    expect(await statusesOf(id)).toEqual(["live", "deactivated"]);
  });

  test("takes the settings along; writing them reaches nobody", async () => {
    const id = await deployed(body(await render().image("a")));
    const pids = await Promise.all(render().containers.running.map((container) => container.pid()));
    await call("PUT", `/services/${id}/env-vars`, { body: [{ key: "GREETING", value: "later" }] });
    await call("PATCH", `/services/${id}`, { body: { serviceDetails: { plan: "pro" } } });
    expect(await Promise.all(render().containers.running.map((container) => container.pid()))).toEqual(pids);
    expect(await statusesOf(id)).toEqual(["live"]);
  });

  test("is canceled by a later one", async () => {
    const id = await create(body(await render().image("a", { status: 503 })));
    await call("PATCH", `/services/${id}`, {
      body: { image: { ownerId: OWNER, imagePath: await render().image("b") } },
    });
    await call("POST", `/services/${id}/deploys`, { body: {} });
    await live(id);
    expect(await statusesOf(id)).toEqual(["live", "canceled"]);
    expect(render().containers.running).toHaveLength(1);
  });

  test("fails when it is not healthy in time, and leaves nothing of itself", async () => {
    const id = await create(body(await render().image("a", { status: 503 })));
    await expect.poll(() => statusesOf(id), { timeout: 15_000 }).toEqual(["update_failed"]);
    expect(render().containers.running).toEqual([]);
  }, 20_000);

  test("of a repository is of what that is built to", async () => {
    await render().image("a");
    const { image: _none, ...others } = body("") as { image?: object };
    const known = await create({ ...others, repo: "https://example.invalid/known" });
    await live(known);
    const unknown = await create({ ...others, repo: "https://example.invalid/other" });
    await expect.poll(() => statusesOf(unknown)).toEqual(["build_failed"]);
  });
});

test("a suspended service runs nothing, and is deployed when it is resumed", async () => {
  const id = await deployed(body(await render().image("a")));
  await call("POST", `/services/${id}/suspend`);
  await expect.poll(() => render().containers.running).toEqual([]);
  await expect(call("POST", `/services/${id}/deploys`, { body: {} })).rejects.toThrow(
    "(400: service is suspended)",
  );
  await call("POST", `/services/${id}/resume`);
  await live(id);
  expect((await deploysOf(id))[0]?.trigger).toBe("service_resumed");
});

test("a process that ignores its signal is killed after the grace period", async () => {
  const stubborn = `process.on("SIGTERM", () => {}); process.exit = () => {};`;
  const image = await render().image("a", { start: stubborn });
  const id = await deployed(body(image, {}, { maxShutdownDelaySeconds: 1 }));
  await call("DELETE", `/services/${id}`);
  await expect.poll(() => render().containers.running, { timeout: 10_000 }).toEqual([]);
});

test("a list comes in pages, and filtered", async () => {
  const image = await render().image("a");
  const names = ["one", "two", "one", "three"];
  for (const name of names) await create(body(image, { name }));
  const listed = z.array(z.object({ cursor: z.string(), service: z.object({ name: z.string() }) }));
  const page = async (query: Record<string, string | number>) =>
    await call("GET", "/services", { query, answer: listed });
  const first = await page({ limit: 3 });
  const second = await page({ limit: 3, cursor: first.at(-1)?.cursor ?? "" });
  expect([...first, ...second].map(({ service }) => service.name)).toEqual(names);
  expect(await page({ name: "one" })).toHaveLength(2);
  expect(await page({ name: "two,three", type: "web_service" })).toHaveLength(2);
  expect(await page({ type: "background_worker" })).toEqual([]);
});

test.each<[string, string, object | undefined]>([
  ["POST", "/services", { ...body("image"), color: "red" }],
  ["POST", "/services", body("image", {}, { plan: "0.5c-512mb" })],
  ["POST", "/services", body("image", {}, { maxShutdownDelaySeconds: 301 })],
  ["POST", "/services", body("image", { ownerId: "tea-other" })],
  ["POST", "/services", body("image", { type: "background_worker" })],
  ["POST", "/services", body("image", {}, { numInstances: 2, disk: { name: "data", mountPath: "/data" } })],
  ["POST", "/key-value", { name: "one", ownerId: OWNER, plan: "huge" }],
  ["GET", "/services?color=red", undefined],
  ["GET", "/services?limit=101", undefined],
])("what Render would not take is refused: %s %s %j", async (method, path, given) => {
  await expect(call(method as "GET", path, { body: given })).rejects.toThrow(/\(400: /);
  // Nor does its description.
  render().emulator.forget();
});

test("disks are listed with the service that has them", async () => {
  const disk = { name: "sessions", mountPath: "/data", sizeGB: 1 };
  const id = await create(body(await render().image("a"), {}, { disk }));
  const listed = z.array(z.object({ disk: z.looseObject({}) }));
  const all = await call("GET", "/disks", { query: { ownerId: OWNER }, answer: listed });
  expect(all).toMatchObject([{ disk: { ...disk, serviceId: id, id: expect.stringMatching(/^dsk-/) } }]);
});

test("a free Key Value forgets everything when its plan changes, and no plan becomes smaller", async () => {
  const instance = z.object({ id: z.string() });
  const free = { name: "kv", ownerId: OWNER, plan: "free" };
  const { id } = await call("POST", "/key-value", { body: free, answer: instance });
  const state = z.object({ status: z.string() });
  const available = async () =>
    await expect
      .poll(async () => (await call("GET", `/key-value/${id}`, { answer: state })).status, {
        timeout: 10_000,
      })
      .toBe("available");
  await available();
  const info = z.object({ internalConnectionString: z.string() });
  const url = async () =>
    (await call("GET", `/key-value/${id}/connection-info`, { answer: info })).internalConnectionString;
  await asked(await url(), (redis) => redis.set("key", "value"));
  await call("PATCH", `/key-value/${id}`, { body: { plan: "standard" } });
  await available();
  expect(await asked(await url(), (redis) => redis.get("key"))).toBeNull();
  await expect(call("PATCH", `/key-value/${id}`, { body: { plan: "starter" } })).rejects.toThrow(
    "(400: cannot downgrade the plan of a key value instance)",
  );
});

test("another key is refused in Render's own form", async () => {
  const other = new ApiClient(renderApi, { ...render().emulator.environment, RENDER_API_KEY: "another" });
  await expect(other.call({ method: "GET", path: "/owners", doing: "list workspaces" })).rejects.toThrow(
    "RENDER_API_KEY: Render does not accept it, asked to list workspaces (401: unauthorized)",
  );
});
