import { createHash, randomBytes } from "node:crypto";
import type { Containers } from "../containers.ts";
import { Refusal } from "../emulator.ts";
import type { MachineConfig } from "./machine-config.ts";
import { EmulatedMachine } from "./machine.ts";
import { EmulatedVolumes } from "./volumes.ts";

type AddressType = "v4" | "v6" | "shared_v4";

/** An app, with all that its machines have in common. */
export class EmulatedApp {
  readonly id = randomBytes(8).toString("hex");
  readonly name: string;
  readonly organization: string;
  readonly machines: EmulatedMachine[] = [];
  readonly volumes = new EmulatedVolumes(this.machines);
  readonly addresses: { readonly ip: string; readonly shared: boolean; readonly created_at: string }[] = [];
  readonly #secrets = new Map<string, string>();
  #secretsVersion = 0;
  readonly #containers: Containers;

  constructor(name: string, organization: string, containers: Containers) {
    this.name = name;
    this.organization = organization;
    this.#containers = containers;
  }

  shown(): object {
    return {
      id: this.id,
      name: this.name,
      status: this.machines.length > 0 ? "deployed" : "pending",
      machine_count: this.living.length,
      organization: { name: this.organization, slug: this.organization },
      network: "default",
    };
  }

  get living(): readonly EmulatedMachine[] {
    return this.machines.filter(({ state }) => state !== "destroyed");
  }

  /** @throws Refusal */
  machine(id: string): EmulatedMachine {
    const found = this.machines.find((machine) => machine.id === id);
    if (found === undefined) throw new Refusal(404, `not_found: machine ${id} not found`);
    return found;
  }

  /** @throws Refusal when its name is taken, its volume is not to be had, or its image cannot be pulled */
  async createMachine(order: {
    readonly name?: string;
    readonly region?: string;
    readonly config: MachineConfig;
    readonly min_secrets_version?: number;
  }): Promise<EmulatedMachine> {
    const { name = `machine-${randomBytes(4).toString("hex")}`, region = "iad", config } = order;
    const taken = this.living.find((machine) => machine.name === name);
    if (taken !== undefined)
      throw new Refusal(
        409,
        `already_exists: unique machine name violation, machine ID ${taken.id} already exists with name "${name}"`,
      );
    this.#requireSecrets(order.min_secrets_version);
    this.volumes.admit(config, region);
    const place = { app: this.name, name, region };
    const machine = new EmulatedMachine(place, config, Object.fromEntries(this.#secrets), this.#containers);
    this.machines.push(machine);
    try {
      await machine.launch();
    } catch (error) {
      this.machines.splice(this.machines.indexOf(machine), 1);
      throw error;
    }
    return machine;
  }

  async updateMachine(
    machine: EmulatedMachine,
    order: { readonly config: MachineConfig; readonly min_secrets_version?: number },
  ): Promise<void> {
    this.#requireSecrets(order.min_secrets_version);
    this.volumes.admit(order.config, machine.region, machine);
    await machine.update(order.config, Object.fromEntries(this.#secrets));
  }

  setSecrets(values: Readonly<Record<string, string>>): object {
    for (const [name, value] of Object.entries(values)) this.#secrets.set(name, value);
    this.#secretsVersion++;
    return { secrets: this.secrets(), version: this.#secretsVersion };
  }

  deleteSecret(name: string): object {
    if (!this.#secrets.delete(name)) throw new Refusal(404, `not_found: secret ${name} not found`);
    return { version: ++this.#secretsVersion };
  }

  /** Without their values, which Fly's API cannot read either. */
  secrets(): object[] {
    return [...this.#secrets].map(([name, value]) => ({
      name,
      digest: createHash("sha256").update(`${this.id} ${value}`).digest("hex").slice(0, 16),
    }));
  }

  addAddress(type: AddressType): object {
    const ip =
      type === "v6"
        ? `2a09:8280:1::${randomBytes(2).toString("hex")}:${randomBytes(2).toString("hex")}`
        : `${type === "v4" ? "37.16" : "66.241"}.${randomBytes(1)[0]}.${randomBytes(1)[0]}`;
    const address = { ip, shared: type === "shared_v4", created_at: new Date().toISOString() };
    this.addresses.push(address);
    return address;
  }

  deleteAddress(ip: string): void {
    const index = this.addresses.findIndex((address) => address.ip === ip);
    if (index === -1) throw new Refusal(404, `not_found: ip ${ip} not found`);
    this.addresses.splice(index, 1);
  }

  /** Resolves when none of its machines is changing. */
  async settled(): Promise<void> {
    await Promise.all(this.machines.map((machine) => machine.settled()));
  }

  #requireSecrets(version = 0): void {
    if (version > this.#secretsVersion)
      throw new Refusal(400, `invalid_argument: there is no version ${version} of the secrets`);
  }
}

/** The apps of Fly: names are global, so some are of organizations that the token does not reach. */
export class EmulatedApps {
  readonly #apps = new Map<string, EmulatedApp>();
  readonly #others: ReadonlySet<string>;
  readonly #containers: Containers;

  /** @param others names that somebody else has */
  constructor(containers: Containers, others: readonly string[]) {
    this.#containers = containers;
    this.#others = new Set(others);
  }

  /** @throws Refusal */
  app(name: string): EmulatedApp {
    if (this.#others.has(name)) throw new Refusal(403, "unauthorized");
    const found = this.#apps.get(name);
    if (found === undefined) throw new Refusal(404, `Could not find App "${name}"`);
    return found;
  }

  of(organization: string): readonly EmulatedApp[] {
    return [...this.#apps.values()].filter((app) => app.organization === organization);
  }

  create(name: string, organization: string): EmulatedApp {
    if (this.#others.has(name) || this.#apps.has(name))
      throw new Refusal(422, "Validation failed: Name has already been taken");
    const app = new EmulatedApp(name, organization, this.#containers);
    this.#apps.set(name, app);
    return app;
  }

  /** @throws Refusal while a machine runs, unless it is forced */
  async delete(name: string, force: boolean): Promise<void> {
    const app = this.app(name);
    const running = app.living.find(({ state }) => state === "started" || state === "starting");
    if (running !== undefined && !force)
      throw new Refusal(412, `failed_precondition: machine ${running.id} of app ${name} is ${running.state}`);
    for (const machine of app.living) machine.destroy(true);
    await app.settled();
    this.#apps.delete(name);
  }

  /** Resolves when nothing is changing. */
  async settled(): Promise<void> {
    await Promise.all([...this.#apps.values()].map((app) => app.settled()));
  }
}
