import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { inheritedEnvironment, projectDirectory } from "../home.ts";
import type { LoadReport } from "./measurement.ts";
import type { Load } from "./trial.ts";

/** A load as the simulator takes it. */
interface LoadRequest extends Load {
  readonly organizations: readonly string[];
}

export interface LoadProgress {
  readonly written: number;
  /** Not answered yet. */
  readonly open: number;
}

/** The simulator does not do what it is asked; the message is a sentence. */
export class SimulatorFailed extends Error {
  override readonly name = "SimulatorFailed";
}

const MAIN = join(projectDirectory, "worker/dev/simulator.ts");

/** `npm run simulator`: a WhatsApp with its people, and an AI. infra/ imports no code of it: docs/architecture.md. */
export class Simulator {
  /** Settings with which a worker of this machine talks to it. */
  readonly environment: Readonly<Record<string, string>>;
  readonly #desk: string;
  readonly #child: ChildProcess | undefined;

  private constructor(
    desk: string,
    environment: Readonly<Record<string, string>>,
    child: ChildProcess | undefined,
  ) {
    this.#desk = desk;
    this.environment = environment;
    this.#child = child;
  }

  /** One of our own on this machine. It ends with {@link close}, and also when this process dies. */
  static async start(): Promise<Simulator> {
    const child = spawn(process.execPath, [MAIN, "--json", "--port", "0"], {
      env: inheritedEnvironment(),
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      // A group of its own: Ctrl-C in a terminal must not end it before those who talk to it.
      detached: true,
    });
    const printed = text(child.stderr!);
    const lines = createInterface(child.stdout!);
    const first = once(lines, "line") as Promise<[string]>;
    const ended = once(child, "exit").then(async () => {
      throw new SimulatorFailed(`the simulator did not start: ${(await printed).trim()}`);
    });
    const [line] = await Promise.race([first, ended]);
    ended.catch(() => {});
    const { desk, environment } = JSON.parse(line) as {
      readonly desk: string;
      readonly environment: Readonly<Record<string, string>>;
    };
    return new Simulator(desk, environment, child);
  }

  /** One that runs already. @throws SimulatorFailed */
  static async at(desk: string): Promise<Simulator> {
    const response = await reached(desk, "/environment");
    return new Simulator(desk, (await response.json()) as Readonly<Record<string, string>>, undefined);
  }

  /** The phone of an organization scans the code; a new one is bought when it has none. @throws SimulatorFailed */
  async scan(organization: string, qr: string): Promise<void> {
    await reached(this.#desk, `/phones/${encodeURIComponent(organization)}/scan`, {
      method: "POST",
      body: qr,
    });
  }

  /**
   * Lets customers write, and waits for what comes of it.
   * @param told every second how far they are
   * @throws SimulatorFailed, or AbortError when it is told to stop
   */
  async load(
    request: LoadRequest,
    { signal, told }: { readonly signal: AbortSignal; readonly told: (progress: LoadProgress) => void },
  ): Promise<LoadReport> {
    const response = await reached(this.#desk, "/loads", {
      method: "POST",
      body: JSON.stringify(request),
      signal,
    });
    if (response.body === null) throw new SimulatorFailed("the simulator answered nothing to a load");
    for await (const line of createInterface(Readable.fromWeb(response.body))) {
      const answer = JSON.parse(line) as
        | ({ readonly kind: "progress" } & LoadProgress)
        | ({ readonly kind: "report" } & LoadReport)
        | { readonly kind: "failed"; readonly reason: string };
      if (answer.kind === "progress") told(answer);
      else if (answer.kind === "report") return answer;
      else throw new SimulatorFailed(`the load ended early: ${answer.reason}`);
    }
    signal.throwIfAborted();
    throw new SimulatorFailed("the simulator ended in the middle of a load");
  }

  /** Ends it, if it is our own. */
  async close(): Promise<void> {
    if (this.#child === undefined || this.#child.exitCode !== null) return;
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGTERM");
    await ended;
  }
}

/** @throws SimulatorFailed */
async function reached(desk: string, path: string, init: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(new URL(path, desk), init);
  } catch (error) {
    init.signal?.throwIfAborted();
    const { message, cause } = error as Error;
    throw new SimulatorFailed(
      `expected the desk of a simulator (npm run simulator) at ${desk}, got ${(cause as Error | undefined)?.message ?? message}`,
    );
  }
  if (response.ok) return response;
  throw new SimulatorFailed(`the simulator refused ${path}: ${(await response.text()).trim()}`);
}
