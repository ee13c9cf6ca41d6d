import { z } from "zod";
import { ResourceFailed, type Context, type Observed, type Resource } from "../resource.ts";
import { requireMark } from "../mark.ts";
import { fly, flyLogs } from "./api.ts";
import { appNameOf, placeId } from "./app-place.ts";
import { FlyMachines, type FlyMachine } from "./machine-api.ts";
import { isAsDeclared, metadataOf } from "./machine-config.ts";
import { healthOf } from "./machine-health.ts";
import { removeUnusedVolumes, unusedVolumes, volumesOf } from "./machine-volume.ts";
import { machinesInputs, type MachinesInputs } from "./machines-inputs.ts";
import { retireAll, rollOut, type Rollout } from "./rollout.ts";
import { FlyVolumes, type FlyVolume } from "./volume-api.ts";

interface Outputs {
  readonly condition: string;
}

const AS_DECLARED = "running";

/** The machines of an app that run one process of a fleet. */
export const flyMachines: Resource<MachinesInputs, Outputs> = {
  type: "oxy:fly:Machines",
  description: "Machines at Fly.io that run one process of a fleet, each replaced by one that is ready.",
  api: fly,
  inputs: machinesInputs,
  outputs: z.object({ condition: z.string().describe("`running`, or what is not as declared.") }),
  identify: (inputs) => placeId(inputs, inputs.name),
  create: (_id, inputs, context) => converge(inputs, context),
  update: (_id, inputs, _known, context) => converge(inputs, context),
  read: (_id, known, context) => observe(known, context),
  async delete(_id, { inputs }, context) {
    const rollout = rolloutOf(inputs, context);
    const found = await machinesOf(rollout);
    if (found.length > 0) context.progress(`draining, up to ${inputs.graceSeconds} s`);
    await retireAll(rollout, found);
    await removeUnusedVolumes(rollout);
  },
  drift: ({ condition }) => (condition === AS_DECLARED ? [] : ["condition"]),
};

async function converge(inputs: MachinesInputs, context: Context): Promise<Outputs> {
  const rollout = rolloutOf(inputs, context);
  await rollOut(rollout, await machinesOf(rollout));
  return { condition: AS_DECLARED };
}

async function observe(
  known: Observed<MachinesInputs, Outputs> | undefined,
  context: Context,
): Promise<Observed<MachinesInputs, Outputs> | undefined> {
  // What a machine was made with is in no answer as it was given: who imports one, declares it.
  if (known === undefined)
    throw new ResourceFailed("machines at Fly.io are adopted by declaring them, not imported");
  const { inputs } = known;
  const rollout = rolloutOf(inputs, context);
  const found = await machinesOf(rollout);
  if (found.length === 0) return undefined;
  return { inputs, outputs: { condition: conditionOf(found, await volumesOf(rollout), inputs) } };
}

function conditionOf(
  found: readonly FlyMachine[],
  volumes: readonly FlyVolume[],
  inputs: MachinesInputs,
): string {
  if (found.length !== inputs.machines) return `${found.length} of ${inputs.machines} machines`;
  const changed = found.filter((machine) => !isAsDeclared(machine, inputs, volumes));
  if (changed.length > 0) return `${namesOf(changed)} with other settings`;
  const [ill] = found.flatMap((machine) => {
    const health = healthOf(machine);
    return health.is === "ready" ? [] : [`${machine.name} does not take work: ${health.why}`];
  });
  if (ill !== undefined) return ill;
  const [unused] = unusedVolumes(volumes, found);
  return unused === undefined ? AS_DECLARED : `volume ${unused.id} is of no machine`;
}

function namesOf(machines: readonly FlyMachine[]): string {
  return machines.map(({ name }) => name).join(", ");
}

/** Those of this process. @throws NotOurs when somebody else has machines in the app */
async function machinesOf({ inputs, machines }: Rollout): Promise<readonly FlyMachine[]> {
  const found = (await machines.list()) ?? [];
  for (const machine of found) requireFleet(machines.titleOf(machine), machine, inputs);
  return found.filter((machine) => metadataOf(machine).process === inputs.name);
}

/** @throws NotOurs when a machine is of another fleet or of nobody's */
export function requireFleet(
  title: string,
  machine: FlyMachine,
  whose: { readonly stack: string; readonly fleet: string },
): void {
  const { stack, fleet } = metadataOf(machine);
  const mark = stack === undefined || fleet === undefined ? undefined : { stack, fleet };
  requireMark(`${title} at Fly.io`, mark, whose);
}

function rolloutOf(inputs: MachinesInputs, context: Context): Rollout {
  const holder = `oxy ${placeId(inputs)}`;
  const app = appNameOf(inputs);
  return {
    inputs,
    machines: new FlyMachines(context.api(fly), app, holder, context.signal),
    volumes: new FlyVolumes(context.api(fly), app),
    logs: context.api(flyLogs),
    context,
  };
}
