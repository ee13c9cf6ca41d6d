import { z } from "zod";
import type { ApiClient } from "../../api/client.ts";
import { isApiFailure } from "../../api/failure.ts";

const foundApp = z.object({
  name: z.string(),
  organization: z.object({ slug: z.string() }),
});
export type FoundApp = z.output<typeof foundApp>;

const secretList = z.object({
  secrets: z.array(z.object({ name: z.string(), digest: z.string() })).nullish(),
});
/** Its documentation and its own command say `version`, older answers `Version`. */
const setSecrets = secretList.extend({ version: z.int().optional(), Version: z.int().optional() });

const addressList = z.object({ ips: z.array(z.object({ ip: z.string(), shared: z.boolean() })).nullish() });

/** By name; the value of none can be read back. */
export type Digests = Readonly<Record<string, string>>;

/** An address that the internet reaches an app at. A `v4` of its own costs, the others do not. */
export type AddressType = "shared_v4" | "v4" | "v6";

/** The API's calls about one app. */
export class FlyApp {
  readonly name: string;
  readonly #api: ApiClient;

  constructor(api: ApiClient, name: string) {
    this.#api = api;
    this.name = name;
  }

  /** @returns undefined when there is none. One of somebody else's is forbidden, not missing. */
  async find(): Promise<FoundApp | undefined> {
    try {
      return await this.#api.call({
        method: "GET",
        path: `/apps/${this.name}`,
        doing: `look at app "${this.name}"`,
        answer: foundApp,
      });
    } catch (error) {
      if (isApiFailure(error, "missing")) return undefined;
      throw error;
    }
  }

  async create(organization: string): Promise<void> {
    await this.#api.call({
      method: "POST",
      path: "/apps",
      body: { name: this.name, org_slug: organization },
      doing: `create app "${this.name}" in organization "${organization}"`,
    });
  }

  /** With whatever is left in it. Fine when it is gone. */
  async delete(): Promise<void> {
    try {
      await this.#api.call({
        method: "DELETE",
        path: `/apps/${this.name}`,
        doing: `delete app "${this.name}"`,
      });
    } catch (error) {
      if (!isApiFailure(error, "missing")) throw error;
    }
  }

  async secrets(): Promise<Digests> {
    const { secrets } = await this.#api.call({
      method: "GET",
      path: `/apps/${this.name}/secrets`,
      doing: `list the secrets of app "${this.name}"`,
      answer: secretList,
    });
    return digestsOf(secrets);
  }

  /** @returns their digests, and the version that a machine has to wait for */
  async setSecrets(values: Readonly<Record<string, string>>): Promise<{ digests: Digests; version: number }> {
    const { secrets, version, Version } = await this.#api.call({
      method: "POST",
      path: `/apps/${this.name}/secrets`,
      body: { values },
      doing: `set ${Object.keys(values).join(", ")} of app "${this.name}"`,
      answer: setSecrets,
      repeatable: true,
    });
    return { digests: digestsOf(secrets), version: version ?? Version ?? 0 };
  }

  async deleteSecret(secret: string): Promise<void> {
    try {
      await this.#api.call({
        method: "DELETE",
        path: `/apps/${this.name}/secrets/${secret}`,
        doing: `delete ${secret} of app "${this.name}"`,
      });
    } catch (error) {
      if (!isApiFailure(error, "missing")) throw error;
    }
  }

  /** Kinds of address that it has; not those of its organization's private network. */
  async addresses(): Promise<ReadonlyMap<string, AddressType>> {
    const { ips } = await this.#api.call({
      method: "GET",
      path: `/apps/${this.name}/ip_assignments`,
      doing: `list the addresses of app "${this.name}"`,
      answer: addressList,
    });
    const open = (ips ?? []).filter(({ ip }) => !ip.startsWith("fdaa:"));
    return new Map(open.map(({ ip, shared }) => [ip, shared ? "shared_v4" : ip.includes(":") ? "v6" : "v4"]));
  }

  async addAddress(type: AddressType): Promise<void> {
    await this.#api.call({
      method: "POST",
      path: `/apps/${this.name}/ip_assignments`,
      body: { type },
      doing: `give app "${this.name}" an address (${type})`,
    });
  }

  async deleteAddress(ip: string): Promise<void> {
    await this.#api.call({
      method: "DELETE",
      path: `/apps/${this.name}/ip_assignments/${ip}`,
      doing: `take address ${ip} from app "${this.name}"`,
    });
  }
}

function digestsOf(secrets: z.output<typeof secretList>["secrets"]): Digests {
  return Object.fromEntries((secrets ?? []).map(({ name, digest }) => [name, digest]));
}
