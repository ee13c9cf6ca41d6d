import http from "node:http";
import Fastify, { type FastifyInstance } from "fastify";
import { afterEach, beforeEach, expect, test } from "vitest";
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
const log = { error: quiet, warn: quiet, info: quiet, debug: quiet };

let store: ApiStore;
let app: FastifyInstance;
let url: URL;
/** One connection. */
let agent: http.Agent;

beforeEach(async () => {
  store = await webProcess(deploy(), ["ana"]);
  app = Fastify({ forceCloseConnections: true });
  await addApi(app, { tokens: [{ organization: undefined, token: TOKEN }], log, store: () => store });
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
