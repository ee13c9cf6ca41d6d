import type { Redis } from "ioredis";
import type { Keys } from "../adapters/redis/keys.ts";
import type { Sealing } from "../adapters/redis/sealing.ts";
import { errorFields, type Logger } from "../runtime/logging.ts";
import { organizationSettings, type OrganizationSettings } from "./organization.ts";

export interface OrganizationsOptions {
  readonly redis: Redis;
  readonly keys: Keys;
  readonly sealing: Sealing;
  readonly log: Logger;
}

/** The tenants on the store, with a copy of their settings in memory. */
export class Organizations {
  readonly #options: OrganizationsOptions;
  #settings = new Map<string, OrganizationSettings>();

  constructor(options: OrganizationsOptions) {
    this.#options = options;
  }

  /** One whose settings cannot be read is left out, and the others go on. */
  async load(): Promise<void> {
    const { redis, keys, sealing, log } = this.#options;
    const stored = await redis.hgetall(keys.organizations);
    const settings = new Map<string, OrganizationSettings>();
    for (const [organization, sealed] of Object.entries(stored)) {
      try {
        const json: unknown = JSON.parse(sealing.openText(`${keys.organizations} ${organization}`, sealed));
        settings.set(organization, organizationSettings.parse(json));
      } catch (error) {
        log.error("organization's settings cannot be read", { organization, ...errorFields(error) });
      }
    }
    this.#settings = settings;
  }

  get ids(): readonly string[] {
    return [...this.#settings.keys()];
  }

  /** Undefined for an organization that is not known here, or whose settings cannot be read. */
  find(organization: string): OrganizationSettings | undefined {
    return this.#settings.get(organization);
  }

  /** @throws RangeError where {@link find} finds none */
  settings(organization: string): OrganizationSettings {
    const settings = this.find(organization);
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
