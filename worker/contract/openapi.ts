import { z } from "zod";
import { calls, type CallName } from "./calls.ts";
import { CALL_ROUTES, parametersOf, READ_ROUTES, type CallRoute } from "./routes.ts";

export const API_PATH = "/api/v1";
const ORGANIZATION_PATH = "/organizations/:organization";

interface JsonSchema {
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly required?: readonly string[];
  readonly [keyword: string]: unknown;
}

/** What a call is given, as JSON Schema. */
export function callSchema(name: CallName): JsonSchema {
  return z.toJSONSchema(calls[name].schema, { io: "input", unrepresentable: "any" }) as JsonSchema;
}

const ERRORS: Readonly<Record<string, string>> = {
  400: "The body is no JSON.",
  401: "Without a token of OXY_API_TOKENS.",
  403: "With the token of another organization.",
  404: "What the call names is not there.",
  409: "The call contradicts what is there.",
  413: "The body is too large.",
  422: "The call cannot be meant; each line of `error` says where and why.",
  429: "Too many calls; `retry-after` says how long to wait, in s.",
  503: "The store, or a worker that has to do it, cannot be reached at this moment, or has enough of that to do.",
};

/** The HTTP API as OpenAPI 3.1, made of the same schemas that check what comes. */
export function openApi(version: string): object {
  const paths: Record<string, Record<string, object>> = {};
  const add = (path: string, method: string, operation: object): void => {
    const key = `${API_PATH}${ORGANIZATION_PATH}${path}`.replaceAll(/:(\w+)/g, "{$1}");
    paths[key] = { ...paths[key], [method.toLowerCase()]: operation };
  };
  for (const route of CALL_ROUTES) add(route.path, route.method, operationOf(route));
  for (const { path, about } of READ_ROUTES)
    add(path, "GET", { summary: about, parameters: parameters(path), responses: responses(200) });
  return {
    openapi: "3.1.0",
    info: { title: "Oxy Workers", version, description: "docs/producers.md tells how to use it." },
    security: [{ token: [] }],
    components: { securitySchemes: { token: { type: "http", scheme: "bearer" } }, responses: answers() },
    paths,
  };
}

function operationOf(route: CallRoute): object {
  const schema = bodyOf(route);
  const json = { "application/json": { schema } };
  const content =
    route.call === "campaign.create"
      ? { ...json, "multipart/form-data": { schema: uploadOf(schema) } }
      : json;
  const withBody = Object.keys(schema.properties ?? {}).length > 0;
  return {
    operationId: `${route.call}${route.method === "DELETE" && route.given !== undefined ? ".undo" : ""}`,
    summary: calls[route.call].about,
    parameters: [
      ...parameters(route.path),
      ...(route.key === undefined
        ? []
        : [
            {
              name: "Idempotency-Key",
              in: "header",
              description: `In place of \`${route.key}\` in the body.`,
              schema: { type: "string" },
            },
          ]),
    ],
    ...(withBody ? { requestBody: { required: true, content } } : {}),
    responses: responses(route.status),
  };
}

/** The call without what the path, the header and the route say. */
function bodyOf({ call, path, key, given }: CallRoute): JsonSchema {
  const schema = callSchema(call);
  const said = new Set(["organization", ...parametersOf(path), ...Object.keys(given ?? {})]);
  // By DELETE or PUT of the same path.
  if (call === "contact.tag") said.add("remove");
  if (call === "contact.optOut") said.add("undo");
  const properties = Object.fromEntries(
    Object.entries(schema.properties ?? {}).filter(([name]) => !said.has(name)),
  );
  const required = (schema.required ?? []).filter((name) => !said.has(name) && name !== key);
  const version = { type: "integer", minimum: 1, default: 1, description: "As which the call was written." };
  return Object.keys(properties).length === 0
    ? { type: "object", properties: {} }
    : { ...schema, properties: { v: version, ...properties }, required };
}

function uploadOf(schema: JsonSchema): JsonSchema {
  const { audience: _, ...definition } = schema.properties ?? {};
  const required = (schema.required ?? []).filter((name) => name !== "audience");
  return {
    type: "object",
    description: "The definition first, as JSON; then the audience, as a file of CSV of any length.",
    properties: {
      definition: { ...schema, properties: definition, required },
      audience: { type: "string", contentMediaType: "text/csv" },
    },
    required: ["definition", "audience"],
  };
}

function parameters(path: string): object[] {
  const named = parametersOf(`${ORGANIZATION_PATH}${path}`);
  return named.map((name) => ({ name, in: "path", required: true, schema: { type: "string" } }));
}

function responses(status: number): object {
  const refused = Object.keys(ERRORS).map((code) => [code, { $ref: `#/components/responses/${code}` }]);
  return { [status]: { $ref: "#/components/responses/done" }, ...Object.fromEntries(refused) };
}

function answers(): object {
  const answer = (description: string, schema: object): object => ({
    description,
    content: { "application/json": { schema } },
  });
  const error = { type: "object", properties: { error: { type: "string" } }, required: ["error"] };
  const refused = Object.entries(ERRORS).map(([code, description]) => [code, answer(description, error)]);
  return {
    done: answer("Done, or stored so that it will be.", { type: "object" }),
    ...Object.fromEntries(refused),
  };
}
