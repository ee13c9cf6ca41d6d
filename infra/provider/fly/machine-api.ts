import { z } from "zod";
import type { ApiClient } from "../../api/client.ts";
import { isApiFailure } from "../../api/failure.ts";
import { until } from "../../api/until.ts";
import { holdLease, NONCE_HEADER, type Lease } from "./machine-lease.ts";

const exitEvent = z.object({
  exit_code: z.int().optional(),
  oom_killed: z.boolean().optional(),
  requested_stop: z.boolean().optional(),
});

const settings = z.looseObject({
  image: z.string().optional(),
  env: z.record(z.string(), z.string()).nullish(),
  metadata: z.record(z.string(), z.string()).nullish(),
  mounts: z.array(z.looseObject({ volume: z.string().nullish() })).nullish(),
});

const flyMachine = z.object({
  id: z.string(),
  name: z.string(),
  state: z.string(),
  region: z.string(),
  created_at: z.string(),
  updated_at: z.string().optional(),
  config: settings.nullish(),
  /** Where its server cannot be reached. */
  incomplete_config: settings.nullish(),
  host_status: z.string().optional(),
  checks: z
    .array(z.object({ name: z.string(), status: z.string(), output: z.string().optional() }))
    .nullish(),
  events: z
    .array(
      z.object({
        type: z.string(),
        request: z.object({ exit_event: exitEvent.nullish() }).nullish(),
      }),
    )
    .nullish(),
});
export type FlyMachine = z.output<typeof flyMachine>;

/** The volumes that it has, by their ids. */
export function mountsOf({ config, incomplete_config }: FlyMachine): readonly string[] {
  const { mounts } = config ?? incomplete_config ?? {};
  return (mounts ?? []).flatMap(({ volume }) => volume ?? []);
}

/** Gone, or about to be. */
const ENDED: readonly string[] = ["destroying", "destroyed", "launch_failed", "replaced", "migrated"];

/** Beyond the grace period, until a stopped machine is said to be so, in s. */
const STOP_MARGIN_SECONDS = 30;

/** The API's calls about the machines of one app. */
export class FlyMachines {
  readonly app: string;
  readonly #api: ApiClient;
  readonly #holder: string;
  readonly #signal: AbortSignal;

  /** @param holder of the leases */
  constructor(api: ApiClient, app: string, holder: string, signal: AbortSignal) {
    this.app = app;
    this.#api = api;
    this.#holder = holder;
    this.#signal = signal;
  }

  /** How it is called in sentences. */
  titleOf({ name }: Pick<FlyMachine, "name">): string {
    return `machine "${name}" of app "${this.app}"`;
  }

  /** The oldest first. @returns undefined when there is no such app */
  async list(): Promise<readonly FlyMachine[] | undefined> {
    try {
      const machines = await this.#api.call({
        method: "GET",
        path: `/apps/${this.app}/machines`,
        doing: `list the machines of app "${this.app}"`,
        answer: z.array(flyMachine),
      });
      return machines
        .filter(({ state }) => !ENDED.includes(state))
        .toSorted((one, other) => (one.created_at < other.created_at ? -1 : 1));
    } catch (error) {
      if (isApiFailure(error, "missing")) return undefined;
      throw error;
    }
  }

  /** @returns undefined when it is gone */
  async find(machine: Pick<FlyMachine, "id" | "name">): Promise<FlyMachine | undefined> {
    try {
      return await this.#api.call({
        method: "GET",
        path: this.#pathOf(machine),
        doing: `look at ${this.titleOf(machine)}`,
        answer: flyMachine,
      });
    } catch (error) {
      if (isApiFailure(error, "missing")) return undefined;
      throw error;
    }
  }

  async create(
    name: string,
    region: string,
    config: object,
    minSecretsVersion: number | undefined,
  ): Promise<FlyMachine> {
    return await this.#api.call({
      method: "POST",
      path: `/apps/${this.app}/machines`,
      body: {
        name,
        region,
        config,
        ...(minSecretsVersion === undefined ? {} : { min_secrets_version: minSecretsVersion }),
      },
      doing: `create ${this.titleOf({ name })}`,
      answer: flyMachine,
    });
  }

  async start(machine: FlyMachine): Promise<void> {
    await this.#api.call({
      method: "POST",
      path: `${this.#pathOf(machine)}/start`,
      doing: `start ${this.titleOf(machine)}`,
      repeatable: true,
    });
  }

  /** Nobody else changes it meanwhile. @throws ResourceFailed when somebody else is changing it */
  async lease(machine: FlyMachine, seconds: number): Promise<Lease> {
    const leasable = { path: this.#pathOf(machine), title: this.titleOf(machine) };
    return await holdLease(this.#api, leasable, this.#holder, seconds);
  }

  /** Its signal, its grace, then it is gone with its disk. Fine when it is gone already. */
  async retire(machine: FlyMachine, graceSeconds: number, lease: Lease): Promise<void> {
    // Of a server that cannot be reached nobody would hear that it stopped.
    if (machine.host_status !== "unreachable") await this.#stop(machine, graceSeconds, lease);
    await this.destroy(machine, lease);
  }

  /** At once. Fine when it is gone already. */
  async destroy(machine: FlyMachine, lease?: Lease): Promise<void> {
    try {
      await this.#api.call({
        method: "DELETE",
        path: this.#pathOf(machine),
        query: { force: true },
        headers: headersOf(lease),
        doing: `destroy ${this.titleOf(machine)}`,
      });
    } catch (error) {
      if (!isApiFailure(error, "missing")) throw error;
    }
  }

  async #stop(machine: FlyMachine, graceSeconds: number, lease: Lease): Promise<void> {
    const hasStopped = async () => {
      const state = (await this.find(machine))?.state ?? "destroyed";
      return ["stopped", "failed", "suspended", ...ENDED].includes(state) ? true : undefined;
    };
    if (await hasStopped()) return;
    await this.#api.call({
      method: "POST",
      path: `${this.#pathOf(machine)}/stop`,
      // Without these Fly's documentation has SIGINT, whatever the machine was told when it was made.
      body: { signal: "SIGTERM", timeout: `${graceSeconds}s` },
      headers: headersOf(lease),
      doing: `stop ${this.titleOf(machine)}`,
      repeatable: true,
    });
    await until(graceSeconds + STOP_MARGIN_SECONDS, this.#signal, hasStopped);
  }

  #pathOf({ id }: Pick<FlyMachine, "id">): string {
    return `/apps/${this.app}/machines/${id}`;
  }
}

function headersOf(lease: Lease | undefined): Record<string, string> {
  return lease === undefined ? {} : { [NONCE_HEADER]: lease.nonce };
}
