import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { ImageNotFound, type Container, type Containers } from "../containers.ts";
import { Refusal } from "../emulator.ts";
import { EmulatedLease } from "./lease.ts";
import { runChecks } from "./machine-checks.ts";
import { isOver, memoryOf, stopOf, type MachineConfig, type StopOrder } from "./machine-config.ts";
import { PrintedLines } from "./printed-lines.ts";

type State =
  | "created"
  | "starting"
  | "started"
  | "stopping"
  | "stopped"
  | "suspending"
  | "suspended"
  | "replacing"
  | "destroying"
  | "destroyed";

interface Event {
  readonly type: string;
  readonly status: string;
  readonly source: "user" | "flyd";
  readonly timestamp: number;
  readonly request?: { readonly exit_event: object; readonly restart_count?: number };
}

/** How long a machine is on its way to a state, in ms; the real ones take longer. */
const ON_ITS_WAY_MS = 60;
/** One machine: what the API says of it, and the real process that it runs. */
export class EmulatedMachine {
  readonly id = randomBytes(7).toString("hex");
  readonly name: string;
  readonly region: string;
  readonly createdAt = new Date();
  readonly lease = new EmulatedLease();
  readonly printed = new PrintedLines();
  state: State = "created";
  config: MachineConfig;
  instanceId = newInstance();
  #updatedAt = this.createdAt;
  #secrets: Readonly<Record<string, string>>;
  readonly #app: string;
  readonly #containers: Containers;
  readonly #events: Event[] = [];
  #container: Container | undefined;
  #seenExits = 0;
  #changing: Promise<void> = Promise.resolve();

  constructor(
    place: { readonly app: string; readonly name: string; readonly region: string },
    config: MachineConfig,
    secrets: Readonly<Record<string, string>>,
    containers: Containers,
  ) {
    this.#app = place.app;
    this.name = place.name;
    this.region = place.region;
    this.config = config;
    this.#secrets = secrets;
    this.#containers = containers;
    this.#note("launch", "created", "user");
  }

  /** Resolves when nothing is being done to it. */
  async settled(): Promise<void> {
    await this.#changing;
  }

  /** @throws Refusal when its image cannot be pulled */
  async launch(): Promise<void> {
    await this.#run();
    this.#then(async () => this.#started());
  }

  /** Boots it anew, with the secrets that there are now. */
  async update(config: MachineConfig, secrets: Readonly<Record<string, string>>): Promise<void> {
    this.config = config;
    this.instanceId = newInstance();
    this.#secrets = secrets;
    this.#enter("replacing", "update", "user");
    this.#then(async () => {
      await this.#end();
      await this.#run();
      await this.#started();
    });
  }

  start(): void {
    if (this.state === "started" || this.state === "starting") return;
    this.#require("start", ["created", "stopped", "suspended"]);
    this.#enter("starting", "start", "user");
    this.#then(async () => {
      await this.#run();
      await this.#started();
    });
  }

  stop(order: StopOrder): void {
    if (this.state === "stopped" || this.state === "stopping") return;
    this.#require("stop", ["created", "starting", "started", "suspended"]);
    this.#requireConfigured(order);
    this.#enter("stopping", "stop", "user");
    this.#then(() => this.#endAs("stopped"));
  }

  /** Without a snapshot: Fly does not promise that there is one to go on from. */
  suspend(): void {
    this.#require("suspend", ["started"]);
    this.#enter("suspending", "suspend", "user");
    this.#then(() => this.#endAs("suspended"));
  }

  /** @throws Refusal while it runs, unless it is forced */
  destroy(force: boolean): void {
    if (this.state === "destroyed" || this.state === "destroying") return;
    if (!force) this.#require("destroy", ["created", "stopped", "suspended"]);
    this.#enter("destroying", "destroy", "user");
    this.#then(async () => {
      const pid = await this.#container?.pid();
      if (pid !== undefined) process.kill(pid, "SIGKILL");
      await this.#end();
      this.#enter("destroyed", "destroy", "flyd");
    });
  }

  /** As the API shows it, by a look at its process. */
  async shown(): Promise<object> {
    await this.#settleExits();
    return {
      id: this.id,
      name: this.name,
      state: this.state,
      region: this.region,
      instance_id: this.instanceId,
      private_ip: `fdaa:0:1:a7b:1:${this.id.slice(0, 4)}:${this.id.slice(4, 8)}:2`,
      created_at: this.createdAt.toISOString(),
      updated_at: this.#updatedAt.toISOString(),
      config: { init: {}, ...this.config },
      checks: await runChecks(
        this.config,
        this.state === "started" ? this.#container : undefined,
        this.#environment(),
      ),
      events: this.#events.toReversed(),
      host_status: "ok",
    };
  }

  /** Takes in what it printed since. */
  async listen(): Promise<void> {
    if (this.#container !== undefined) this.printed.take(await this.#container.printed());
  }

  async #run(): Promise<void> {
    const environment = this.#environment();
    try {
      this.#container = await this.#containers.start({
        name: `${this.#app}-${this.name}`,
        image: this.config.image,
        environment,
        // A machine is a computer of its own: what it serves elsewhere in there, it serves here at any port.
        routed: "PORT" in environment,
        stop: stopOf(this.config),
        memoryMb: memoryOf(this.config),
      });
    } catch (error) {
      if (error instanceof ImageNotFound) throw new Refusal(400, `invalid_argument: ${error.message}`);
      throw error;
    }
    this.#seenExits = 0;
    this.printed.begin();
  }

  #environment(): Readonly<Record<string, string>> {
    return {
      ...this.#secrets,
      ...this.config.env,
      FLY_APP_NAME: this.#app,
      FLY_MACHINE_ID: this.id,
      FLY_REGION: this.region,
    };
  }

  async #started(): Promise<void> {
    if (this.state !== "starting") this.#enter("starting", "start", "flyd");
    await delay(ON_ITS_WAY_MS);
    this.#enter("started", "start", "flyd");
  }

  async #endAs(state: "stopped" | "suspended"): Promise<void> {
    await this.#end();
    this.#enter(state, state === "stopped" ? "exit" : "suspend", "flyd", {
      exit_event: { exit_code: 0, requested_stop: true },
    });
  }

  async #end(): Promise<void> {
    await this.#container?.stop();
    await this.listen();
    this.#container = undefined;
  }

  /** Runs that ended by themselves; whether there is another one, its restart policy says. */
  async #settleExits(): Promise<void> {
    const container = this.#container;
    if (container === undefined || this.state !== "started") return;
    const last = await container.lastExit();
    if (last === undefined) return;
    const restarts = await container.restarts();
    const exits = restarts + ((await container.pid()) === undefined ? 1 : 0);
    for (; this.#seenExits < exits; this.#seenExits++) {
      this.#note("exit", "stopped", "flyd", {
        exit_event: { exit_code: last.code ?? 128, oom_killed: false, requested_stop: false },
        restart_count: this.#seenExits,
      });
    }
    if (!isOver(this.config, last.code, restarts)) return;
    this.state = "stopping";
    this.#then(async () => {
      await this.#end();
      this.state = "stopped";
    });
  }

  #require(what: string, states: readonly State[]): void {
    if (states.includes(this.state)) return;
    throw new Refusal(
      412,
      `failed_precondition: unable to ${what} machine, it is ${this.state}, not ${states.join(" or ")}`,
    );
  }

  /** The supervisor of a process was told at its start how it ends it. */
  #requireConfigured(order: StopOrder): void {
    const told = stopOf(this.config);
    const { signal, graceSeconds } = stopOf(this.config, order);
    if (signal !== told.signal || graceSeconds !== told.graceSeconds)
      throw new Refusal(400, "this emulator stops a machine only as its stop_config has it");
  }

  /** One change after the other. */
  #then(change: () => Promise<void>): void {
    this.#changing = this.#changing.then(change);
  }

  #enter(state: State, event: string, source: Event["source"], request?: Event["request"]): void {
    this.state = state;
    this.#updatedAt = new Date();
    this.#note(event, state, source, request);
  }

  #note(type: string, status: string, source: Event["source"], request?: Event["request"]): void {
    const timestamp = Date.now();
    this.#events.push({ type, status, source, timestamp, ...(request === undefined ? {} : { request }) });
  }
}

function newInstance(): string {
  return `01${randomBytes(12).toString("hex").toUpperCase()}`;
}
