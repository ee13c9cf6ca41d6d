import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import {
  copyFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  realpath,
  rm,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { newEncryptionKey } from "../worker-process.ts";

const repository = fileURLToPath(new URL("../../..", import.meta.url));
const CLI = join(repository, "infra/cli/oxy.mjs");
/** How long what is ending when a test is over may take, in ms. */
const ENDING_MS = 5_000;
const LOOK_MS = 50;

/** Takes what is to be done at the end, the last first. */
export type AtEnd = (end: () => Promise<void>) => void;

/** Longer than a drain. */
const REMOVED_MS = 120_000;
export const whenTestIsFinished: AtEnd = (end) => onTestFinished(end, REMOVED_MS);

/** A line of JSON that `oxy` printed. */
export type StackAnswer = Readonly<Record<string, unknown>>;

/** What a command of `oxy` did. */
export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Its answers, when it was asked for JSON. */
  readonly answers: readonly StackAnswer[];
}

export interface RunOptions {
  readonly input?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Told each answer when it comes. */
  readonly onAnswer?: (answer: StackAnswer) => void;
}

/** Pids of what runs of a stack now. */
export interface StackProcesses {
  readonly workers: readonly number[];
  readonly redisServers: readonly number[];
  readonly workerSupervisors: readonly number[];
  readonly redisSupervisors: readonly number[];
}

/** In clear. */
interface Secrets {
  readonly OPENAI_API_KEY: string;
  readonly OXY_ENCRYPTION_KEYS: string;
}

/** What a stack is deployed to, as its file has it under `config`. */
export const THIS_MACHINE =
  "  oxy-workers:store: local\n  oxy-workers:fleets:\n    main:\n      host: local\n";

export interface ProjectOptions {
  /** Name of its one stack. */
  readonly stack?: string;
  /** Added to each command. */
  readonly options?: readonly string[];
}

/** To encrypt them takes seconds: stacks of one file of tests share them, and with them the passphrase. */
const sealedSecrets = new Map<string, { secrets: Secrets; config: string; passphrase: string }>();

/** A project of its own for one test: Pulumi.yaml, a stack, home and state, all in a temporary folder. */
export class StackProject {
  readonly folder: string;
  readonly stack: string;
  readonly #options: readonly string[];
  readonly #environment: Readonly<Record<string, string>>;
  #secrets: Secrets = { OPENAI_API_KEY: "", OXY_ENCRYPTION_KEYS: "" };

  private constructor(folder: string, { stack = "local", options = [] }: ProjectOptions) {
    this.folder = folder;
    this.stack = stack;
    this.#options = options;
    this.#environment = {
      PATH: process.env["PATH"] ?? "",
      HOME: process.env["HOME"] ?? "",
      OXY_HOME: this.home,
      PULUMI_HOME: join(folder, "pulumi-home"),
      PULUMI_SKIP_UPDATE_CHECK: "true",
      NO_COLOR: "1",
    };
  }

  get home(): string {
    return join(this.folder, ".oxy");
  }

  get stackFile(): string {
    return join(this.folder, "stacks", `Pulumi.${this.stack}.yaml`);
  }

  /** What {@link withSecrets} set, in clear. */
  get secrets(): Secrets {
    return this.#secrets;
  }

  /**
   * Destroyed and removed when the test is finished, whatever it left; a process that is left then fails the test.
   * @param atEnd takes what is to be done then
   */
  static async create(
    settings: Readonly<Record<string, string>> = {},
    atEnd: AtEnd = whenTestIsFinished,
    options: ProjectOptions = {},
  ): Promise<StackProject> {
    const project = new StackProject(await realpath(await mkdtemp(join(tmpdir(), "oxy-stack-"))), options);
    await copyFile(join(repository, "Pulumi.yaml"), join(project.folder, "Pulumi.yaml"));
    await symlink(join(repository, "infra"), join(project.folder, "infra"));
    await mkdir(join(project.folder, "stacks"));
    await project.configure(settings);
    atEnd(() => project.#remove());
    return project;
  }

  /** Writes the stack's file; secrets are set by `oxy secret set`. */
  async configure(
    environment: Readonly<Record<string, string>>,
    image = "./worker",
    target = THIS_MACHINE,
  ): Promise<void> {
    const settings = Object.entries(environment).map(
      ([key, value]) => `    ${key}: ${JSON.stringify(value)}\n`,
    );
    const kept = await this.#sealed();
    await writeFile(
      this.stackFile,
      [
        `config:\n  oxy-workers:image: ${image}\n`,
        target,
        ...(settings.length > 0 ? ["  oxy-workers:environment:\n", ...settings] : []),
        kept,
      ].join(""),
    );
  }

  /** Runs `oxy … -s <stack>` and waits for its end. */
  async oxy(args: readonly string[], options: RunOptions = {}): Promise<Run> {
    const child = this.start(args, options.environment);
    child.stdin?.end(options.input ?? "");
    const answers: StackAnswer[] = [];
    let stdout = "";
    let stderr = "";
    child.stderr?.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    const closed = once(child, "close") as Promise<[number | null]>;
    if (child.stdout !== null) {
      for await (const line of createInterface(child.stdout)) {
        stdout += `${line}\n`;
        if (!line.startsWith("{")) continue;
        const answer = JSON.parse(line) as StackAnswer;
        answers.push(answer);
        options.onAnswer?.(answer);
      }
    }
    const [code] = await closed;
    return { code, stdout, stderr, answers };
  }

  /** The same, with JSON and without questions. @throws Error with what it printed unless it succeeds */
  async must(
    args: readonly string[],
    input?: string,
    options: RunOptions = {},
  ): Promise<readonly StackAnswer[]> {
    const run = await this.oxy([...args, "--json"], input === undefined ? options : { ...options, input });
    if (run.code !== 0)
      throw new Error(`oxy ${args.join(" ")} ended with ${run.code}\n${run.stdout}${run.stderr}`);
    return run.answers;
  }

  /** The running command, for what happens in the middle of it. A group of its own. */
  start(args: readonly string[], environment: Readonly<Record<string, string>> = {}): ChildProcess {
    return spawn(process.execPath, [CLI, ...args, "-s", this.stack, "-C", this.folder, ...this.#options], {
      env: { ...this.#environment, ...environment },
      stdio: ["pipe", "pipe", "pipe"],
      detached: true,
    });
  }

  /** Sets the secrets that every stack needs. */
  async withSecrets(apiKey = "sk-development-key-of-the-test"): Promise<this> {
    const known = sealedSecrets.get(apiKey);
    if (known === undefined) {
      this.#secrets = { OPENAI_API_KEY: apiKey, OXY_ENCRYPTION_KEYS: newEncryptionKey() };
      for (const [name, value] of Object.entries(this.#secrets))
        await this.must(["secret", "set", name], value);
      sealedSecrets.set(apiKey, {
        secrets: this.#secrets,
        config: await this.#sealed(),
        passphrase: await readFile(join(this.home, "passphrase"), "utf8"),
      });
      return this;
    }
    this.#secrets = known.secrets;
    await mkdir(this.home, { recursive: true, mode: 0o700 });
    await writeFile(join(this.home, "passphrase"), known.passphrase, { mode: 0o600 });
    await writeFile(this.stackFile, `${await readFile(this.stackFile, "utf8")}${known.config}`);
    return this;
  }

  /** Every process of this machine that works for this project, by its command line or folder. */
  async processes(): Promise<number[]> {
    return [...(await this.#commandLines()).keys()];
  }

  /** What runs of the stack now. */
  async running(): Promise<StackProcesses> {
    const all = [...(await this.#commandLines())];
    const those = (...parts: readonly string[]): number[] =>
      all.filter(([, line]) => parts.every((part) => line.includes(part))).map(([pid]) => pid);
    const store = join(this.home, "services", "local", "store");
    const fleets = join(this.home, "services", "local", "main-");
    return {
      workers: those("main.mjs"),
      redisServers: those("redis-server"),
      workerSupervisors: those("supervisor/main.ts", fleets),
      redisSupervisors: those("supervisor/main.ts", store),
    };
  }

  /** The stack's state, as `pulumi stack export` has it. */
  async exported(): Promise<string> {
    return await readFile(join(this.home, "state/.pulumi/stacks/oxy-workers/local.json"), "utf8");
  }

  async #commandLines(): Promise<Map<number, string>> {
    const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
    const lines = await Promise.all(
      pids.map(async (pid) => {
        const line = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
        const folder = await readlink(`/proc/${pid}/cwd`).catch(() => "");
        const isOurs = [line, folder].some((place) => place.includes(this.folder));
        return isOurs ? ([Number(pid), line.replaceAll("\0", " ")] as const) : undefined;
      }),
    );
    return new Map(lines.filter((line) => line !== undefined));
  }

  /** What is encrypted in the stack's file, and with what. */
  async #sealed(): Promise<string> {
    if (!existsSync(this.stackFile)) return "";
    const text = await readFile(this.stackFile, "utf8");
    // Pulumi writes them behind everything else.
    return / {2}oxy-workers:secrets:[^]*$/.exec(text)?.[0] ?? "";
  }

  async #remove(): Promise<void> {
    const deployed = existsSync(join(this.home, "services"));
    const run = deployed ? await this.oxy(["destroy", "--yes"]) : undefined;
    const deadline = performance.now() + ENDING_MS;
    while ((await this.processes()).length > 0 && performance.now() < deadline) await delay(LOOK_MS);
    const left = await this.#commandLines();
    for (const pid of left.keys()) process.kill(pid, "SIGKILL");
    await rm(this.folder, { recursive: true, force: true });
    if (left.size === 0) return;
    const told = run === undefined ? "" : `; oxy destroy ended with ${run.code}: ${run.stdout}${run.stderr}`;
    throw new Error(`still running: ${[...left.values()].join(", ")}${told}`);
  }
}
