import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import type { StackAnswer, StackProject } from "./stack-fixture.ts";

/** Who is killed: `group` is what a terminal started, which the provider is not in. */
export const VICTIMS = ["oxy", "engine", "provider", "group", "all"] as const;
export type Victim = (typeof VICTIMS)[number];

const LOOK_MS = 10;

/** A command of `oxy` under way, and the processes that work for it. */
export class RunningCommand {
  readonly #project: StackProject;
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown>;
  readonly #answers: StackAnswer[] = [];
  #waiting: (() => void)[] = [];
  stderr = "";

  constructor(
    project: StackProject,
    args: readonly string[],
    environment: Readonly<Record<string, string>> = {},
  ) {
    this.#project = project;
    this.#child = project.start([...args, "--json"], environment);
    this.#child.stdin?.end();
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => (this.stderr += text));
    this.#closed = once(this.#child, "close");
    void this.#closed.then(() => this.#wake());
    if (this.#child.stdout === null) throw new Error("no output to read");
    createInterface(this.#child.stdout).on("line", (line) => {
      this.#answers.push(JSON.parse(line) as StackAnswer);
      this.#wake();
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** What it has told until now. */
  get answers(): readonly StackAnswer[] {
    return this.#answers;
  }

  /** Resolves with the first such answer, or undefined when it ends before. */
  async answer(matches: (answer: StackAnswer) => boolean): Promise<StackAnswer | undefined> {
    for (;;) {
      const found = this.#answers.find((answer) => matches(answer));
      if (found !== undefined || !this.running) return found;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Resolves when a resource is being worked on. */
  async started(resource: string): Promise<void> {
    await this.answer((answer) => answer["resource"] === resource && answer["state"] === "started");
  }

  /** How it ended: its exit code, or the signal that ended it. */
  async ended(): Promise<number | NodeJS.Signals | null> {
    await this.#closed;
    return this.#child.exitCode ?? this.#child.signalCode;
  }

  /** The pid of `pulumi up`, `pulumi destroy`: undefined when it has not begun, or is over. */
  async engine(): Promise<number | undefined> {
    return this.#childOf(this.pid, (line) => /\/pulumi (up|destroy|refresh|preview) /.test(line));
  }

  async provider(): Promise<number | undefined> {
    const engine = await this.engine();
    return engine === undefined
      ? undefined
      : this.#childOf(engine, (line) => line.includes("provider/main.ts"));
  }

  /** Resolves when the engine has begun, or the command is over. */
  async engineBegun(): Promise<void> {
    while (this.running && (await this.engine()) === undefined) await delay(LOOK_MS);
  }

  /** Kills it as nobody can prevent. @returns whether there was anybody to kill */
  async kill(victim: Victim): Promise<boolean> {
    const pids = {
      oxy: this.pid,
      engine: await this.engine(),
      provider: await this.provider(),
      group: -this.pid,
    };
    const targets = victim === "all" ? [pids.provider, pids.group] : [pids[victim]];
    if (!this.running) return false;
    const killed = targets.map((pid) => pid !== undefined && signal(pid, "SIGKILL"));
    return killed.includes(true);
  }

  /** As a terminal does on Ctrl-C. */
  interrupt(): void {
    signal(-this.pid, "SIGINT");
  }

  /** As a system does that wants it to end. */
  terminate(): void {
    signal(this.pid, "SIGTERM");
  }

  /** Resolves when nothing of a killed command runs any more; the engine's plugins notice it by themselves. */
  async gone(): Promise<void> {
    await this.#closed;
    const isWorking = (pid: number): boolean => {
      const line = commandLine(pid);
      return line.includes("provider/main.ts") || line.includes("/pulumi ");
    };
    while ((await this.#project.processes()).some(isWorking)) await delay(LOOK_MS);
  }

  async #childOf(parent: number, matches: (line: string) => boolean): Promise<number | undefined> {
    const pids = await this.#project.processes();
    return pids.find((pid) => parentOf(pid) === parent && matches(commandLine(pid)));
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}

/** The command line of every process of a project. */
export async function commandLines(project: StackProject): Promise<string[]> {
  return (await project.processes()).map(commandLine);
}

/** Numbers from 0 to 1 that follow from a seed: mulberry32. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d_2b_79_f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What Pulumi writes while it works on a stack: its files, by path. */
export async function locksOf({ home }: StackProject): Promise<string[]> {
  const folder = locksFolder(home);
  const files = await readdir(folder).catch(() => []);
  return files.filter((name) => name.endsWith(".json")).map((name) => join(folder, name));
}

export function locksFolder(home: string): string {
  return join(home, "state/.pulumi/locks/organization/oxy-workers/local");
}

/** Names of what an engine was doing when it was killed. */
export async function pendingOf(project: StackProject): Promise<string[]> {
  const { checkpoint } = JSON.parse(await project.exported()) as {
    checkpoint: { latest?: { pending_operations?: { type: string; resource: { urn: string } }[] } };
  };
  const pending = checkpoint.latest?.pending_operations ?? [];
  return pending.map(({ type, resource }) => `${type} ${resource.urn.split("::").at(-1)}`);
}

/** Undefined when it is gone. */
function parentOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // After the name of the command, which may hold anything: state, parent.
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    return undefined;
  }
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    return "";
  }
}

function signal(target: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(target, name);
  } catch {
    return false;
  }
}
