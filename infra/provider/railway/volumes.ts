import { z } from "zod";
import type { ApiClient } from "../../api/client.ts";
import { createOnce } from "../../api/create-once.ts";
import { isApiFailure } from "../../api/failure.ts";
import { ask } from "./graphql.ts";
import type { FoundProject } from "./projects.ts";
import { seeService, type FoundService, type SeenService } from "./services.ts";

/** The id of the volume of a service, which has one at the most. */
export async function ensureVolume(
  place: FoundProject & { readonly placement: string; readonly mountPath: string },
  service: FoundService,
  { volume }: SeenService,
  { api, signal }: { readonly api: ApiClient; readonly signal: AbortSignal },
): Promise<string> {
  if (volume !== undefined) return volume;
  return await createOnce(
    async () => (await seeService(api, place, service)).volume,
    async () => {
      const { volumeCreate } = await ask(api, {
        document: `mutation volumeCreate($input: VolumeCreateInput!) { volumeCreate(input: $input) { id } }`,
        variables: {
          input: {
            projectId: place.projectId,
            environmentId: place.environmentId,
            serviceId: service.id,
            mountPath: place.mountPath,
            region: place.placement,
          },
        },
        doing: `create the volume of service "${service.name}"`,
        answer: z.object({ volumeCreate: z.object({ id: z.string() }) }),
      });
      return volumeCreate.id;
    },
    signal,
  );
}

export async function deleteVolume(api: ApiClient, volumeId: string, { name }: FoundService): Promise<void> {
  try {
    await ask(api, {
      document: `mutation volumeDelete($volumeId: String!) { volumeDelete(volumeId: $volumeId) }`,
      variables: { volumeId },
      doing: `delete the volume of service "${name}"`,
      answer: z.object({ volumeDelete: z.boolean() }),
    });
  } catch (error) {
    if (!isApiFailure(error, "missing")) throw error;
  }
}
