import type { FastifyInstance } from "fastify";
import { execute, GraphQLError, parse, validate, type DocumentNode } from "graphql";
import { railwayApi } from "../../provider/railway/api.ts";
import type { Cloud } from "../cloud.ts";
import { Emulator, Refusal } from "../emulator.ts";
import { Account } from "./account.ts";
import { PRO, RateLimit, type Allowance } from "./rate-limit.ts";
import { schema } from "./schema.ts";

const BODY = {
  type: "object",
  required: ["query"],
  properties: {
    query: { type: "string" },
    variables: { type: "object" },
    operationName: { type: ["string", "null"] },
  },
  additionalProperties: false,
};

interface Body {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
}

/** Railway's API on this machine: projects, services that run the real worker, and Redis with a volume. */
export async function startRailway(cloud: Cloud, allowed: Allowance = PRO): Promise<Emulator> {
  const account = new Account(cloud);
  return await Emulator.start({
    api: railwayApi,
    credentials: { RAILWAY_TOKEN: "rehearsal-token" },
    refusalBody: (_status, message) => ({ errors: [{ message }] }),
    routes: (app) => serve(app, account, new RateLimit(allowed)),
    ...(cloud.port === undefined ? {} : { port: cloud.port }),
    close: () => account.close(),
  });
}

function serve(app: FastifyInstance, account: Account, limit: RateLimit): void {
  app.addHook("preHandler", async (_request, reply) => {
    const { headers, retryAfterSeconds } = limit.count(Date.now());
    void reply.headers(headers);
    if (retryAfterSeconds === undefined) return;
    void reply.header("retry-after", `${retryAfterSeconds}`);
    throw new Refusal(429, "You are being ratelimited. Please try again later");
  });
  app.post<{ Body: Body }>("/graphql/v2", { schema: { body: BODY } }, async ({ body }, reply) => {
    const { document, problems } = documentIn(body.query);
    if (document === undefined) return await reply.status(400).send({ errors: problems });
    const { data, errors } = await execute({
      schema,
      document,
      rootValue: account,
      variableValues: body.variables ?? {},
    });
    for (const { originalError } of errors ?? []) tellDefect(originalError);
    // Nothing was carried out: the variables are not what the document says.
    if (data === undefined) return await reply.status(400).send({ errors });
    return errors === undefined ? { data } : { data: null, errors };
  });
}

/** What is not in the schema is refused as a whole. */
function documentIn(query: string): { document?: DocumentNode; problems?: readonly GraphQLError[] } {
  try {
    const document = parse(query);
    const problems = validate(schema, document);
    return problems.length === 0 ? { document } : { problems };
  } catch (error) {
    if (error instanceof GraphQLError) return { problems: [error] };
    throw error;
  }
}

/** A defect of the emulator: loud, so that no test takes it for a refusal of Railway's. */
function tellDefect(error: Error | undefined): void {
  // What GraphQL itself refuses, and what Railway does.
  if (error === undefined || error instanceof GraphQLError) return;
  process.stderr.write(`${error.stack}\n`);
}
