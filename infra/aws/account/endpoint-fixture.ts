import type { AddressInfo } from "node:net";
import fastify from "fastify";
import { onTestFinished, vi } from "vitest";

/** What AWS answers to an action: an object as it is, or a refusal. */
export type Answer = object | Refusal;

/** A refusal in AWS's words. */
export class Refusal {
  readonly status: number;
  readonly name: string;
  readonly message: string;

  constructor(status: number, name: string, message: string) {
    this.status = status;
    this.name = name;
    this.message = message;
  }
}

export interface Asked {
  /** `DescribeServices` */
  readonly action: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** That the request is signed for. */
  readonly region: string;
}

/** Signed with these, so that nobody's own are used. */
const CREDENTIALS = { AWS_ACCESS_KEY_ID: "AKIAOFNOBODY", AWS_SECRET_ACCESS_KEY: "secret-not-to-be-seen" };

/** Everything of this machine that the SDK's chain would look at, as it is where nothing is set. */
export function withoutCredentials(): void {
  for (const name of Object.keys(process.env)) if (name.startsWith("AWS_")) vi.stubEnv(name, undefined);
  vi.stubEnv("HOME", "/nowhere");
  vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true");
  onTestFinished(() => void vi.unstubAllEnvs());
}

/**
 * An endpoint that the SDK's clients are pointed to until the test is over: AWS's JSON protocol, and XML for STS.
 * @param answerTo what to answer; whatever throws is a defect of the test
 */
export async function answeringAws(answerTo: (asked: Asked) => Answer): Promise<readonly Asked[]> {
  const all: Asked[] = [];
  const app = fastify();
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "string" }, (_request, body, done) => done(null, body));
  app.post<{ Body: string }>("/", async ({ headers, body }, reply) => {
    const target = headers["x-amz-target"];
    const isQuery = target === undefined;
    const input = isQuery ? Object.fromEntries(new URLSearchParams(body)) : (JSON.parse(body) as object);
    const action = isQuery ? (input as { Action: string }).Action : String(target).split(".").at(-1);
    const region = /Credential=[^/]+\/\d+\/(?<region>[^/]+)\//.exec(headers.authorization ?? "")?.groups;
    const asked = { action, input, region: region?.["region"] } as Asked;
    all.push(asked);
    const answer = answerTo(asked);
    if (answer instanceof Refusal) {
      const { status, name, message } = answer;
      reply.code(status);
      return isQuery
        ? `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>${name}</Code><Message>${message}</Message></Error></ErrorResponse>`
        : await reply.type("application/x-amz-json-1.1").send(JSON.stringify({ __type: name, message }));
    }
    if (!isQuery) return await reply.type("application/x-amz-json-1.1").send(JSON.stringify(answer));
    const fields = Object.entries(answer).map(([key, value]) => `<${key}>${String(value)}</${key}>`);
    return await reply
      .type("text/xml")
      .send(
        `<${action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${action}Result>${fields.join("")}</${action}Result></${action}Response>`,
      );
  });
  await app.listen({ host: "127.0.0.1", port: 0 });
  onTestFinished(async () => {
    app.server.closeAllConnections();
    await app.close();
  });
  withoutCredentials();
  const { port } = app.server.address() as AddressInfo;
  vi.stubEnv("AWS_ENDPOINT_URL", `http://127.0.0.1:${port}`);
  for (const [name, value] of Object.entries(CREDENTIALS)) vi.stubEnv(name, value);
  return all;
}
