import { Refusal } from "../emulator.ts";
import type { MachineConfig } from "./machine-config.ts";
import type { EmulatedMachine } from "./machine.ts";
import { EmulatedVolume, type VolumeOrder } from "./volume.ts";

/** The volumes of one app, and which machine has which: one that has one keeps it until it is destroyed. */
export class EmulatedVolumes {
  readonly #all: EmulatedVolume[] = [];
  readonly #machines: readonly EmulatedMachine[];

  /** @param machines of the app, which change */
  constructor(machines: readonly EmulatedMachine[]) {
    this.#machines = machines;
  }

  /** Deleted ones too. */
  all(): object[] {
    return this.#all.map((volume) => this.#shown(volume));
  }

  one(id: string): object {
    return this.#shown(this.#find(id));
  }

  create(order: VolumeOrder): object {
    const volume = new EmulatedVolume(order);
    this.#all.push(volume);
    return this.#shown(volume);
  }

  extend(id: string, sizeGb: number): object {
    const volume = this.#find(id);
    volume.extend(sizeGb);
    return { volume: this.#shown(volume), needs_restart: false };
  }

  delete(id: string): object {
    const volume = this.#find(id);
    volume.delete(this.#holderOf(volume)?.id);
    return this.#shown(volume);
  }

  /**
   * Lets a machine have what its configuration mounts.
   * @param machine that it is of, unless it is a new one
   * @throws Refusal when it cannot
   */
  admit({ mounts = [] }: MachineConfig, region: string, machine?: EmulatedMachine): void {
    if (mounts.length > 1) throw new Refusal(400, "invalid_argument: a machine can mount one volume");
    for (const { volume: id } of mounts) {
      const volume = this.#all.find((one) => one.id === id);
      if (volume === undefined || volume.isDeleted || volume.region !== region)
        throw new Refusal(400, `invalid_argument: there is no volume ${id} in region ${region}`);
      // Fly says nowhere that one can be mounted before it is created.
      if (volume.state !== "created")
        throw new Refusal(412, `failed_precondition: volume ${id} is ${volume.state}`);
      const holder = this.#holderOf(volume);
      if (holder !== undefined && holder !== machine)
        throw new Refusal(412, `failed_precondition: volume already claimed by machine ${holder.id}`);
    }
  }

  #find(id: string): EmulatedVolume {
    const found = this.#all.find((volume) => volume.id === id);
    if (found === undefined) throw new Refusal(404, `not_found: volume ${id} not found`);
    return found;
  }

  #holderOf({ id }: EmulatedVolume): EmulatedMachine | undefined {
    return this.#machines.find(
      ({ state, config }) => state !== "destroyed" && config.mounts?.some(({ volume }) => volume === id),
    );
  }

  #shown(volume: EmulatedVolume): object {
    return volume.shown(this.#holderOf(volume)?.id);
  }
}
