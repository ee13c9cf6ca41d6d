import { basicsOf } from "../../fleet-basics.ts";
import type { Copies, FleetPlan, FleetRequest, ProcessPlan } from "../../host.ts";
import { processesOf } from "../../processes.ts";
import { GUESTS, type FlyFleetConfig, type Guest } from "./config.ts";

export interface FlyFleetPlan extends FleetPlan {
  readonly host: "fly";
  readonly organization: string;
  readonly readyPath: string;
  readonly startSeconds: number;
  readonly processes: readonly FlyProcessPlan[];
}

/** Each runs on machines of its own. */
export interface FlyProcessPlan extends ProcessPlan {
  readonly machines: number;
  readonly guest: Guest;
  /** Of each machine's own volume; 0 where it has none. */
  readonly volumeGb: number;
  readonly volumePath: string;
  /** Where it serves in its machine. */
  readonly port: number;
}

/** A machine is a computer of its own: any port is free. */
const PUBLIC_PORT = 8_080;
const PRIVATE_PORT = 3_001;

/** Where nothing of the image is. */
const VOLUME_PATH = "/data";

export function planFleet(request: FleetRequest<FlyFleetConfig>): FlyFleetPlan {
  const { config, environment, workload } = request;
  return {
    ...basicsOf("fly", request),
    organization: config.organization,
    readyPath: workload.health.ready,
    startSeconds: workload.startSeconds,
    processes: processesOf(config.services, environment, copiesOf(config)).map((process) =>
      onMachines(process, config),
    ),
  };
}

function copiesOf({ instances }: FlyFleetConfig): Copies {
  return { least: instances, most: instances };
}

function onMachines(process: ProcessPlan, { size, volumeGb }: FlyFleetConfig): FlyProcessPlan {
  const port = process.isPublic ? PUBLIC_PORT : PRIVATE_PORT;
  return {
    ...process,
    environment: { ...process.environment, [process.isPublic ? "PORT" : "OXY_HEALTH_PORT"]: `${port}` },
    machines: process.copies.least,
    guest: GUESTS[size],
    volumeGb,
    volumePath: VOLUME_PATH,
    port,
  };
}
