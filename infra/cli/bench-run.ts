import { commandsDuring } from "../benchmark/redis-commands.ts";
import { judge } from "../benchmark/judge.ts";
import { linkNumbers } from "../benchmark/link-numbers.ts";
import { measurementOf } from "../benchmark/measurement.ts";
import type { Outcome } from "../benchmark/outcome.ts";
import { NOT_MEASURED, type TargetResult } from "../benchmark/result.ts";
import type { Scenario } from "../benchmark/scenario.ts";
import { SimulatorFailed, type Simulator } from "../benchmark/simulator.ts";
import { loadOf, type Trial } from "../benchmark/trial.ts";
import { known, unknown, type Estimate } from "../compare/estimate.ts";
import { RequestFailed } from "../control/channel.ts";
import type { BenchPlace } from "./bench-place.ts";
import { whatOf } from "./bench-targets.ts";
import { channelTo } from "./control.ts";
import { recover } from "./deploying.ts";
import { EXIT, Failure } from "./failure.ts";
import { standInSecrets } from "./made-secrets.ts";
import { carryOut } from "./operation.ts";
import { deployedIn, type Deployed } from "./outputs.ts";
import type { Report } from "./report.ts";
import { requireRunning } from "./running.ts";
import type { Step } from "./steps.ts";

/** What every target is put through, and with what. */
export interface BenchRun {
  readonly trial: Trial;
  readonly simulator: Simulator;
  readonly report: Report;
  readonly signal: AbortSignal;
}

/** The AI of a simulator asks nobody who they are. */
const ANY_KEY = "sk-of-a-benchmark";

/** Deploys a target, measures it and takes it away, whatever happens in between. */
export async function tryTarget(place: BenchPlace, run: BenchRun): Promise<TargetResult> {
  const { report, trial } = run;
  const { name, plan } = place.target;
  const about = { name, what: whatOf(plan) };
  const drain = new Drain(plan.fleets.map((fleet) => fleet.name));
  let measured: Omit<Outcome, "drainSeconds"> | Failure;
  try {
    measured = await measure(place, run);
  } catch (error) {
    measured = failureIn(error, run.signal);
  }
  report.say(`${name}: taking it away`);
  const left = await place.remove(report, (step) => drain.read(step));
  if (measured instanceof Failure) return { ...about, failure: measured.message, judged: NOT_MEASURED, left };
  const outcome = { ...measured, drainSeconds: drain.seconds };
  return { ...about, outcome, judged: judge(outcome, trial.benchmark.limits), left };
}

async function measure(place: BenchPlace, run: BenchRun): Promise<Omit<Outcome, "drainSeconds">> {
  const { report, trial, simulator, signal } = run;
  const { name, plan, stack } = place.target;
  report.say(`${name}: deploying ${whatOf(plan)}`);
  const { deployed, seconds } = await deploy(place, report);
  signal.throwIfAborted();
  const organizations = await linkNumbers(() => channelTo(deployed, stack), {
    organizations: trial.scenario.organizations,
    scan: (organization, qr) => simulator.scan(organization, qr),
    signal,
  });
  report.say(`${name}: ${organizations.length} numbers are linked; customers write`);
  const load = loadOf(trial);
  const told = progressTo(report, trial.scenario);
  const { result, commands } = await commandsDuring(deployed.storeUrl, () =>
    simulator.load({ organizations, ...load }, { signal, told }),
  );
  const conversations = trial.scenario.messages.map(({ conversation }) => conversation);
  return {
    measurement: measurementOf(result, conversations, load.patienceMs),
    redisCommands: commands,
    deploySeconds: known(seconds),
  };
}

async function deploy(
  place: BenchPlace,
  report: Report,
): Promise<{ readonly deployed: Deployed; readonly seconds: number }> {
  const { default: programWith } = await import("../index.ts");
  const open = await place.open(true, report);
  await recover(open, report);
  // Kept nowhere but in the state: nobody opens it again.
  const secrets = { ...standInSecrets(open), OPENAI_API_KEY: ANY_KEY };
  const began = performance.now();
  const { outputs } = await carryOut({ stack: open.name, report, preview: false }, async (attention) =>
    open.stack.up({ ...attention, program: () => programWith({ secrets }) }),
  );
  const deployed = deployedIn(open.name, outputs);
  await requireRunning(deployed, open.name);
  return { deployed, seconds: (performance.now() - began) / 1_000 };
}

function progressTo(report: Report, { messages }: Scenario) {
  const every = Math.max(1, Math.ceil(messages.length / 10));
  let told = 0;
  return ({ written, open }: { readonly written: number; readonly open: number }): void => {
    if (written < told + every) return;
    told = written;
    report.say(
      `  ${written} of ${messages.length} written, ${open - (messages.length - written)} of them not answered yet`,
    );
  };
}

/** @throws whatever is a defect of ours */
function failureIn(error: unknown, signal: AbortSignal): Failure {
  if (signal.aborted) return new Failure("stopped", EXIT.cancelled);
  if (error instanceof Failure) return error;
  if (error instanceof RequestFailed || error instanceof SimulatorFailed) return new Failure(error.message);
  throw error;
}

/** From when the first of the fleets' processes was told to stop until the last was gone, as the engine tells it. */
class Drain {
  readonly #prefixes: readonly string[];
  #from: number | undefined;
  #to: number | undefined;

  constructor(fleets: readonly string[]) {
    this.#prefixes = fleets.map((fleet) => `${fleet}-`);
  }

  read({ state, operation, resource }: Step): void {
    if (operation !== "delete" || !this.#prefixes.some((prefix) => resource.startsWith(prefix))) return;
    // It is a record of ours, and no process.
    if (resource.endsWith("-ready")) return;
    if (state === "started") this.#from ??= performance.now();
    if (state === "done") this.#to = performance.now();
  }

  get seconds(): Estimate {
    if (this.#from === undefined || this.#to === undefined)
      return unknown("the engine told of no process that it took away");
    return known((this.#to - this.#from) / 1_000);
  }
}
