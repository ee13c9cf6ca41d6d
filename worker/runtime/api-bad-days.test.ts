import http from "node:http";
import Fastify, { type FastifyInstance } from "fastify";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { webProcess } from "../contract/calling-fixture.ts";
import { useRecord } from "../conversation/record-fixture.ts";
import { addApi } from "./api.ts";
import type { ApiStore } from "./api-store.ts";

const TOKEN = "token-in-this-test-0123456789012345";
const BOUNDARY = "----audience";
/** More than what is buffered on the way. */
const ROWS = "11987654321\n".repeat(300_000);

const deploy = useRecord();
const quiet = (): void => {};
const logged = vi.fn<(event: string, fields?: object) => void>();
const log = { error: logged, warn: quiet, info: quiet, debug: quiet };
const MOST_UPLOADED_BYTES = 5_000_000;

let store: ApiStore;
let app: FastifyInstance;
let url: URL;
/** One connection. */
let agent: http.Agent;

beforeEach(async () => {
  store = await webProcess(deploy(), ["ana", "bia"]);
  app = Fastify({ forceCloseConnections: true });
  await addApi(app, {
    ...{ log, store: () => store, mostUploadedBytes: MOST_UPLOADED_BYTES },
    tokens: [{ organization: undefined, token: TOKEN }],
  });
  url = new URL(await app.listen({ host: "127.0.0.1", port: 0 }));
  agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
});
afterEach(async () => {
  agent.destroy();
  await app.close();
  await store.close();
});

async function ask(path: string, method: string, body?: string): Promise<{ status: number; text: string }> {
  return await new Promise((resolve, reject) => {
    const options = {
      agent,
      method,
      headers: {
        authorization: `Bearer ${TOKEN}`,
        ...(body === undefined ? {} : { "content-type": `multipart/form-data; boundary=${BOUNDARY}` }),
      },
    };
    const request = http.request(new URL(`/api/v1${path}`, url), options, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => (text += chunk));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
      response.on("error", reject);
    });
    request.on("error", reject);
    request.end(body);
  });
}

function form(definition: string, csv: string): string {
  return [
    `--${BOUNDARY}\r\ncontent-disposition: form-data; name="definition"\r\n\r\n${definition}`,
    `--${BOUNDARY}\r\ncontent-disposition: form-data; name="audience"; filename="a.csv"\r\n\r\n${csv}`,
    `--${BOUNDARY}--\r\n`,
  ].join("\r\n");
}

const WHOLE = '{"id":"c","name":"C","template":"Oi"}';

test.each<[what: string, organization: string, definition: string, csv: string, status: number]>([
  ["that is no JSON", "ana", "{", `telefone\n${ROWS}`, 422],
  ["without a template", "ana", '{"id":"c","name":"C"}', `telefone\n${ROWS}`, 422],
  ["of an unknown organization", "nobody", WHOLE, `telefone\n${ROWS}`, 404],
  ["without a column of numbers", "ana", WHOLE, `nome\n${ROWS}`, 422],
])(
  "a long upload %s is refused, and its connection goes on",
  async (_, organization, definition, csv, status) => {
    const refused = await ask(`/organizations/${organization}/campaigns`, "POST", form(definition, csv));
    expect(refused.status).toBe(status);
    expect((await ask("/openapi.json", "GET")).status).toBe(200);
    expect((await ask("/organizations/ana/campaigns", "GET")).text).toBe('{"campaigns":[]}');
  },
);

test("an audience that is longer than what is taken makes no campaign of its beginning", async () => {
  const csv = `telefone;nota\n${`11987654321;${"x".repeat(500)}\n`.repeat(11_000)}`;
  const refused = await ask("/organizations/ana/campaigns", "POST", form(WHOLE, csv));
  expect(refused.status).toBe(413);
  expect((await ask("/organizations/ana/campaigns", "GET")).text).toBe('{"campaigns":[]}');
});

test("of one organization one audience is read at a time, and others go on", async () => {
  const reading = Promise.withResolvers<void>();
  const read = Promise.withResolvers<void>();
  const creating = vi
    .spyOn(store.performing, "createCampaign")
    .mockImplementation(async ({ organization }) => {
      if (organization === "ana") {
        reading.resolve();
        await read.promise;
      }
      return { campaign: "c" };
    });
  agent.maxSockets = 2;
  const upload = async (organization: string) =>
    await ask(`/organizations/${organization}/campaigns`, "POST", form(WHOLE, "telefone\n"));
  const first = upload("ana");
  await reading.promise;
  expect(await upload("ana")).toMatchObject({ status: 503, text: expect.stringContaining("at a time") });
  expect(await upload("bia")).toMatchObject({ status: 201 });
  read.resolve();
  expect(await first).toMatchObject({ status: 201 });
  expect(await upload("ana")).toMatchObject({ status: 201 });
  creating.mockRestore();
});

test("of what is our fault nothing is told but that, and the log says where it was", async () => {
  vi.spyOn(store.campaigns, "list").mockRejectedValueOnce(new Error("of bia"));
  const failed = await ask("/organizations/ana/campaigns", "GET");
  expect(failed).toMatchObject({ status: 500, text: expect.not.stringContaining("bia") });
  expect(logged).toHaveBeenCalledExactlyOnceWith(
    "API call failed",
    expect.objectContaining({
      call: "/api/v1/organizations/:organization/campaigns",
      errorMessage: "of bia",
    }),
  );
});
