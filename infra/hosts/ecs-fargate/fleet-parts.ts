import type { FleetRequest, ProcessPlan } from "../../host.ts";
import type { AwsVpcPlan } from "../../networks/aws-vpc/plan.ts";
import type { EcsFargateFleetConfig } from "./config.ts";
import type { Chosen } from "./presets.ts";

/** What the parts of a fleet's graph are made of. */
export interface FleetParts {
  /** Of the fleet; its nodes' names begin with it. */
  readonly fleet: string;
  /** `oxy-<stack>_<fleet>`: what it is called at AWS. */
  readonly title: string;
  readonly request: FleetRequest<EcsFargateFleetConfig>;
  readonly config: EcsFargateFleetConfig;
  readonly chosen: Chosen;
  readonly vpc: AwsVpcPlan;
  readonly processes: readonly EcsProcess[];
}

/** A process, and the service that keeps it running. */
export interface EcsProcess extends ProcessPlan {
  /** Of the service; its tasks' container is called so too. */
  readonly serviceName: string;
  /** Whether it holds sessions and answers, so that there are more of them when customers wait. */
  readonly isScaled: boolean;
  /** Tasks, at the least and at the most. */
  readonly instances: number;
  readonly maxInstances: number;
  /** In units of 1/1024 vCPU. */
  readonly cpu: number;
  /** In MiB. */
  readonly memory: number;
  /** Where it serves in its task. */
  readonly port: number;
}
