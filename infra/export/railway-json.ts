import type { RailwayFleetPlan } from "../hosts/railway/plan.ts";
import type { Format } from "./format.ts";

/** Railway's config as code, of one service each (docs.railway.com/config-as-code/reference, 2026-08). */
export const railwayJson: Format = {
  host: "railway",
  files: ({ fleets }) =>
    fleets.flatMap((fleet) => {
      const hosted = fleet as RailwayFleetPlan;
      return hosted.processes.map(({ name, replicas }) => ({
        name: hosted.processes.length === 1 ? "railway.json" : `railway.${name}.json`,
        text: `${JSON.stringify(serviceOf(hosted, replicas), undefined, 2)}\n`,
      }));
    }),
  remarks: [
    "Railway reads railway.json for services that use it already, and none after 2026-12-01 (Railway docs, 2026-08): " +
      "railway config pull writes what is deployed as .railway/railway.ts, which replaces it",
    "railway.json has no place for image, variables and limits: they stay as oxy has set them at Railway",
  ],
};

function serviceOf(fleet: RailwayFleetPlan, replicas: number): object {
  return {
    $schema: "https://railway.com/railway.schema.json",
    deploy: {
      multiRegionConfig: { [fleet.placement]: { numReplicas: replicas } },
      healthcheckPath: fleet.readyPath,
      healthcheckTimeout: fleet.startSeconds,
      restartPolicyType: "ALWAYS",
      // Both are 0 unless they are set, which ends what is under way. They are texts.
      overlapSeconds: `${fleet.overlapSeconds}`,
      drainingSeconds: `${fleet.graceSeconds}`,
    },
  };
}
