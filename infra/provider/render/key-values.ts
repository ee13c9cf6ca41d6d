import { z } from "zod";
import type { ApiClient } from "../../api/client.ts";
import { isApiFailure } from "../../api/failure.ts";
import { remoteName } from "../remote-name.ts";
import { ResourceFailed } from "../resource.ts";
import { everyEntry } from "./pages.ts";

const LONGEST_NAME = 50;

/** What of a Key Value instance is used. */
export const renderKeyValue = z.object({
  id: z.string(),
  name: z.string(),
  status: z.string(),
  region: z.string(),
  plan: z.string(),
  owner: z.object({ id: z.string() }),
  options: z.object({ maxmemoryPolicy: z.string().optional(), persistenceMode: z.string().optional() }),
  ipAllowList: z.array(z.object({ cidrBlock: z.string(), description: z.string() })).nullable(),
});

export type RenderKeyValue = z.output<typeof renderKeyValue>;

const connectionInfo = z.object({
  internalConnectionString: z.string(),
  externalConnectionString: z.string(),
});

/** What the store of a stack is called at Render. */
export function keyValueName(stack: string, region: string): string {
  return remoteName([stack, "store", region], LONGEST_NAME);
}

/** @throws ResourceFailed when there are several */
export async function findKeyValue(
  render: ApiClient,
  name: string,
  ownerId?: string,
): Promise<RenderKeyValue | undefined> {
  const all = await everyEntry(render, {
    path: "/key-value",
    query: { name, ...(ownerId === undefined ? {} : { ownerId }) },
    doing: `look for Key Value "${name}"`,
    named: "keyValue",
    entry: renderKeyValue,
  });
  const [one, ...others] = all.filter((each) => each.name === name);
  if (others.length === 0) return one;
  throw new ResourceFailed(
    `Render has ${others.length + 1} Key Value instances named "${name}" (${[one, ...others].map((each) => each?.id).join(", ")}): delete or rename all but one`,
  );
}

/** @returns undefined when it is gone */
export async function retrieveKeyValue(render: ApiClient, id: string): Promise<RenderKeyValue | undefined> {
  try {
    return await render.call({
      method: "GET",
      path: `/key-value/${id}`,
      doing: `retrieve Key Value ${id}`,
      answer: renderKeyValue,
    });
  } catch (error) {
    if (isApiFailure(error, "missing")) return undefined;
    throw error;
  }
}

/** Both addresses hold what it takes to connect. */
export async function addressesOf(
  render: ApiClient,
  { id, name }: RenderKeyValue,
): Promise<{ readonly internalUrl: string; readonly externalUrl: string }> {
  const info = await render.call({
    method: "GET",
    path: `/key-value/${id}/connection-info`,
    doing: `retrieve the addresses of Key Value "${name}"`,
    answer: connectionInfo,
  });
  return { internalUrl: info.internalConnectionString, externalUrl: info.externalConnectionString };
}
