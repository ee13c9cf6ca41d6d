import { randomBytes } from "node:crypto";
import { Refusal } from "../emulator.ts";

export interface VolumeOrder {
  readonly name: string;
  readonly region: string;
  readonly size_gb?: number;
}

/** How long a volume is on its way to a state, in ms; the real ones take longer. */
const ON_ITS_WAY_MS = 60;
/** Fly docs, machines/api/volumes-resource, 2026-08. */
const DEFAULT_SIZE_GB = 3;
/** Fly docs, volumes/overview, 2026-08. */
const MOST_GB = 500;

/** A volume as the API tells of it. What is in it is nowhere: a process here has this machine's disk. */
export class EmulatedVolume {
  readonly id = `vol_${randomBytes(8).toString("hex")}`;
  readonly name: string;
  readonly region: string;
  sizeGb: number;
  readonly #zone = randomBytes(2).toString("hex");
  readonly #createdAt = new Date();
  #deletedAtMs: number | undefined;

  /** @throws Refusal for what Fly has no such volumes of */
  constructor({ name, region, size_gb: sizeGb = DEFAULT_SIZE_GB }: VolumeOrder) {
    if (!/^[a-z0-9_]{1,30}$/.test(name))
      throw new Refusal(
        422,
        "Validation failed: Name may have 1 to 30 lowercase letters, numbers and underscores",
      );
    this.name = name;
    this.region = region;
    this.sizeGb = sizeOf(sizeGb);
  }

  /** Deleted ones are kept for a day (Fly docs, volumes/volume-states, 2026-08). */
  get state(): "creating" | "created" | "scheduling_destroy" | "pending_destroy" {
    const now = Date.now();
    if (this.#deletedAtMs !== undefined)
      return now < this.#deletedAtMs + ON_ITS_WAY_MS ? "scheduling_destroy" : "pending_destroy";
    return now < this.#createdAt.getTime() + ON_ITS_WAY_MS ? "creating" : "created";
  }

  get isDeleted(): boolean {
    return this.#deletedAtMs !== undefined;
  }

  /** @param machine that has it */
  delete(machine: string | undefined): void {
    if (machine !== undefined)
      throw new Refusal(412, `failed_precondition: volume is currently bound to machine: ${machine}`);
    this.#deletedAtMs ??= Date.now();
  }

  /** @throws Refusal for less than it has */
  extend(sizeGb: number): void {
    if (sizeGb < this.sizeGb)
      throw new Refusal(422, `Validation failed: Size can't be less than ${this.sizeGb}`);
    this.sizeGb = sizeOf(sizeGb);
  }

  /** @param machine that has it */
  shown(machine: string | undefined): object {
    return {
      id: this.id,
      name: this.name,
      state: this.state,
      size_gb: this.sizeGb,
      region: this.region,
      zone: this.#zone,
      encrypted: true,
      attached_machine_id: machine ?? null,
      attached_alloc_id: null,
      created_at: this.#createdAt.toISOString(),
      fstype: "ext4",
      snapshot_retention: 5,
      host_status: "ok",
    };
  }
}

function sizeOf(sizeGb: number): number {
  if (sizeGb >= 1 && sizeGb <= MOST_GB) return sizeGb;
  throw new Refusal(422, `Validation failed: Size must be from 1 to ${MOST_GB}`);
}
