import { spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { EventEmitter, once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../main.ts", import.meta.url));
/** Lines of output kept to explain a process that ended. */
const KEPT_LINES = 400;

/** One line of the worker's log. */
export interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly [field: string]: unknown;
}

/** A key as OXY_ENCRYPTION_KEYS wants it. */
export function newEncryptionKey(id = "dev"): string {
  return `${id}:${randomBytes(32).toString("base64")}`;
}

/** The real worker as a process of its own; emits `log` for each line. */
export class WorkerProcess extends EventEmitter<{ log: [LogLine] }> {
  readonly #child: ChildProcess;
  readonly #lines: string[] = [];
  readonly #seen: LogLine[] = [];
  readonly exited: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;

  /**
   * @param environment added to a bare one; what the machine has set does not reach the worker
   * @param main another worker's entry than this one's
   */
  constructor(environment: Readonly<Record<string, string>>, main: string = MAIN) {
    super();
    this.setMaxListeners(0);
    this.#child = spawn(process.execPath, [main], {
      env: { PATH: process.env["PATH"] ?? "", OXY_HEALTH_PORT: "0", OXY_BOARD_PORT: "0", ...environment },
      stdio: ["ignore", "pipe", "pipe"],
      // A group of its own: Ctrl-C in a terminal reaches its starter alone, who stops it once and in order.
      detached: true,
    });
    const kill = (): void => void this.#child.kill("SIGKILL");
    process.once("exit", kill);
    this.#child.once("exit", () => process.off("exit", kill));
    this.exited = once(this.#child, "exit").then(([code, signal]) => ({
      code: code as number | null,
      signal: signal as NodeJS.Signals | null,
    }));
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream !== null) createInterface(stream).on("line", (line) => this.#read(line));
    }
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** All that it printed, the last lines. */
  get output(): string {
    return this.#lines.join("\n");
  }

  /** The log so far. */
  get logged(): readonly LogLine[] {
    return this.#seen;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Resolves with the first such line, past or to come. @throws Error with the output when it ends or takes too long */
  async logs(matches: (line: LogLine) => boolean, timeoutMs = 20_000): Promise<LogLine> {
    const past = this.#seen.find(matches);
    if (past !== undefined) return past;
    const { promise, resolve, reject } = Promise.withResolvers<LogLine>();
    const listener = (line: LogLine): void => {
      if (matches(line)) resolve(line);
    };
    this.on("log", listener);
    const timer = setTimeout(
      () => reject(new Error(`no such line within ${timeoutMs} ms\n${this.output}`)),
      timeoutMs,
    );
    void this.exited.then(() => reject(new Error(`the worker ended\n${this.output}`)));
    return await promise.finally(() => {
      clearTimeout(timer);
      this.off("log", listener);
    });
  }

  async ready(): Promise<void> {
    await this.logs(({ message }) => message === "ready");
  }

  /** Stops it in an orderly way; resolves with its exit code. */
  async stop(): Promise<number | null> {
    if (this.running) this.signal("SIGTERM");
    return (await this.exited).code;
  }

  async kill(): Promise<void> {
    if (this.running) this.signal("SIGKILL");
    await this.exited;
  }

  #read(line: string): void {
    this.#lines.push(line);
    if (this.#lines.length > KEPT_LINES) this.#lines.shift();
    let parsed: unknown;
    try {
      parsed = JSON.parse(line);
    } catch {
      return;
    }
    this.#seen.push(parsed as LogLine);
    this.emit("log", parsed as LogLine);
  }
}
