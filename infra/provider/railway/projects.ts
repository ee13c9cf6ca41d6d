import { z } from "zod";
import type { ApiClient } from "../../api/client.ts";
import { remoteName } from "../remote-name.ts";
import { NotOurs, ResourceFailed } from "../resource.ts";
import { ask } from "./graphql.ts";
import { allOf, pageOf } from "./pages.ts";

const LONGEST_NAME = 50;
const ENVIRONMENT = "production";

/** A stack's project, with the one environment that everything of the stack is in. */
export interface FoundProject {
  readonly projectId: string;
  readonly environmentId: string;
}

export function projectName(stack: string): string {
  return remoteName([stack], LONGEST_NAME);
}

/** Whose a project is: its description says so. */
function markOf(stack: string): string {
  return `Stack ${stack} of Oxy Workers: oxy up makes and keeps it`;
}

const projectNode = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string().nullable(),
  environments: z.object({
    edges: z.array(z.object({ node: z.object({ id: z.string(), name: z.string() }) })),
  }),
});

type ProjectNode = z.output<typeof projectNode>;

/**
 * Names are not unique at Railway: ours is the one with our mark.
 * @returns undefined when there is none of that name
 * @throws NotOurs when there is one, but without our mark
 */
export async function findProject(
  api: ApiClient,
  workspaceId: string,
  stack: string,
): Promise<FoundProject | undefined> {
  const name = projectName(stack);
  const projects = await allOf(async (after) => {
    const { projects: page } = await ask(api, {
      document: `query projects($workspaceId: String!, $after: String) {
        projects(workspaceId: $workspaceId, first: 100, after: $after) {
          edges { node { id name description environments { edges { node { id name } } } } }
          pageInfo { hasNextPage endCursor }
        }
      }`,
      variables: { workspaceId, ...(after === undefined ? {} : { after }) },
      doing: `look for project "${name}"`,
      answer: z.object({ projects: pageOf(projectNode) }),
    });
    return page;
  });
  const named = projects.filter((project) => project.name === name);
  const ours = named.find(({ description }) => description === markOf(stack));
  if (ours !== undefined) return placeIn(ours);
  const [other] = named;
  if (other === undefined) return undefined;
  throw new NotOurs(
    `project "${name}" at Railway exists and is not of stack ${stack} (its description would say so): rename or delete it, or name the stack otherwise`,
  );
}

export async function createProject(
  api: ApiClient,
  workspaceId: string,
  stack: string,
): Promise<FoundProject> {
  const { projectCreate } = await ask(api, {
    document: `mutation projectCreate($input: ProjectCreateInput!) {
      projectCreate(input: $input) { id name description environments { edges { node { id name } } } }
    }`,
    variables: {
      input: {
        name: projectName(stack),
        description: markOf(stack),
        defaultEnvironmentName: ENVIRONMENT,
        workspaceId,
        isPublic: false,
        prDeploys: false,
      },
    },
    doing: `create project "${projectName(stack)}"`,
    answer: z.object({ projectCreate: projectNode }),
  });
  return placeIn(projectCreate);
}

export async function deleteProject(api: ApiClient, id: string, stack: string): Promise<void> {
  await ask(api, {
    document: `mutation projectDelete($id: String!) { projectDelete(id: $id) }`,
    variables: { id },
    doing: `delete project "${projectName(stack)}"`,
    answer: z.object({ projectDelete: z.boolean() }),
  });
}

/**
 * The workspace that the token is of: a project of the same name in another one would be another project.
 * @throws ResourceFailed when there are several
 */
export async function workspaceOf(api: ApiClient): Promise<string> {
  const {
    apiToken: { workspaces },
  } = await ask(api, {
    document: `query workspaces { apiToken { workspaces { id name } } }`,
    doing: "say which workspace the token is of",
    answer: z.object({
      apiToken: z.object({ workspaces: z.array(z.object({ id: z.string(), name: z.string() })) }),
    }),
  });
  const [one, ...others] = workspaces;
  if (one !== undefined && others.length === 0) return one.id;
  const got = workspaces.length === 0 ? "of none" : `of ${workspaces.map(({ name }) => name).join(", ")}`;
  throw new ResourceFailed(
    `RAILWAY_TOKEN: expected a token of one workspace (railway.com/account/tokens), got one ${got}`,
  );
}

function placeIn({ id, name, environments }: ProjectNode): FoundProject {
  const environment = environments.edges.find(({ node }) => node.name === ENVIRONMENT)?.node;
  if (environment === undefined) {
    throw new ResourceFailed(
      `project "${name}" at Railway has no environment "${ENVIRONMENT}": make one of that name in its settings`,
    );
  }
  return { projectId: id, environmentId: environment.id };
}
