import type { Redis } from "ioredis";
import type { Keys } from "../adapters/redis/keys.ts";
import type { Sealing } from "../adapters/redis/sealing.ts";
import { organizationSettings, type OrganizationSettings } from "./organization.ts";

export interface OrganizationsOptions {
  readonly redis: Redis;
  readonly keys: Keys;
  readonly sealing: Sealing;
}

/** The tenants on the store, with a copy of their settings in memory. */
export class Organizations {
  readonly #options: OrganizationsOptions;
  #settings = new Map<string, OrganizationSettings>();

  constructor(options: OrganizationsOptions) {
    this.#options = options;
  }

  /** @throws Unsealable */
  async load(): Promise<void> {
    const { redis, keys, sealing } = this.#options;
    const stored = await redis.hgetall(keys.organizations);
    this.#settings = new Map(
      Object.entries(stored).map(([id, sealed]) => {
        const json: unknown = JSON.parse(sealing.openText(`${keys.organizations} ${id}`, sealed));
        return [id, organizationSettings.parse(json)];
      }),
    );
  }

  get ids(): readonly string[] {
    return [...this.#settings.keys()];
  }

  /** @throws RangeError for an organization that is not on the store */
  settings(organization: string): OrganizationSettings {
    const settings = this.#settings.get(organization);
    if (settings === undefined) throw new RangeError(`organization ${organization} is not known here`);
    return settings;
  }

  async save(organization: string, settings: OrganizationSettings): Promise<"added" | "changed"> {
    const { redis, keys, sealing } = this.#options;
    const sealed = sealing.seal(`${keys.organizations} ${organization}`, JSON.stringify(settings));
    const added = await redis.hset(keys.organizations, organization, sealed);
    this.#settings.set(organization, settings);
    return added === 1 ? "added" : "changed";
  }
}
