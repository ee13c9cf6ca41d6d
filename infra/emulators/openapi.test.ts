import { expect, test } from "vitest";
import type { RecordedCall } from "./call.ts";
import { checkAgainst, loadOpenApi } from "./openapi-fixture.ts";

const check = checkAgainst({
  paths: {
    "/things": {
      get: {
        parameters: [
          { $ref: "#/components/parameters/limit" },
          {
            name: "name",
            in: "query",
            explode: false,
            schema: { type: "array", items: { enum: ["a", "b"] } },
          },
          { name: "owner", in: "query", required: true, schema: { type: "string" } },
        ],
      },
      post: {
        requestBody: {
          required: true,
          content: { "application/json": { schema: { $ref: "#/components/schemas/thing" } } },
        },
      },
    },
    "/things/{id}": { get: {}, delete: {} },
    "/things/all": {
      get: { parameters: [{ name: "all", in: "query", schema: { type: "boolean" } }] },
    },
  },
  components: {
    parameters: { limit: { name: "limit", in: "query", schema: { type: "integer", maximum: 100 } } },
    schemas: {
      thing: {
        type: "object",
        required: ["name"],
        properties: {
          name: { type: "string" },
          note: { type: "string", nullable: true },
          labels: { type: "object" },
          inside: { $ref: "#/components/schemas/thing" },
          details: {
            oneOf: [{ $ref: "#/components/schemas/small" }, { $ref: "#/components/schemas/large" }],
          },
        },
      },
      small: { type: "object", properties: { size: { enum: ["s", "m"] } } },
      large: {
        allOf: [
          { type: "object", properties: { size: { enum: ["l"] } } },
          { type: "object", properties: { spare: { type: "integer" } } },
        ],
      },
    },
  },
});

function called(method: string, path: string, more: Partial<RecordedCall> = {}): readonly string[] {
  return check({
    api: "Toy",
    method,
    path,
    route: undefined,
    query: {},
    body: undefined,
    status: 200,
    ...more,
  });
}

test.each<[string, string, Partial<RecordedCall>]>([
  ["GET", "/things", { query: { owner: "me", limit: "100", name: "a,b" } }],
  ["GET", "/things/one", {}],
  ["GET", "/things/all", { query: { all: "true" } }],
  ["POST", "/things", { body: { name: "one", note: null, labels: { any: 1 }, inside: { name: "two" } } }],
  ["POST", "/things", { body: { name: "one", details: { size: "s" } } }],
  ["POST", "/things", { body: { name: "one", details: { size: "l", spare: 2 } } }],
])("what fits is accepted: %s %s %j", (method, path, more) => {
  expect(called(method, path, more)).toEqual([]);
});

test.each<[string, string, Partial<RecordedCall>, RegExp]>([
  ["GET", "/other", {}, /is not in the description/],
  ["PUT", "/things/one", {}, /is not in the description/],
  ["GET", "/things", { query: {} }, /query parameter owner is missing/],
  ["GET", "/things", { query: { owner: "me", limit: "101" } }, /query parameter limit must be <= 100/],
  ["GET", "/things", { query: { owner: "me", limit: "few" } }, /query parameter limit must be integer/],
  [
    "GET",
    "/things",
    { query: { owner: "me", name: "a,c" } },
    /query parameter name\/1 must be equal to one of/,
  ],
  ["GET", "/things", { query: { owner: "me", colour: "red" } }, /query parameter colour is not in/],
  ["POST", "/things", {}, /the body is missing/],
  ["DELETE", "/things/one", { body: {} }, /a body is not in the description/],
  ["POST", "/things", { body: {} }, /body must have required property 'name'/],
  ["POST", "/things", { body: { name: 1 } }, /body\/name must be string/],
  ["POST", "/things", { body: { name: "one", colour: "red" } }, /body must NOT have unevaluated .*colour/],
  ["POST", "/things", { body: { name: "one", inside: { name: "two", colour: 1 } } }, /body\/inside must NOT/],
  [
    "POST",
    "/things",
    { body: { name: "one", details: { size: "xl" } } },
    /body\/details\/size must be equal/,
  ],
  [
    "POST",
    "/things",
    { body: { name: "one", details: { colour: "red" } } },
    /body\/details must NOT .*colour/,
  ],
])("what does not fit is told: %s %s %j", (method, path, more, problem) => {
  const problems = called(method, path, more);
  expect(problems.join("\n")).toMatch(problem);
  expect(problems.every((one) => one.startsWith(`${method} ${path}: `))).toBe(true);
});

test("a description that is not there checks nothing, and says so", () => {
  expect(loadOpenApi("nobody-has-this.json")).toBeUndefined();
});
