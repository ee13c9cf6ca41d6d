import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { isOffline, projectDirectory, projectHome } from "../home.ts";
import { InvalidFile } from "../yaml-file.ts";
import type { Trial } from "../benchmark/trial.ts";
import type { BenchmarkResult, TargetResult } from "../benchmark/result.ts";
import { benchTargets, reachesLoopback, whatOf, type BenchTarget } from "./bench-targets.ts";
import { confirm } from "./deploying.ts";
import { EXIT, Failure } from "./failure.ts";
import { openProject, type Project } from "./project.ts";
import { reportFor, type Report } from "./report.ts";
import { withConfirmation, type StackOptions } from "./stack-options.ts";

interface BenchOptions extends StackOptions {
  readonly targets?: readonly string[];
  readonly limits?: string;
  readonly scenario?: string;
  readonly speed?: number;
  readonly image?: string;
  readonly simulator?: string;
  readonly whatsapp?: string;
  readonly ai?: string;
  readonly output?: string;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
}

const LIMITS = join("stacks", "benchmark.yaml");

export function benchCommand(): Command {
  const command = new Command("bench")
    .description(
      "Deploy a stack on each target, measure it under a recorded load, take it away: Go or No-Go.",
    )
    .option(
      "--targets <names>",
      "examples, or files with a stack's config, with commas between; without it, the stack as it is",
      listOf,
    )
    .option("--limits <file>", `what makes a target a Go (default: ${LIMITS})`)
    .option("--scenario <file>", "what customers write (default: the one that the limits name)")
    .option("--speed <times>", "so many times as fast as it was recorded", speedOf)
    .option("--image <reference>", "as if the stack's config said so")
    .option(
      "--simulator <url>",
      "desk of a running npm run simulator (with --offline, default: one of its own)",
    )
    .option("--whatsapp <url>", "where the targets reach the simulator's WhatsApp: wss://…")
    .option("--ai <url>", "where the targets reach the simulator's AI: https://…/v1")
    .option("-o, --output <file>", "where the result is kept as JSON (default: .oxy/bench/results)")
    .option("--dry-run", "show what would be deployed and sent, and do neither")
    .addHelpText(
      "after",
      `
Each target is a stack of its own, <stack>-bench-<target>: the stack itself stays as it is. Production is refused. What
was made is taken away in any case, after Ctrl-C and after a failure too; what could not be is told. With targets behind
an account, this costs what the providers charge meanwhile.

It ends with 0 if every target is a Go.

Examples:
  $ npx oxy bench -s staging --dry-run
  $ npx oxy bench -s staging --offline --yes              # on emulated hosts: npm run emulators
  $ npx oxy bench -s staging --offline --targets fly-gru,render-optimized --speed 2
  $ npx oxy bench -s staging --targets fly-gru --image ghcr.io/acme/oxy-worker@sha256:… \\
      --simulator http://127.0.0.1:4400 --whatsapp wss://wa.example.com --ai https://ai.example.com/v1`,
    )
    .action(bench);
  return withConfirmation(command);
}

async function bench(options: BenchOptions): Promise<void> {
  const report = reportFor(options);
  const offline = options.offline === true || isOffline();
  const project = await openProject(resolve(options.cwd ?? projectDirectory));
  const trial = await trialFor(options, project);
  const where = reachOf(options);
  const wish = { stack: options.stack, targets: options.targets, image: options.image, offline };
  // Refused before anything is started.
  const planned = await benchTargets(project, { ...wish, environment: where.environment });
  if (!offline && options.dryRun !== true && !planned.every(reachesLoopback)) requireReach(options);
  for (const { stack, plan } of planned) report.say(`stack ${stack}: ${whatOf(plan)}`);
  const { describe } = await import("../benchmark/scenario.ts");
  report.say(`load: ${describe(trial.scenario)}, from ${trial.shown}`);
  if (options.dryRun === true) return tellPlan(planned, trial, report);
  if (options.yes !== true)
    await confirm(
      `Deploy ${planned.length === 1 ? "it" : "them, one after the other"}, and take it away again?`,
    );

  const stop = new Stop(report);
  const { Simulator, SimulatorFailed } = await import("../benchmark/simulator.ts");
  let simulator;
  try {
    simulator = where.desk === undefined ? await Simulator.start() : await Simulator.at(where.desk);
  } catch (error) {
    stop.forget();
    if (error instanceof SimulatorFailed) throw new Failure(`--simulator: ${error.message}`);
    throw error;
  }
  try {
    const environment = { ...simulator.environment, ...where.environment };
    const targets = await benchTargets(project, { ...wish, environment });
    const { BenchPlace } = await import("./bench-place.ts");
    const { tryTarget } = await import("./bench-run.ts");
    const results: TargetResult[] = [];
    for (const target of targets) {
      if (stop.signal.aborted) break;
      const place = await BenchPlace.create(target, project, { offline, json: options.json === true });
      results.push(await tryTarget(place, { trial, simulator, report, signal: stop.signal }));
    }
    await tellResult(results, { options, trial, offline, isStopped: stop.signal.aborted, project }, report);
  } finally {
    stop.forget();
    await simulator.close();
  }
}

/** @throws Failure with file and line of what is wrong */
async function trialFor({ limits, scenario, speed }: BenchOptions, { folder }: Project): Promise<Trial> {
  const { readTrial } = await import("../benchmark/trial.ts");
  try {
    return await readTrial({ limits: limits ?? join(folder, LIMITS), scenario, speed });
  } catch (error) {
    if (error instanceof InvalidFile) throw new Failure(error.message, EXIT.configuration);
    throw error;
  }
}

/** Where the simulator is asked, and where the targets reach what it plays, as far as that was said. */
function reachOf({ simulator: desk, whatsapp, ai }: BenchOptions): {
  readonly desk: string | undefined;
  readonly environment: Readonly<Record<string, string>>;
} {
  for (const [option, url, protocols] of [
    ["--simulator", desk, ["http:", "https:"]],
    ["--whatsapp", whatsapp, ["ws:", "wss:"]],
    ["--ai", ai, ["http:", "https:"]],
  ] as const) {
    const protocol = url === undefined ? undefined : (URL.parse(url)?.protocol ?? "");
    if (protocol !== undefined && !(protocols as readonly string[]).includes(protocol))
      throw new Failure(
        `${option}: expected a URL of ${protocols.join(" or ")}//…, got ${url}`,
        EXIT.configuration,
      );
  }
  return {
    desk,
    environment: {
      ...(whatsapp === undefined ? {} : { OXY_WHATSAPP_URL: whatsapp }),
      ...(ai === undefined ? {} : { OPENAI_BASE_URL: ai }),
    },
  };
}

/** @throws Failure */
function requireReach({ simulator, whatsapp, ai }: BenchOptions): void {
  const missing = Object.entries({ simulator, whatsapp, ai }).flatMap(([option, url]) =>
    url === undefined ? [`--${option}`] : [],
  );
  if (missing.length === 0) return;
  throw new Failure(
    `${missing.join(", ")}: expected where a running simulator (npm run simulator) is asked and where the targets reach ` +
      "it, because hosts elsewhere do not reach this machine by themselves (docs/benchmark.md), got nothing",
    EXIT.configuration,
  );
}

function tellPlan(targets: readonly BenchTarget[], { scenario, benchmark }: Trial, report: Report): void {
  const { limits } = benchmark;
  report.result(
    {
      kind: "result",
      dryRun: true,
      targets: targets.map(({ name, stack, plan }) => ({ name, stack, plan })),
      messages: scenario.messages.length,
      organizations: scenario.organizations,
      limits,
    },
    [
      ...Object.entries(limits).map(([name, limit]) => `limit ${name}: ${limit}`),
      "nothing was deployed and nothing sent, because this is a dry run",
    ].join("\n"),
  );
}

interface Circumstances {
  readonly options: BenchOptions;
  readonly trial: Trial;
  readonly offline: boolean;
  readonly isStopped: boolean;
  readonly project: Project;
}

async function tellResult(
  targets: readonly TargetResult[],
  { options, trial, offline, isStopped, project }: Circumstances,
  report: Report,
): Promise<void> {
  const { isGo, resultFields, resultJson, verdictLines } = await import("../benchmark/result.ts");
  const { resultTable } = await import("../benchmark/result-table.ts");
  const left = targets.flatMap((one) => one.left.map((resource) => `${one.name}: ${resource}`));
  if (isStopped)
    throw new Failure(
      left.length === 0
        ? "stopped; what was made is taken away, and nothing is kept of the measurement"
        : `stopped; left is ${left.join("; ")}`,
      EXIT.cancelled,
    );
  const { limits, speed } = trial.benchmark;
  const at = new Date().toISOString();
  const result: BenchmarkResult = {
    ...{ at, of: `stack ${options.stack}`, offline, scenario: trial.shown, speed, limits, targets },
  };
  const path = resolve(
    options.output ??
      join(projectHome(), "bench", "results", `${options.stack}-${at.replaceAll(/[:.]/g, "-")}.json`),
  );
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, resultJson(result));
  report.result(
    { kind: "result", stack: options.stack, path, ...resultFields(result) },
    [
      "",
      resultTable(result),
      "",
      ...verdictLines(result),
      ...(offline ? ["offline: hosts are this machine, so their times say nothing of the real ones"] : []),
      `kept in ${relative(project.folder, path).startsWith("..") ? path : relative(process.cwd(), path)}`,
    ].join("\n"),
  );
  if (!isGo(result)) process.exitCode = EXIT.error;
}

/** From its making on, Ctrl-C lets what is under way be taken away before the command ends. */
class Stop {
  readonly #controller = new AbortController();
  readonly #report: Report;

  constructor(report: Report) {
    this.#report = report;
    process.on("SIGINT", this.#stop).on("SIGTERM", this.#stop);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  forget(): void {
    process.off("SIGINT", this.#stop).off("SIGTERM", this.#stop);
  }

  readonly #stop = (): void => {
    if (this.signal.aborted) return;
    this.#report.say("stopping: what was made is taken away");
    this.#controller.abort();
  };
}

function listOf(text: string): readonly string[] {
  const names = text.split(",").map((name) => name.trim());
  if (names.includes("")) throw new InvalidArgumentError("expected names with commas between");
  return names;
}

function speedOf(text: string): number {
  const speed = Number(text);
  if (!(speed > 0 && speed <= 1_000)) throw new InvalidArgumentError("expected a number above 0, up to 1000");
  return speed;
}
