import { z } from "zod";

/** What of a service only its environment's configuration says; missing when that is not understood, or says nothing. */
export interface ConfiguredService {
  /** Replicas by region. */
  readonly regions?: Readonly<Record<string, number>>;
  readonly limits?: { readonly memoryGb: number; readonly vcpus: number };
}

const BYTES_PER_GB = 1e9;

/**
 * A scalar in the API's schema; its form is that of config as code (docs.railway.com/config-as-code/reference, 2026-08),
 * and of what Railway's own command line reads of it.
 */
const configuration = z.object({
  services: z.record(
    z.string(),
    z.object({
      deploy: z
        .object({
          multiRegionConfig: z.record(z.string(), z.object({ numReplicas: z.number() }).nullable()).nullish(),
          limitOverride: z
            .object({ containers: z.object({ cpu: z.number(), memoryBytes: z.number() }) })
            .nullish()
            .catch(undefined),
        })
        .optional(),
    }),
  ),
});

export function readConfig(config: unknown, serviceId: string): ConfiguredService {
  const deploy = configuration.safeParse(config).data?.services[serviceId]?.deploy;
  const { multiRegionConfig: regions, limitOverride: limits } = deploy ?? {};
  return {
    ...(regions ? { regions: replicasIn(regions) } : {}),
    ...(limits
      ? { limits: { memoryGb: limits.containers.memoryBytes / BYTES_PER_GB, vcpus: limits.containers.cpu } }
      : {}),
  };
}

/** A region that was left is null. */
function replicasIn(
  regions: Readonly<Record<string, { readonly numReplicas: number } | null>>,
): Record<string, number> {
  return Object.fromEntries(
    Object.entries(regions).flatMap(([region, there]) =>
      there === null ? [] : [[region, there.numReplicas]],
    ),
  );
}
