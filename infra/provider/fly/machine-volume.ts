import { createOnce } from "../../api/create-once.ts";
import { isApiFailure } from "../../api/failure.ts";
import { until } from "../../api/until.ts";
import { ResourceFailed } from "../resource.ts";
import { mountsOf, type FlyMachine } from "./machine-api.ts";
import type { MachinesInputs } from "./machines-inputs.ts";
import type { Rollout } from "./rollout.ts";
import type { FlyVolume } from "./volume-api.ts";

/** Until a volume that was created can be mounted, in s. */
const SETTLE_SECONDS = 60;
/** Until Fly has a destroyed machine let go of its volume, in s. */
const LET_GO_SECONDS = 120;

/**
 * By it the volumes of a process are known in the app, which is the fleet's: they bear no other mark. Fly takes 30
 * characters of a-z, 0-9 and _.
 */
function volumeName({ name }: MachinesInputs): string {
  return `oxy_${name}`;
}

/** Those of the process, whether a machine has them or not. */
export async function volumesOf({ inputs, volumes }: Pick<Rollout, "inputs" | "volumes">) {
  return await volumes.named(volumeName(inputs));
}

/** Whether a machine has a volume of the declared size, or none where none is declared. */
export function hasItsVolume(
  machine: FlyMachine,
  { volumeGb }: MachinesInputs,
  volumes: readonly FlyVolume[],
): boolean {
  const sizes = mountsOf(machine).map((id) => volumes.find((volume) => volume.id === id)?.size_gb);
  return volumeGb === 0 ? sizes.length === 0 : sizes.length === 1 && sizes[0] === volumeGb;
}

/** Those that no machine has. One on a server that cannot be reached is not among them: nothing can be done about it. */
export function unusedVolumes(
  volumes: readonly FlyVolume[],
  machines: readonly FlyMachine[],
): readonly FlyVolume[] {
  const used = new Set(machines.flatMap(mountsOf));
  const there = new Set(machines.map(({ id }) => id));
  return volumes.filter(
    ({ id, attached_machine_id: machine, host_status: server }) =>
      !used.has(id) && !there.has(machine ?? "") && server !== "unreachable",
  );
}

/** A new one, ready to be mounted, or none where none is declared. One that was left by a machine is not new. */
export async function newVolume(rollout: Rollout): Promise<FlyVolume | undefined> {
  const { inputs, volumes, context } = rollout;
  if (inputs.volumeGb === 0) return undefined;
  const { cpuKind, cpus, memoryMb } = inputs.guest;
  const before = new Set((await volumesOf(rollout)).map(({ id }) => id));
  const made = await createOnce(
    async () => (await volumesOf(rollout)).find(({ id }) => !before.has(id)),
    () =>
      volumes.create({
        name: volumeName(inputs),
        region: inputs.region,
        size_gb: inputs.volumeGb,
        compute: { cpu_kind: cpuKind, cpus, memory_mb: memoryMb },
      }),
    context.signal,
  );
  let last = made;
  await until(SETTLE_SECONDS, context.signal, async () => {
    if (last.state !== "created") last = await volumes.find(made);
    return last.state === "created" ? true : undefined;
  });
  if (last.state === "created") return last;
  throw new ResourceFailed(`${volumes.titleOf(made)} is still ${last.state} after ${SETTLE_SECONDS} s`);
}

/** Deletes what machines left, and what was made for one that did not come about. */
export async function removeUnusedVolumes(rollout: Rollout): Promise<void> {
  const there = await volumesOf(rollout);
  if (there.length === 0) return;
  const machines = (await rollout.machines.list()) ?? [];
  for (const volume of unusedVolumes(there, machines)) await remove(rollout, volume);
}

async function remove({ volumes, context }: Rollout, volume: FlyVolume): Promise<void> {
  let refusal: unknown;
  const isGone = await until(LET_GO_SECONDS, context.signal, async () => {
    try {
      await volumes.delete(volume);
      return true;
    } catch (error) {
      // Its machine is on its way out.
      if (!isApiFailure(error, "conflict")) throw error;
      refusal = error;
      return undefined;
    }
  });
  if (!isGone) throw refusal;
}
