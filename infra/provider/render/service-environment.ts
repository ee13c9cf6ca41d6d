import { createHash } from "node:crypto";
import { z } from "zod";
import type { ApiClient } from "../../api/client.ts";
import { planOf } from "./instance-types.ts";
import { everyEntry } from "./pages.ts";
import { digestOf, variablesOf } from "./service-settings.ts";
import { quoted, type RenderService } from "./services.ts";

/**
 * An environment variable of our own, which no process reads: the fingerprint of the settings that are live. Render
 * does not say which settings a deploy was made with, and without this nobody would know, after an update that was cut
 * off between writing the settings and deploying them, that they were never deployed.
 */
export const DEPLOYED = "DEPLOYED_SETTINGS";
/** That it is not known. */
const NEVER = "none";

export interface ServiceEnvironment {
  /** Without {@link DEPLOYED}. */
  readonly variables: Readonly<Record<string, string>>;
  /** Missing where nobody wrote it: a service that was not made here. */
  readonly deployed: string | undefined;
}

const variable = z.object({ key: z.string(), value: z.string() });

export async function environmentOf(render: ApiClient, service: RenderService): Promise<ServiceEnvironment> {
  const all = await everyEntry(render, {
    path: `/services/${service.id}/env-vars`,
    doing: `list the environment variables of ${quoted(service)}`,
    named: "envVar",
    entry: variable,
  });
  const { [DEPLOYED]: deployed, ...variables } = Object.fromEntries(
    all.map(({ key, value }) => [key, value]),
  );
  return { variables, deployed };
}

export function isSameEnvironment(
  one: Readonly<Record<string, string>>,
  other: Readonly<Record<string, string>>,
): boolean {
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...keys].every((key) => one[key] === other[key]);
}

/** All of them at once; what was deployed stays what it was. */
export async function replaceEnvironment(
  render: ApiClient,
  service: RenderService,
  variables: Readonly<Record<string, string>>,
  deployed: string | undefined,
): Promise<void> {
  await render.call({
    method: "PUT",
    path: `/services/${service.id}/env-vars`,
    body: variablesOf({ ...variables, [DEPLOYED]: deployed ?? NEVER }),
    doing: `write the environment variables of ${quoted(service)}`,
  });
}

/** It takes effect with nothing: no process reads it. */
export async function noteDeployed(
  render: ApiClient,
  service: RenderService,
  fingerprint: string = NEVER,
): Promise<void> {
  await render.call({
    method: "PUT",
    path: `/services/${service.id}/env-vars/${DEPLOYED}`,
    body: { value: fingerprint },
    doing: `note in ${quoted(service)} what is deployed`,
  });
}

/** Stands for all settings that only a deploy brings into force. */
export function fingerprintOf(settings: {
  readonly image: string;
  readonly registryCredentialId: string | undefined;
  readonly plan: string;
  readonly graceSeconds: number;
  readonly healthPath: string | undefined;
  readonly variables: Readonly<Record<string, string>>;
}): string {
  const parts = [
    digestOf(settings.image) ?? settings.image,
    settings.registryCredentialId ?? "",
    planOf(settings.plan),
    `${settings.graceSeconds}`,
    settings.healthPath ?? "",
    ...Object.entries(settings.variables)
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .flat(),
  ];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}
