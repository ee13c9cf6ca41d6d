import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { FastifyInstance } from "fastify";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ApiClient } from "../api/client.ts";
import { bundleDirectory } from "../image.ts";
import { identityOf, isAlive } from "../supervisor/process-identity.ts";
import { testMachine } from "../supervisor/machine-fixture.ts";
import { Emulators } from "./cloud.ts";
import { emulatorsDesk } from "./desk.ts";
import { endLeftovers } from "./leftovers.ts";
import { startToy, toyApi } from "./toy-fixture.ts";

const machine = testMachine();
const image = `offline.invalid/oxy-worker@sha256:${"a".repeat(64)}`;

let emulators: Emulators<"toy" | "other">;
let desk: FastifyInstance;

beforeEach(async () => {
  const { home } = machine();
  emulators = await Emulators.start({ toy: startToy, other: startToy }, { home, folder: join(home, "run") });
  desk = emulatorsDesk(emulators, "export TOY_TOKEN='one'\n");
});
afterEach(async () => {
  await desk.close();
  await emulators.close();
});

function client(name: "toy" | "other" = "toy"): ApiClient {
  return new ApiClient(toyApi, emulators.apis[name].environment);
}

async function asked(method: "GET" | "PUT" | "DELETE", url: string, body?: unknown) {
  const payload = body === undefined ? {} : { payload: JSON.stringify(body) };
  const { statusCode, payload: answer } = await desk.inject({ method, url, ...payload });
  return { status: statusCode, body: answer === "" ? undefined : (JSON.parse(answer) as unknown) };
}

async function list(name?: "toy" | "other"): Promise<unknown> {
  return await client(name)
    .call({ method: "GET", path: "/things", doing: "list things" })
    .then(
      () => "listed",
      (error: Error) => error.message,
    );
}

async function create(): Promise<unknown> {
  const body = { image: "nowhere" };
  return await client()
    .call({ method: "POST", path: "/things", body, doing: "create a thing" })
    .then(
      () => "created",
      (error: Error) => error.message,
    );
}

/** Has the toy run this program. */
async function run(program: string): Promise<void> {
  const folder = bundleDirectory(machine().home, `sha256:${"a".repeat(64)}`);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "main.mjs"), `${program}\n`);
  await client().call({ method: "POST", path: "/things", body: { image }, doing: "create a thing" });
}

test("what the APIs were asked is told, of all or of one, and forgotten", async () => {
  await list();
  await list("other");
  await create();
  const paths = (body: unknown) => (body as { method: string; path: string }[]).map((call) => call.method);
  expect(paths((await asked("GET", "/calls")).body)).toEqual(["GET", "POST", "GET"]);
  expect(paths((await asked("GET", "/calls?api=toy")).body)).toEqual(["GET", "POST"]);
  expect(paths((await asked("GET", "/calls?writes=1")).body)).toEqual(["POST"]);
  expect(await asked("DELETE", "/calls?api=other")).toEqual({ status: 204, body: undefined });
  expect(paths((await asked("GET", "/calls")).body)).toEqual(["GET", "POST"]);
  await asked("DELETE", "/calls");
  expect((await asked("GET", "/calls")).body).toEqual([]);
});

test("capacity is taken back from a service, whether or not there is any other", async () => {
  const taken = async (body: unknown) => await asked("PUT", "/interruptions", body);
  expect(await taken({ service: "thing" })).toEqual({ status: 200, body: ["thing, capacity there"] });
  expect(await taken({ service: "thing", capacity: "absent" })).toMatchObject({
    body: ["thing, capacity absent"],
  });
  expect(await taken({ service: "moon" })).toEqual({ status: 400, body: { message: "there is no moon" } });
  expect(await taken({ service: "thing", capacity: "plenty" })).toMatchObject({ status: 400 });
});

test("the call that was meant goes wrong, and no other", async () => {
  const fault = { kind: "status", status: 422, message: "injected" };
  expect(await asked("PUT", "/faults", { api: "toy", method: "GET", nth: 1, fault })).toMatchObject({
    status: 204,
  });
  expect([await list(), await list("other"), await list(), await list()]).toEqual([
    "listed",
    "listed",
    "Toy refused to list things (422: injected)",
    "listed",
  ]);
  expect((await asked("GET", "/faults")).body).toEqual({ matched: 3, struck: 1 });
});

test.each([
  { writes: true },
  { method: "POST" },
  { bodyPattern: '"image":"now' },
  { pathPattern: "^/things$", nth: 1 },
])("of calls by %o", async (which) => {
  const fault = { kind: "status", status: 422, message: "injected" };
  await asked("PUT", "/faults", { ...which, fault });
  expect([await list(), await create()]).toEqual(["listed", "Toy refused to create a thing (422: injected)"]);
});

test("several in a row go wrong, over all APIs", async () => {
  await asked("PUT", "/faults", { nth: 1, times: 2, fault: { kind: "status", status: 409 } });
  expect([await list(), await list("other"), await list(), await list("other")]).toEqual([
    "listed",
    "Toy refused to list things (409: injected)",
    "Toy refused to list things (409: injected)",
    "listed",
  ]);
});

test("none goes wrong any more when it is told so", async () => {
  await asked("PUT", "/faults", { fault: { kind: "status", status: 422 } });
  await asked("PUT", "/faults", null);
  expect(await list()).toBe("listed");
  expect((await asked("GET", "/faults")).body).toBeNull();
});

test.each([
  ["/calls?api=moon", undefined, "api: expected one of toy, other, got moon"],
  ["/faults", { api: "moon", fault: { kind: "cut after" } }, "api: expected one of toy, other, got moon"],
  ["/faults", { fault: { kind: "burn" } }, "fault.kind: Invalid discriminator value"],
  ["/faults", { fault: { kind: "cut after" }, Nth: 1 }, 'Unrecognized key: "Nth"'],
  [
    "/faults",
    { pathPattern: "(", fault: { kind: "cut after" } },
    "pathPattern: expected a regular expression",
  ],
])("what cannot be meant is refused: %s %j", async (url, body, expected) => {
  const answer = await asked(body === undefined ? "GET" : "PUT", url, body);
  expect(answer.status).toBe(400);
  expect((answer.body as { message: string }).message).toContain(expected);
  expect(await list()).toBe("listed");
});

test("what runs is told, and all of it ends with the emulators", async () => {
  await run("setInterval(() => {}, 1_000);");
  const { body } = await asked("GET", "/services");
  const number = expect.any(Number) as number;
  expect(body).toEqual([
    { api: "toy", kind: "container", name: "thing", image, port: number, pid: number, restarts: 0 },
    { api: "toy", kind: "redis", name: "redis-1", port: number, pid: number },
  ]);
  const pids = (body as { pid: number }[]).map(({ pid }) => pid);
  const identities = pids.map((pid) => identityOf(pid));
  expect(identities.filter((identity) => identity !== undefined && isAlive(identity))).toHaveLength(2);
  await emulators.close();
  expect(identities.filter((identity) => identity !== undefined && isAlive(identity))).toEqual([]);
  expect(await readdir(machine().home)).toEqual(["images"]);
});

test("what does not heed its signal is killed when it is wanted at once", async () => {
  await run('process.on("SIGTERM", () => {}); console.log("deaf"); setInterval(() => {}, 1_000);');
  const log = join(machine().home, "run/toy/containers/thing-1/service.log");
  await vi.waitFor(async () => expect(await readFile(log, "utf8")).toContain("deaf"), { interval: 10 });
  const closed = emulators.close();
  const began = performance.now();
  await endLeftovers(join(machine().home, "run"));
  await closed;
  expect(performance.now() - began).toBeLessThan(20_000);
  expect([...machine().living().values()]).toEqual([]);
});

test("plain Pulumi is told how to use them", async () => {
  const { headers, payload } = await desk.inject({ method: "GET", url: "/environment" });
  expect(headers["content-type"]).toMatch(/^text\/plain/);
  expect(payload).toBe("export TOY_TOKEN='one'\n");
});
