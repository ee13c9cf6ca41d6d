import { expect, test } from "vitest";
import { loadRailwaySchema } from "./description-fixture.ts";

const check = loadRailwaySchema();
if (check === undefined)
  console.info("Railway's schema is not beside the project: requests are not checked against it");

const CREATE = "mutation create($input: ServiceCreateInput!) { serviceCreate(input: $input) { id } }";

test.skipIf(check === undefined)("a request that Railway's schema does not know is found out", () => {
  const called = (query: string, variables: object = {}) => check?.({ body: { query, variables } });
  expect(called(CREATE, { input: { projectId: "one" } })).toEqual([]);
  expect(called(CREATE, { input: { projectId: "one", size: 1 } })?.join()).toContain('"size"');
  expect(called(CREATE, { input: {} })?.join()).toContain("projectId");
  expect(called("mutation create { serviceMake { id } }")?.join()).toContain('"serviceMake"');
  expect(called("query read { apiToken { workspaces { size } } }")?.join()).toContain('"size"');
});
