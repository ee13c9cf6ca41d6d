import { z } from "zod";
import type { ApiClient } from "../../api/client.ts";
import { isApiFailure } from "../../api/failure.ts";

const flyVolume = z.object({
  id: z.string(),
  name: z.string(),
  state: z.string(),
  size_gb: z.int(),
  attached_machine_id: z.string().nullish(),
  /** Of its server. */
  host_status: z.string().optional(),
});
export type FlyVolume = z.output<typeof flyVolume>;

/** What a volume is to be. */
export interface VolumeOrder {
  readonly name: string;
  readonly region: string;
  readonly size_gb: number;
  /** Of the machine that is to have it: its server needs room for that too. */
  readonly compute: { readonly cpu_kind: string; readonly cpus: number; readonly memory_mb: number };
}

/** Deleted: Fly keeps such a volume for a day, and takes no money for it (Fly docs, volumes/volume-states, 2026-08). */
const DELETED = new Set(["scheduling_destroy", "pending_destroy", "destroying", "destroyed"]);

/** The API's calls about the volumes of one app. */
export class FlyVolumes {
  readonly app: string;
  readonly #api: ApiClient;

  constructor(api: ApiClient, app: string) {
    this.app = app;
    this.#api = api;
  }

  /** How it is called in sentences. */
  titleOf({ id }: Pick<FlyVolume, "id">): string {
    return `volume ${id} of app "${this.app}"`;
  }

  /** Those of a name, of which there may be several; none when there is no such app. */
  async named(name: string): Promise<readonly FlyVolume[]> {
    try {
      const volumes = await this.#api.call({
        method: "GET",
        path: `/apps/${this.app}/volumes`,
        doing: `list the volumes of app "${this.app}"`,
        answer: z.array(flyVolume),
      });
      return volumes.filter((volume) => volume.name === name && !DELETED.has(volume.state));
    } catch (error) {
      if (isApiFailure(error, "missing")) return [];
      throw error;
    }
  }

  async find(volume: FlyVolume): Promise<FlyVolume> {
    return await this.#api.call({
      method: "GET",
      path: this.#pathOf(volume),
      doing: `look at ${this.titleOf(volume)}`,
      answer: flyVolume,
    });
  }

  async create(order: VolumeOrder): Promise<FlyVolume> {
    return await this.#api.call({
      method: "POST",
      path: `/apps/${this.app}/volumes`,
      // In a region with fewer servers than volumes, Fly would refuse one that has to have a server to itself.
      body: { ...order, require_unique_zone: false },
      doing: `create a volume of ${order.size_gb} GB in app "${this.app}"`,
      answer: flyVolume,
    });
  }

  /** Fine when it is gone. @throws ApiFailed, a conflict while a machine has it, or has just had it */
  async delete(volume: FlyVolume): Promise<void> {
    try {
      await this.#api.call({
        method: "DELETE",
        path: this.#pathOf(volume),
        doing: `delete ${this.titleOf(volume)}`,
      });
    } catch (error) {
      if (!isApiFailure(error, "missing")) throw error;
    }
  }

  #pathOf({ id }: Pick<FlyVolume, "id">): string {
    return `/apps/${this.app}/volumes/${id}`;
  }
}
