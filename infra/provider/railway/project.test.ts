import { expect, test } from "vitest";
import { z } from "zod";
import { ApiFailed } from "../../api/failure.ts";
import { faultAt, type Fault } from "../../emulators/faults.ts";
import { testContext } from "../context-fixture.ts";
import { NotOurs, ResourceFailed } from "../resource.ts";
import { project } from "./project.ts";
import { isMutation, useRailway } from "./railway-fixture.ts";
import { createService } from "./services.ts";
import { railwayApi } from "./api.ts";

const railway = useRailway();
const INPUTS = { stack: "staging" };

async function create() {
  return await project.create("staging", INPUTS, railway.context());
}

async function named(name: string): Promise<number> {
  const { projects } = await railway.byHand({
    document: `query all { projects { edges { node { name } } } }`,
    answer: z.object({
      projects: z.object({ edges: z.array(z.object({ node: z.object({ name: z.string() }) })) }),
    }),
  });
  return projects.edges.filter(({ node }) => node.name === name).length;
}

test("a stack has one project, however often it is created", async () => {
  const outputs = await create();
  expect(await create()).toEqual(outputs);
  expect(railway.writes()).toEqual(["projectCreate"]);
  expect(await project.read("staging", undefined, railway.context())).toEqual({ inputs: INPUTS, outputs });
});

test.each<Fault>([{ kind: "cut before" }, { kind: "cut after" }, { kind: "status", status: 502 }])(
  "there is one after $kind $status",
  async (fault) => {
    railway.emulator().inject(faultAt(0, fault, isMutation("projectCreate")));
    await create();
    expect(await named("oxy-staging")).toBe(1);
  },
);

test("one of that name that somebody else made is neither adopted nor deleted", async () => {
  const { apiToken } = await railway.byHand({
    document: `query workspaces { apiToken { workspaces { id } } }`,
    answer: z.object({ apiToken: z.object({ workspaces: z.tuple([z.object({ id: z.string() })]) }) }),
  });
  await railway.byHand({
    document: `mutation projectCreate($input: ProjectCreateInput!) { projectCreate(input: $input) { id } }`,
    variables: { input: { name: "oxy-staging", workspaceId: apiToken.workspaces[0].id } },
    answer: z.object({ projectCreate: z.object({}) }),
  });
  await expect(create()).rejects.toThrow(
    'project "oxy-staging" at Railway exists and is not of stack staging (its description would say so): rename or delete it, or name the stack otherwise',
  );
  await expect(create()).rejects.toBeInstanceOf(NotOurs);
  const known = { inputs: INPUTS, outputs: { projectId: "", environmentId: "" } };
  await expect(project.delete("staging", known, railway.context())).rejects.toBeInstanceOf(NotOurs);
  expect(await named("oxy-staging")).toBe(1);
});

test("deleting it takes along what a cut-off creation left, but nothing that somebody else put into it", async () => {
  const outputs = await create();
  const api = railway.context().api(railwayApi);
  await createService(api, outputs, "oxy-left", { OXY_NAMESPACE: "staging" });
  await createService(api, outputs, "database", {});
  const known = { inputs: INPUTS, outputs };
  const deletion = project.delete("staging", known, railway.context());
  await expect(deletion).rejects.toThrow(
    'project "oxy-staging" at Railway holds service "database", which is not of stack staging: delete it or move it to another project',
  );
  await expect(deletion).rejects.toBeInstanceOf(ResourceFailed);
  expect(await named("oxy-staging")).toBe(1);
});

test("deleted by hand it is gone, and deleting it once more is fine", async () => {
  const outputs = await create();
  const known = { inputs: INPUTS, outputs };
  await project.delete("staging", known, railway.context());
  expect(await project.read("staging", known, railway.context())).toBeUndefined();
  await project.delete("staging", known, railway.context());
});

test("a token that Railway does not know names its variable", async () => {
  const environment = { ...railway.emulator().environment, RAILWAY_TOKEN: "not-this-one" };
  const creation = project.create("staging", INPUTS, testContext(railway.home(), environment));
  await expect(creation).rejects.toThrow(
    "RAILWAY_TOKEN: Railway does not accept it, asked to say which workspace the token is of (401: unauthorized)",
  );
  await expect(creation).rejects.toBeInstanceOf(ApiFailed);
});

test.each([
  [
    403,
    "forbidden",
    'Railway does not allow the holder of RAILWAY_TOKEN to create project "oxy-staging" (403: no)',
  ],
  [409, "conflict", 'Railway refused to create project "oxy-staging" (409: no)'],
  [422, "invalid", 'Railway refused to create project "oxy-staging" (422: no)'],
] as const)("a %i is told with Railway's words and the project's name", async (status, kind, message) => {
  railway
    .emulator()
    .inject((call) =>
      isMutation("projectCreate")(call) ? { kind: "status", status, message: "no" } : undefined,
    );
  await expect(create()).rejects.toMatchObject({ kind, message });
});
