import { afterEach, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { Emulator } from "../emulators/emulator.ts";
import { faultAt, type Fault } from "../emulators/faults.ts";
import type { Api } from "./api.ts";
import { ApiClient, type Call } from "./client.ts";
import { createOnce } from "./create-once.ts";
import { ApiFailed } from "./failure.ts";

const toy: Api = {
  title: "Toy",
  url: "https://toy.invalid",
  urlVariable: "TOY_URL",
  variables: ["TOY_TOKEN"],
  headers: ({ TOY_TOKEN = "" }) => ({ authorization: `Bearer ${TOY_TOKEN}` }),
  messageOf: (body) => (body as { message?: string } | undefined)?.message,
  whereFrom: "toy.invalid, Tokens",
};

const TOKEN = "token-not-to-be-seen";
let emulator: Emulator;
let things: string[];

beforeEach(async () => {
  things = [];
  emulator = await Emulator.start({
    api: toy,
    credentials: { TOY_TOKEN: TOKEN },
    refusalBody: (_status, message) => ({ message }),
    routes: (app) => {
      app.get("/things", () => ({ things }));
      app.post<{ Body: { name: string } }>(
        "/things",
        {
          schema: {
            body: {
              type: "object",
              required: ["name"],
              properties: { name: { type: "string" } },
              additionalProperties: false,
            },
          },
        },
        ({ body }) => {
          things.push(body.name);
          return { name: body.name };
        },
      );
    },
  });
});
afterEach(() => emulator.close());

const list: Call<{ things: string[] }> = {
  method: "GET",
  path: "/things",
  doing: "list things",
  answer: z.object({ things: z.array(z.string()) }),
};
const create: Call<{ name: string }> = {
  method: "POST",
  path: "/things",
  body: { name: "one" },
  doing: 'create thing "one"',
  answer: z.object({ name: z.string() }),
};

function client(settings: Readonly<Record<string, string>> = {}): ApiClient {
  return new ApiClient(toy, { ...emulator.environment, ...settings });
}

async function failure(work: Promise<unknown>): Promise<ApiFailed> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ApiFailed)) throw new Error(`expected an ApiFailed, got ${String(error)}`);
  expect(error.message).not.toContain(TOKEN);
  return error;
}

test("what is answered is read", async () => {
  await client().call(create);
  expect(await client().call(list)).toEqual({ things: ["one"] });
});

test("without credentials nothing is asked, and the variable is named", async () => {
  const { kind, message } = await failure(client({ TOY_TOKEN: "" }).call(list));
  expect(kind).toBe("unauthorized");
  expect(message).toBe(
    "TOY_TOKEN: expected the credentials of Toy's API, got nothing; get one: toy.invalid, Tokens",
  );
  expect(emulator.calls).toEqual([]);
});

test("wrong credentials name the variable", async () => {
  const { message } = await failure(client({ TOY_TOKEN: "another" }).call(list));
  expect(message).toBe("TOY_TOKEN: Toy does not accept it, asked to list things (401: unauthorized)");
});

test.each([
  [403, "forbidden", 'Toy does not allow the holder of TOY_TOKEN to create thing "one" (403: no)'],
  [402, "quota", 'Toy refused to create thing "one" (402: no)'],
  [404, "missing", 'Toy refused to create thing "one" (404: no)'],
  [409, "conflict", 'Toy refused to create thing "one" (409: no)'],
  [422, "invalid", 'Toy refused to create thing "one" (422: no)'],
  [500, "unavailable", 'Toy failed to create thing "one" (500: no)'],
] as const)(
  "a %i is told with the API's own words and the resource's name",
  async (status, kind, message) => {
    emulator.inject(faultAt(0, { kind: "status", status, message: "no" }));
    const error = await failure(client().call(create));
    expect(error).toMatchObject({ kind, message });
    expect(things).toEqual([]);
  },
);

test.each<Fault>([
  { kind: "cut before" },
  { kind: "status", status: 503 },
  { kind: "status", status: 429, retryAfterSeconds: 0 },
])("a read goes on after $kind $status", async (fault) => {
  emulator.inject(faultAt(0, fault));
  expect(await client().call(list)).toEqual({ things: [] });
});

test("a 429 makes a write wait as long as it asks, once", async () => {
  emulator.inject(faultAt(0, { kind: "status", status: 429, retryAfterSeconds: 1 }));
  const told: string[] = [];
  const waiting = new ApiClient(toy, emulator.environment, { progress: (message) => told.push(message) });
  const began = performance.now();
  await waiting.call(create);
  expect(performance.now() - began).toBeGreaterThan(900);
  expect(told).toEqual(["Toy asks to wait for 1 s: too many requests"]);
  expect(things).toEqual(["one"]);
});

test("a write that may have been done is not repeated by itself", async () => {
  emulator.inject(faultAt(0, { kind: "cut after" }));
  expect(await failure(client().call(create))).toMatchObject({ kind: "unavailable" });
  expect(things).toEqual(["one"]);
});

test.each<Fault>([{ kind: "cut before" }, { kind: "cut after" }, { kind: "status", status: 502 }])(
  "what is created once is there once after $kind $status",
  async (fault) => {
    emulator.inject(faultAt(0, fault, ({ method }) => method === "POST"));
    const api = client();
    const find = async () => ((await api.call(list)).things.length > 0 ? { name: "one" } : undefined);
    const made = await createOnce(find, () => api.call(create), new AbortController().signal);
    expect(made).toEqual({ name: "one" });
    expect(things).toEqual(["one"]);
  },
);

test("what is not as the description has it is told, with where", async () => {
  const wrong = { ...list, answer: z.object({ things: z.string() }) };
  const { message } = await failure(client().call(wrong));
  expect(message).toMatch(/^Toy answered what was not expected when asked to list things: things: /);
});

test("nobody there is told with the address", async () => {
  const { message } = await failure(
    client({ TOY_URL: "http://127.0.0.1:65535" }).call({ ...create, doing: "create it" }),
  );
  expect(message).toBe("Toy could not be reached at http://127.0.0.1:65535 to create it: ECONNREFUSED");
});

test("an abort ends the waiting", async () => {
  const stop = new AbortController();
  emulator.inject(() => ({ kind: "status", status: 503 }));
  const call = new ApiClient(toy, emulator.environment, { signal: stop.signal }).call(list);
  stop.abort(new Error("stopped"));
  await expect(call).rejects.toThrow("stopped");
});
