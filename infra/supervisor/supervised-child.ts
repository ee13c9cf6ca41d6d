import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import type { Readable, Writable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { OutputTail } from "./output-tail.ts";
import { identityOf, type ProcessIdentity } from "./process-identity.ts";
import { killGroup } from "./process-signal.ts";
import type { LastExit } from "./record.ts";
import type { ServiceSpec } from "./service.ts";

/** Ms that the last output may take to arrive; a grandchild may hold it open for ever. */
const LAST_OUTPUT_MS = 500;

/** The process could not be started; the message says why. */
export class SpawnFailed extends Error {
  override readonly name = "SpawnFailed";
}

/** One run of a service. */
export class SupervisedChild {
  readonly identity: ProcessIdentity;
  readonly exited: Promise<LastExit>;
  readonly #child: ChildProcess;
  readonly #spec: ServiceSpec;
  #kill: NodeJS.Timeout | undefined;

  private constructor(spec: ServiceSpec, child: ChildProcess, pid: number, log: Writable) {
    this.#spec = spec;
    this.#child = child;
    // It is there even if it ended already: nobody took note yet.
    this.identity = identityOf(pid) ?? { pid, startToken: "" };
    const outputs = [child.stdout, child.stderr].filter((output) => output !== null);
    const tail = new OutputTail();
    for (const output of outputs) {
      tail.follow(output);
      output.pipe(log, { end: false });
    }
    this.exited = this.#exit(outputs, log, tail);
    // It may have become another user's, and then cannot be signalled.
    child.on("error", () => {});
    // It need not read what it is given.
    child.stdin?.on("error", () => {});
    child.stdin?.end(spec.stdin ?? "");
  }

  /** @throws SpawnFailed */
  static async start(spec: ServiceSpec, log: Writable): Promise<SupervisedChild> {
    const child = spawn(spec.command, spec.args, {
      cwd: spec.workingDirectory,
      env: spec.environment,
      stdio: "pipe",
      // A group of its own: what is meant for the supervisor does not reach it, and it can be killed as a whole.
      detached: true,
    });
    if (child.pid !== undefined) return new SupervisedChild(spec, child, child.pid, log);
    const [error] = (await once(child, "error")) as [NodeJS.ErrnoException];
    throw new SpawnFailed(reasonOf(error, spec), { cause: error });
  }

  /** Asks it to end, and kills it with its group after its grace. Its own children are its own affair until then. */
  stop(): void {
    const { signal, graceSeconds } = this.#spec.stop;
    this.#child.kill(signal);
    this.#kill = setTimeout(() => killGroup(this.identity), graceSeconds * 1_000);
  }

  async #exit(outputs: readonly Readable[], log: Writable, tail: OutputTail): Promise<LastExit> {
    const closed = new Promise<void>((resolve) => void this.#child.once("close", () => resolve()));
    const exit = await new Promise<Pick<LastExit, "code" | "signal">>((resolve) => {
      this.#child.once("exit", (code, signal) => resolve({ code, signal }));
    });
    const at = new Date().toISOString();
    clearTimeout(this.#kill);
    const waiting = new AbortController();
    await Promise.race([closed, delay(LAST_OUTPUT_MS, undefined, { signal: waiting.signal })]);
    waiting.abort();
    for (const output of outputs) output.unpipe(log).destroy();
    return { ...exit, at, lastLines: tail.lines };
  }
}

function reasonOf({ code, message }: NodeJS.ErrnoException, spec: ServiceSpec): string {
  const { command, workingDirectory } = spec;
  // The system reports both in the same way.
  if (!existsSync(workingDirectory)) return `the working directory ${workingDirectory} does not exist`;
  if (code === "ENOENT") return `the command ${command} was not found`;
  if (code === "EACCES") return `the command ${command} may not be executed`;
  return `the command ${command} was not started: ${message}`;
}
