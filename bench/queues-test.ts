import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { judge } from "../infra/benchmark/judge.ts";
import { linkNumbers } from "../infra/benchmark/link-numbers.ts";
import { measurementOf } from "../infra/benchmark/measurement.ts";
import { commandsDuring } from "../infra/benchmark/redis-commands.ts";
import {
  isGo,
  NOT_MEASURED,
  resultFields,
  verdictLines,
  type BenchmarkResult,
  type TargetResult,
} from "../infra/benchmark/result.ts";
import { resultTable } from "../infra/benchmark/result-table.ts";
import { describe } from "../infra/benchmark/scenario.ts";
import { loadOf, readTrial, type Trial } from "../infra/benchmark/trial.ts";
import { known } from "../infra/compare/estimate.ts";
import { StoreChannel } from "../infra/control/store-channel.ts";
import { InvalidFile } from "../infra/yaml-file.ts";
import { answerTo } from "../worker/dev/demo/dialogue.ts";
import { LocalDeployment } from "../worker/dev/deployment.ts";
import { forgetNamespace } from "../worker/dev/forget-namespace.ts";
import { Load } from "../worker/dev/load/load.ts";
import { NamingAi } from "../worker/dev/load/naming-ai.ts";
import type { Phone } from "../worker/dev/whatsapp/phone.ts";

const HELP = `Puts a recorded load through the worker on whatever Redis REDIS_URL points to: throughput, reply time, failures,
messages lost or seen twice. Without REDIS_URL, on a Redis of its own. WhatsApp and the AI are simulated, on this machine.

Usage: npm run queues:test -- [options]

  --limits <file>    what has to be kept (stacks/benchmark.yaml)
  --scenario <file>  what customers write (the one that the limits name)
  --speed <times>    so many times as fast as it was recorded (as the limits say, else 1)
  --workers <n>      processes of the worker (1)
  --json             print one line of JSON, and nothing else
  --help             show this

What it writes is in a namespace of its own, and removed at the end. It ends with 0 when every limit is kept, with 1 when
one is not or is not known, with 2 when it is called wrongly, and with 130 after Ctrl-C.

Examples:
  $ npm run queues:test
  $ REDIS_URL=rediss://… npm run queues:test -- --speed 4 --workers 2`;

const LIMITS = fileURLToPath(new URL("../stacks/benchmark.yaml", import.meta.url));
const MOST_WORKERS = 50;

/** The request cannot be meant; the message says why. */
class Unclear extends Error {
  override readonly name = "Unclear";
}

process.exitCode = await main();

async function main(): Promise<number> {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => stop.abort());
  try {
    const values = optionsIn(process.argv.slice(2));
    if (values.help) {
      print(HELP);
      return 0;
    }
    const trial = await readTrial({ ...values, speed: speedIn(values) });
    const tell = values.json ? (): void => {} : print;
    tell(`${describe(trial.scenario)}, from ${trial.shown}`);
    const given = process.env["REDIS_URL"] || undefined;
    const target = await tryRedis(trial, { given, workers: workersIn(values), signal: stop.signal, tell });
    if (stop.signal.aborted) {
      tell("stopped; what was written is removed");
      return 130;
    }
    const { limits, speed } = trial.benchmark;
    const result: BenchmarkResult = {
      ...{ at: new Date().toISOString(), of: target.what, offline: true },
      ...{ scenario: trial.shown, speed, limits, targets: [target] },
    };
    if (values.json) print(JSON.stringify({ kind: "result", ...resultFields(result) }));
    else print(["", resultTable(result), "", ...verdictLines(result)].join("\n"));
    return isGo(result) ? 0 : 1;
  } catch (error) {
    if (!(error instanceof Unclear || error instanceof InvalidFile)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 2;
  }
}

function optionsIn(args: string[]) {
  const options = {
    limits: { type: "string", default: LIMITS },
    scenario: { type: "string" },
    speed: { type: "string" },
    workers: { type: "string", default: "1" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  } as const;
  try {
    return parseArgs({ args, options }).values;
  } catch (error) {
    throw new Unclear((error as Error).message);
  }
}

type Values = ReturnType<typeof optionsIn>;

function speedIn({ speed }: Values): number | undefined {
  if (speed === undefined || Number(speed) > 0) return speed === undefined ? undefined : Number(speed);
  throw new Unclear(`--speed: expected a number above 0, got ${speed}`);
}

function workersIn({ workers }: Values): number {
  const count = Number(workers);
  if (Number.isInteger(count) && count >= 1 && count <= MOST_WORKERS) return count;
  throw new Unclear(`--workers: expected an integer from 1 to ${MOST_WORKERS}, got ${workers}`);
}

interface Attempt {
  /** Of a Redis that is there already. */
  readonly given: string | undefined;
  readonly workers: number;
  readonly signal: AbortSignal;
  readonly tell: (line: string) => void;
}

async function tryRedis(trial: Trial, attempt: Attempt): Promise<TargetResult> {
  const { given, workers, signal } = attempt;
  const name = given === undefined ? "embedded Redis" : hostOf(given);
  const about = { name, what: `${workers} worker${workers === 1 ? "" : "s"} on ${name}`, left: [] };
  const namespace = `queues-test-${randomBytes(4).toString("hex")}`;
  const ai = new NamingAi(answerTo);
  if (given !== undefined) {
    const refusal = await forgetNamespace(given, namespace).then(() => undefined, sentenceOf);
    if (refusal !== undefined)
      throw new Unclear(
        `REDIS_URL: expected a Redis that lets itself be used, got ${withoutPassword(refusal, given)}`,
      );
  }
  const deployment = await LocalDeployment.start({ answering: ai.answering, redisUrl: given, namespace });
  const kill = (): void => void Promise.all(deployment.workers.map((worker) => worker.kill()));
  signal.addEventListener("abort", kill);
  try {
    return { ...about, ...(await measured(trial, { deployment, ai, ...attempt })) };
  } catch (error) {
    const failure = given === undefined ? sentenceOf(error) : withoutPassword(sentenceOf(error), given);
    return { ...about, failure, judged: NOT_MEASURED };
  } finally {
    signal.removeEventListener("abort", kill);
    await Promise.all(deployment.workers.map((worker) => worker.kill()));
    if (given !== undefined) await forgetNamespace(given, namespace).catch(() => {});
    await deployment.stop();
  }
}

async function measured(
  trial: Trial,
  { deployment, ai, workers, signal, tell }: Attempt & { deployment: LocalDeployment; ai: NamingAi },
): Promise<Pick<TargetResult, "outcome" | "judged">> {
  const { scenario, benchmark } = trial;
  const began = performance.now();
  const started = Array.from({ length: workers }, () => deployment.worker());
  await Promise.all(started.map((worker) => worker.ready()));
  const deploySeconds = known((performance.now() - began) / 1_000);
  const phones = await linked(deployment, scenario.organizations, signal);
  tell(`${workers} processes are ready, ${phones.length} numbers are linked; customers write`);
  const request = loadOf(trial);
  const load = new Load(request, { whatsapp: deployment.whatsapp, ai, phones });
  const { result, commands } = await commandsDuring(deployment.redisUrl, () => load.run(signal));
  const stopping = performance.now();
  const codes = await Promise.all(started.map((worker) => worker.stop()));
  const drainSeconds = known((performance.now() - stopping) / 1_000);
  const amiss = codes.filter((code) => code !== 0);
  if (amiss.length > 0) throw new Error(`a worker ended with ${amiss.join(", ")}`);
  const conversations = scenario.messages.map(({ conversation }) => conversation);
  const measurement = measurementOf(result, conversations, request.patienceMs);
  const outcome = { measurement, redisCommands: commands, deploySeconds, drainSeconds };
  return { outcome, judged: judge(outcome, benchmark.limits) };
}

async function linked(
  { redisUrl, namespace, whatsapp }: LocalDeployment,
  organizations: number,
  signal: AbortSignal,
): Promise<readonly Phone[]> {
  const phones = new Map<string, Phone>();
  const scan = async (organization: string, qr: string): Promise<void> => {
    const phone = phones.get(organization) ?? whatsapp.phone();
    phones.set(organization, phone);
    await phone.scan(qr);
  };
  await linkNumbers(() => new StoreChannel(redisUrl, namespace), { organizations, scan, signal });
  return [...phones.values()];
}

/** Without its password. @throws Unclear */
function hostOf(url: string): string {
  const parsed = URL.parse(url);
  if (parsed !== null && /^rediss?:$/.test(parsed.protocol)) return parsed.host;
  throw new Unclear(`REDIS_URL: expected redis://… or rediss://…, got a value of ${url.length} characters`);
}

/** The last line of what a worker printed says most. */
function sentenceOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const lines = message.trim().split("\n");
  return lines.length > 1 ? `${lines[0]}: ${lines.at(-1)}` : message;
}

function withoutPassword(text: string, url: string): string {
  const { password } = new URL(url);
  return password === ""
    ? text
    : text.replaceAll(password, "…").replaceAll(decodeURIComponent(password), "…");
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
