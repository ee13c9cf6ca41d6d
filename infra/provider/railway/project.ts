import { z } from "zod";
import { createOnce } from "../../api/create-once.ts";
import type { ApiClient } from "../../api/client.ts";
import { isApiFailure } from "../../api/failure.ts";
import { ResourceFailed, type Resource } from "../resource.ts";
import { railwayApi } from "./api.ts";
import { listServices, variablesOf } from "./services.ts";
import { createProject, deleteProject, findProject, projectName, workspaceOf } from "./projects.ts";
import type { FoundProject } from "./projects.ts";

interface Inputs {
  readonly stack: string;
}

export interface ProjectOutputs extends FoundProject {}

/** A stack's place at Railway: made before everything else of it there, and deleted after it. */
export const project: Resource<Inputs, ProjectOutputs> = {
  type: "oxy:railway:Project",
  description: "A stack's project at Railway, with one environment whose services share a private network.",
  api: railwayApi,
  inputs: z.strictObject({ stack: z.string().describe("Whose project it is.") }),
  outputs: z.object({
    projectId: z.string().describe("Its id."),
    environmentId: z.string().describe("The id of its environment production."),
  }),
  stableOutputs: ["projectId", "environmentId"],
  replaceOn: ["stack"],
  identify: ({ stack }) => stack,
  async create(stack, _inputs, context) {
    const api = context.api(railwayApi);
    const workspace = await workspaceOf(api);
    return await createOnce(
      () => findProject(api, workspace, stack),
      () => createProject(api, workspace, stack),
      context.signal,
    );
  },
  async read(stack, _known, context) {
    const api = context.api(railwayApi);
    const found = await findProject(api, await workspaceOf(api), stack);
    return found && { inputs: { stack }, outputs: found };
  },
  update: async (_id, _inputs, { outputs }) => outputs,
  async delete(stack, _known, context) {
    const api = context.api(railwayApi);
    const found = await findProject(api, await workspaceOf(api), stack);
    if (found === undefined) return;
    await requireOnlyOurs(api, found, stack);
    try {
      await deleteProject(api, found.projectId, stack);
    } catch (error) {
      if (!isApiFailure(error, "missing")) throw error;
    }
  },
};

/** What a cut-off creation left goes with the project; what somebody else put into it must not. */
async function requireOnlyOurs(api: ApiClient, place: FoundProject, stack: string): Promise<void> {
  for (const service of await listServices(api, place)) {
    const { OXY_NAMESPACE } = await variablesOf(api, place, service);
    if (OXY_NAMESPACE === stack) continue;
    throw new ResourceFailed(
      `project "${projectName(stack)}" at Railway holds service "${service.name}", which is not of stack ${stack}: delete it or move it to another project`,
    );
  }
}
