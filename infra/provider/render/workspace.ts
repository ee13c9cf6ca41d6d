import { z } from "zod";
import type { ApiClient } from "../../api/client.ts";
import { ResourceFailed } from "../resource.ts";
import { everyEntry } from "./pages.ts";

const owner = z.object({ id: z.string(), name: z.string() });
const credentials = z.array(owner);

/**
 * The id of the workspace that something is made in.
 * @param workspace its id or its name; empty for the only one that there is
 * @throws ResourceFailed with those that there are
 */
export async function workspaceId(render: ApiClient, workspace: string): Promise<string> {
  const all = await everyEntry(render, {
    path: "/owners",
    doing: "list workspaces",
    named: "owner",
    entry: owner,
  });
  const fitting = workspace === "" ? all : all.filter(({ id, name }) => [id, name].includes(workspace));
  const [one, ...others] = fitting;
  if (one !== undefined && others.length === 0) return one.id;
  const those = all.map(({ id, name }) => `${name} (${id})`).join(", ") || "none";
  throw new ResourceFailed(
    workspace === "" && all.length > 0
      ? `workspace: expected the id of one, because there are several, got nothing; there are ${those}`
      : `workspace: expected the id or the name of one that RENDER_API_KEY opens (${those}), got "${workspace}"`,
  );
}

/**
 * The id of a registry credential of the workspace.
 * @param credential its id or its name
 * @throws ResourceFailed with those that there are
 */
export async function registryCredentialId(
  render: ApiClient,
  ownerId: string,
  credential: string,
): Promise<string> {
  const all = await render.call({
    method: "GET",
    path: "/registrycredentials",
    query: { ownerId, limit: 100 },
    doing: "list registry credentials",
    answer: credentials,
  });
  const found = all.filter(({ id, name }) => [id, name].includes(credential));
  if (found.length === 1 && found[0] !== undefined) return found[0].id;
  const those = all.map(({ id, name }) => `${name} (${id})`).join(", ") || "none";
  throw new ResourceFailed(
    `registryCredential: expected the id or the name of one of the workspace (${those}), got "${credential}"`,
  );
}
