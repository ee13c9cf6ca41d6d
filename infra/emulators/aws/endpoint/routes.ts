import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { gunzipSync } from "node:zlib";
import { ZodError } from "zod";
import type { Account } from "../account.ts";
import type { Credentials } from "../credentials.ts";
import { AwsRefused } from "../refused.ts";
import type { Service } from "./answer.ts";

/** By what the SDKs call a service in `X-Amz-Target`. */
export type Targets = Readonly<Record<string, Service>>;

interface Parsed {
  readonly action: string;
  readonly target: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/**
 * Where AWS's SDKs call: ECS, CloudWatch and its logs by AWS JSON with `X-Amz-Target`, STS by its query protocol, as
 * the installed clients (3.1164.0) do. Who calls is told by the key in the signature; nothing else of it is checked.
 */
export function endpoint(
  app: FastifyInstance,
  { account, credentials, targets }: { account: Account; credentials: Credentials; targets: Targets },
): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "buffer" }, (request, content: Buffer, done) => {
    try {
      done(null, parsed(request, content));
    } catch (error) {
      done(error as Error);
    }
  });

  app.get<{ Params: { task: string } }>("/task-credentials/:task", (request, reply) => {
    const found = credentials.of(request.params.task, request.headers.authorization ?? "");
    return found === undefined ? reply.code(401).send({ message: "unauthorized" }) : reply.send(found);
  });

  app.post<{ Body: Parsed }>("/", async ({ body, headers }, reply) => {
    const caller = credentials.caller(headers.authorization ?? "");
    if (body.target === STS) return answerQuery(reply, account, body.action, caller?.arn);
    if (caller === undefined)
      return refuse(
        reply,
        "UnrecognizedClientException",
        "The security token included in the request is invalid.",
      );
    const answer = targets[body.target]?.[body.action];
    if (answer === undefined)
      return refuse(reply, "UnknownOperationException", `this emulator has no ${body.target}.${body.action}`);
    try {
      return reply.type("application/x-amz-json-1.1").send(JSON.stringify(await answer({ ...body, caller })));
    } catch (error) {
      if (error instanceof AwsRefused) return refuse(reply, error.code, error.message);
      if (error instanceof ZodError) return refuse(reply, "InvalidParameterException", error.message);
      throw error;
    }
  });
}

const STS = "STS";

function parsed({ headers }: FastifyRequest, content: Buffer): Parsed {
  const bytes = headers["content-encoding"] === "gzip" ? gunzipSync(content) : content;
  const [target = "", action = ""] = String(headers["x-amz-target"] ?? "").split(".");
  if (target !== "") return { target, action, body: JSON.parse(bytes.toString() || "{}") as Parsed["body"] };
  const form = new URLSearchParams(bytes.toString());
  return { target: STS, action: form.get("Action") ?? "", body: Object.fromEntries(form) };
}

function answerQuery(
  reply: FastifyReply,
  account: Account,
  action: string,
  arn: string | undefined,
): FastifyReply {
  reply.type("text/xml");
  if (action !== "GetCallerIdentity")
    return reply.code(400).send(xmlError("InvalidAction", `this emulator has no ${STS}.${action}`));
  if (arn === undefined)
    return reply
      .code(403)
      .send(xmlError("InvalidClientTokenId", "The security token included in the request is invalid."));
  const result = `<Arn>${arn}</Arn><UserId>AIDAREHEARSAL</UserId><Account>${account.number}</Account>`;
  return reply.send(
    `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>${result}</GetCallerIdentityResult>` +
      "<ResponseMetadata><RequestId>rehearsal</RequestId></ResponseMetadata></GetCallerIdentityResponse>",
  );
}

function xmlError(code: string, message: string): string {
  return (
    `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>${code}</Code>` +
    `<Message>${message}</Message></Error><RequestId>rehearsal</RequestId></ErrorResponse>`
  );
}

function refuse(reply: FastifyReply, code: string, message: string): FastifyReply {
  const body = JSON.stringify({ __type: code, message });
  return reply
    .code(400)
    .type("application/x-amz-json-1.1")
    .header("x-amzn-query-error", `${code};Sender`)
    .send(body);
}
