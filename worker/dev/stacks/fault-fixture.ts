import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { resultOf } from "./conversation-fixture.ts";
import type { PlannedFault } from "./emulated-apis-fixture.ts";
import { Rehearsal, type Target } from "./rehearsal-fixture.ts";
import { whenTestIsFinished, type AtEnd } from "./stack-fixture.ts";

/** Everything that can go wrong with one call. */
export const FAULTS = [
  { kind: "cut before" },
  { kind: "cut after" },
  { kind: "status", status: 500 },
  { kind: "status", status: 429, retryAfterSeconds: 0 },
  { kind: "status", status: 403 },
] as const satisfies readonly PlannedFault["fault"][];

/** What a deployment without faults ends in. */
export interface Baseline {
  /** How many calls an `up` from nothing makes. */
  readonly calls: number;
  readonly state: EndState;
}

interface EndState {
  /** What runs at the hosts and stores, each as often as it does. */
  readonly services: readonly string[];
  /** `type name id` of every resource in the state. */
  readonly resources: readonly string[];
}

/** What came of one fault. */
export interface Outcome {
  readonly call: string;
  readonly fault: string;
  /** The faulted `up`: whether it got over it. */
  readonly first: "done" | "failed";
  /** What it said then, in one line. */
  readonly said: string;
}

/** Deploys a target again and again on emulated hosts, with one call going wrong each time. */
export class FaultTrial {
  readonly #rehearsal: Rehearsal;

  private constructor(rehearsal: Rehearsal) {
    this.#rehearsal = rehearsal;
  }

  static async prepare(target: Target, atEnd: AtEnd = whenTestIsFinished): Promise<FaultTrial> {
    const trial = new FaultTrial(await Rehearsal.prepare("staging", [0, 0], atEnd));
    await trial.#rehearsal.configure(target, {}, false);
    return trial;
  }

  /** What nothing goes wrong with. @throws Error when anything is left after it is destroyed */
  async baseline(): Promise<Baseline> {
    const { apis } = this.#rehearsal;
    await apis.forget();
    await this.#rehearsal.up();
    const calls = (await apis.calls()).length;
    const state = await this.#state();
    await this.#destroy();
    return { calls, state };
  }

  /**
   * One call of an `up` from nothing goes wrong; the next `up` and a `destroy` find everything as it should be.
   * @throws Error when they do not
   */
  async run(nth: number, fault: (typeof FAULTS)[number], { state }: Baseline): Promise<Outcome> {
    const { apis, project } = this.#rehearsal;
    await apis.forget();
    await apis.inject({ nth, fault });
    const run = await project.oxy(["up", "--yes", "--json"]);
    const { struck } = await apis.struck();
    const struckCall = (await apis.calls())[nth];
    await apis.inject(undefined);
    const call =
      struckCall === undefined ? "none" : `${struckCall.api} ${struckCall.method} ${struckCall.path}`;
    const where = `call ${nth} (${call}), ${JSON.stringify(fault)}`;
    if (struck !== 1) throw new Error(`${where}: the fault struck ${struck} times`);
    if (run.code !== 0 && !/^oxy: [^]+$/.test(run.stderr)) throw new Error(`${where}: it said ${run.stderr}`);

    await project.must(["up", "--yes"]);
    const planned = resultOf(await project.must(["preview"]));
    if (Object.keys(planned["changes"] as object).some((operation) => operation !== "same"))
      throw new Error(`${where}: after the second up ${JSON.stringify(planned["changes"])} is left to do`);
    const after = await this.#state();
    if (JSON.stringify(after) !== JSON.stringify(state))
      throw new Error(`${where}: expected ${JSON.stringify(state)}, got ${JSON.stringify(after)}`);
    await this.#destroy();
    const said = run.stderr.replaceAll(/\s+/g, " ").trim();
    return { call, fault: faultName(fault), first: run.code === 0 ? "done" : "failed", said };
  }

  /** One call goes wrong, and the stack is given up at once: nothing may be left. @throws Error when something is */
  async giveUp(nth: number, fault: (typeof FAULTS)[number]): Promise<void> {
    const { apis, project } = this.#rehearsal;
    await apis.inject({ nth, fault });
    await project.oxy(["up", "--yes", "--json"]);
    await apis.inject(undefined);
    await this.#destroy();
  }

  async #destroy(): Promise<void> {
    const { apis, project } = this.#rehearsal;
    await project.must(["destroy", "--yes"]);
    const left = await apis.services();
    if (left.length > 0) throw new Error(`destroy left ${left.map(({ name }) => name).join(", ")}`);
  }

  async #state(): Promise<EndState> {
    const { apis, project } = this.#rehearsal;
    const services = (await apis.services()).map(({ name }) => withoutNumber(name)).toSorted();
    const file = join(project.home, `offline/state/.pulumi/stacks/oxy-workers/${project.stack}.json`);
    const { checkpoint } = JSON.parse(await readFile(file, "utf8")) as {
      readonly checkpoint: {
        readonly latest: { readonly resources: readonly { urn: string; type: string; id?: string }[] };
      };
    };
    const resources = checkpoint.latest.resources
      // The provider's own id is random.
      .filter(({ type }) => type.startsWith("oxy:"))
      .map(({ urn, id }) => `${urn.split("::").slice(2).join(" ")} ${id}`)
      .toSorted();
    return { services, resources };
  }
}

export function faultName(fault: (typeof FAULTS)[number]): string {
  return fault.kind === "status" ? `${fault.status}` : fault.kind;
}

/** Hosts number what they run, or name it at random. */
function withoutNumber(name: string): string {
  return name.replace(/-[a-z0-9]{6,}$|-\d+$/, "");
}
