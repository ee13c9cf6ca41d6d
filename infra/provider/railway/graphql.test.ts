import { afterEach, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { ApiClient } from "../../api/client.ts";
import { Emulator } from "../../emulators/emulator.ts";
import { railwayApi } from "./api.ts";
import { ask } from "./graphql.ts";
import { workspaceOf } from "./projects.ts";

let emulator: Emulator;
let answer: object;

beforeEach(async () => {
  emulator = await Emulator.start({
    api: railwayApi,
    credentials: { RAILWAY_TOKEN: "token" },
    refusalBody: (_status, message) => ({ errors: [{ message }] }),
    routes: (app) => {
      app.post("/graphql/v2", () => answer);
    },
  });
});
afterEach(() => emulator.close());

function client(): ApiClient {
  return new ApiClient(railwayApi, emulator.environment);
}

async function create() {
  return await ask(client(), {
    document: "mutation create { thing { id } }",
    doing: 'create thing "one"',
    answer: z.object({ thing: z.object({ id: z.string() }) }),
  });
}

test("what is answered is read", async () => {
  answer = { data: { thing: { id: "1" } } };
  expect(await create()).toEqual({ thing: { id: "1" } });
});

test.each([
  [
    "Not Authorized",
    "forbidden",
    'RAILWAY_TOKEN: Railway does not accept it, or does not allow its holder to create thing "one" (Not Authorized)',
  ],
  ["Project not found", "missing", 'Railway refused to create thing "one" (Project not found)'],
  [
    'A service named "one" already exists in this project',
    "conflict",
    'Railway refused to create thing "one" (A service named "one" already exists in this project)',
  ],
  [
    "Free plan resource provision limit exceeded. Please upgrade to provision more resources!",
    "quota",
    'Railway refused to create thing "one" (Free plan resource provision limit exceeded. Please upgrade to provision more resources!)',
  ],
  [
    "Problem processing request",
    "unavailable",
    'Railway failed to create thing "one" (Problem processing request)',
  ],
  ["Invalid region: x", "invalid", 'Railway refused to create thing "one" (Invalid region: x)'],
])('refused with status 200 and "%s", it is %s', async (words, kind, message) => {
  answer = { data: null, errors: [{ message: words, extensions: { code: "INTERNAL_SERVER_ERROR" } }] };
  await expect(create()).rejects.toMatchObject({ kind, message });
});

test("an answer of another form is told with where", async () => {
  answer = { data: { thing: { id: 1 } } };
  await expect(create()).rejects.toThrow(
    /^Railway answered what was not expected when asked to create thing "one": data\.thing\.id: /,
  );
});

test.each([
  [[], "got one of none"],
  [
    [
      { id: "1", name: "Acme" },
      { id: "2", name: "Ana" },
    ],
    "got one of Acme, Ana",
  ],
])("a token that does not say which workspace is meant is refused: %j", async (workspaces, got) => {
  answer = { data: { apiToken: { workspaces } } };
  await expect(workspaceOf(client())).rejects.toThrow(
    `RAILWAY_TOKEN: expected a token of one workspace (railway.com/account/tokens), ${got}`,
  );
});
