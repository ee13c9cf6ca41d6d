import type { Redis } from "ioredis";
import type { Keys } from "../adapters/redis/keys.ts";
import type { Sealing } from "../adapters/redis/sealing.ts";
import { errorFields, type Logger } from "../runtime/logging.ts";
import type { OrganizationSettings } from "./organization.ts";
import { readStored } from "./stored-settings.ts";

export interface OrganizationsOptions {
  readonly redis: Redis;
  readonly keys: Keys;
  readonly sealing: Sealing;
  readonly log: Logger;
  /** Reads what else changes with the same version, whenever these are read. */
  also?(): Promise<void>;
}

/** The tenants on the store, with a copy of their settings in memory. */
export class Organizations {
  readonly #options: OrganizationsOptions;
  #settings = new Map<string, OrganizationSettings>();
  /** Of what is in memory. */
  #version = "";
  #loading: Promise<void> | undefined;

  constructor(options: OrganizationsOptions) {
    this.#options = options;
  }

  /** One whose settings cannot be read keeps those of before, or is left out, and the others go on. */
  async load(): Promise<void> {
    const { redis, keys, sealing, log, also } = this.#options;
    const [version, stored] = (
      (await redis.multi().get(keys.settingsVersion).hgetall(keys.organizations).exec()) ?? []
    ).map(([error, value]) => {
      if (error) throw error;
      return value;
    }) as [string | null, Record<string, string>];
    const settings = new Map<string, OrganizationSettings>();
    for (const [organization, sealed] of Object.entries(stored)) {
      try {
        const json: unknown = JSON.parse(sealing.openText(`${keys.organizations} ${organization}`, sealed));
        const lost: string[] = [];
        settings.set(
          organization,
          readStored(json, (path) => lost.push(path)),
        );
        if (lost.length > 0)
          log.warn("settings of another version left out", { organization, settings: lost.join(", ") });
      } catch (error) {
        log.error("organization's settings cannot be read", { organization, ...errorFields(error) });
        // Its number is connected: without any, what customers write would be received and left alone.
        const before = this.#settings.get(organization);
        if (before !== undefined) settings.set(organization, before);
      }
    }
    this.#settings = settings;
    await also?.();
    this.#version = version ?? "0";
  }

  /**
   * Reads them again if they changed since.
   * @param version as the store has it, where it is known; else it is asked, a command
   */
  async refresh(version?: string): Promise<void> {
    const { redis, keys } = this.#options;
    const current = version ?? (await redis.get(keys.settingsVersion)) ?? "0";
    if (current === this.#version) return;
    // One that is under way may have read before this change.
    await this.#loading?.catch(() => {});
    if (current === this.#version) return;
    this.#loading ??= this.load().finally(() => {
      this.#loading = undefined;
    });
    await this.#loading;
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

  /** Every process learns of it: its next heartbeat says that something changed. */
  async save(organization: string, settings: OrganizationSettings): Promise<"added" | "changed"> {
    const { redis, keys, sealing } = this.#options;
    const sealed = sealing.seal(`${keys.organizations} ${organization}`, JSON.stringify(settings));
    const replies = await redis
      .multi()
      .hset(keys.organizations, organization, sealed)
      .incr(keys.settingsVersion)
      .exec();
    for (const [error] of replies ?? []) if (error) throw error;
    this.#settings.set(organization, settings);
    return replies?.[0]?.[1] === 1 ? "added" : "changed";
  }
}
