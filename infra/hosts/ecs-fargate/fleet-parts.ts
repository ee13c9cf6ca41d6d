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
  /** The one of them that the internet reaches, where one is. */
  readonly open?: EcsProcess;
}

/** A process, and the service that keeps it running. */
export interface EcsProcess extends ProcessPlan {
  readonly serviceName: string;
  readonly containerName: string;
  /** Streams of its log are named `<prefix>/<container>/<task>`. */
  readonly logStreamPrefix: string;
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
