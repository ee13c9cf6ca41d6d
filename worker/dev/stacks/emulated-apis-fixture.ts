import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { whenTestIsFinished, type AtEnd } from "./stack-fixture.ts";

const MAIN = fileURLToPath(new URL("../../../infra/emulators/main.ts", import.meta.url));

/** One request that an emulated API was sent. */
export interface ApiCall {
  readonly api: string;
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
  /** 0 when the connection was cut. */
  readonly status: number;
}

/** What runs at an emulated host or store. */
export interface ApiService {
  readonly name: string;
  readonly pid?: number;
  readonly [detail: string]: unknown;
}

/** As the desk takes it: `npm run emulators -- --help`. */
export interface PlannedFault {
  readonly nth?: number;
  readonly writes?: boolean;
  readonly fault: { readonly kind: string; readonly status?: number; readonly retryAfterSeconds?: number };
}

/** `npm run emulators` as a process of its own, and its desk. */
export class EmulatedApis {
  /** Environment variables with which they are called. */
  readonly environment: Readonly<Record<string, string>>;
  readonly #desk: string;

  private constructor(desk: string, environment: Readonly<Record<string, string>>) {
    this.#desk = desk;
    this.environment = environment;
  }

  /** Ends with all that they run when the test is finished. @param home where `oxy` finds them */
  static async start(home: string, atEnd: AtEnd = whenTestIsFinished): Promise<EmulatedApis> {
    const child = spawn(process.execPath, [MAIN, "--json", "--port", "0", "--home", home], {
      env: { PATH: process.env["PATH"] ?? "", HOME: process.env["HOME"] ?? "", OXY_HOME: home },
      stdio: ["ignore", "pipe", "inherit"],
      detached: true,
    });
    const ended = once(child, "exit");
    atEnd(async () => {
      child.kill("SIGTERM");
      await ended;
    });
    const lines = createInterface(child.stdout);
    const first = once(lines, "line") as Promise<[string]>;
    const [line] = await Promise.race([first, ended.then(() => Promise.reject(new Error("no emulators")))]);
    const { desk, environment } = JSON.parse(line) as {
      readonly desk: string;
      readonly environment: Readonly<Record<string, string>>;
    };
    return new EmulatedApis(desk, environment);
  }

  /** Every request since they started, or since {@link forget}. */
  async calls({ writes = false }: { readonly writes?: boolean } = {}): Promise<readonly ApiCall[]> {
    return (await this.#asked("GET", `/calls${writes ? "?writes=1" : ""}`)) as readonly ApiCall[];
  }

  async forget(): Promise<void> {
    await this.#asked("DELETE", "/calls");
  }

  /** What runs now. */
  async services(): Promise<readonly ApiService[]> {
    return (await this.#asked("GET", "/services")) as readonly ApiService[];
  }

  /** One of the next calls goes wrong; none when undefined. */
  async inject(planned: PlannedFault | undefined): Promise<void> {
    await this.#asked("PUT", "/faults", planned ?? null);
  }

  /**
   * Spot takes back what it lent to a service: SIGTERM now, the kill two minutes later at the most.
   * @param capacity whether it has more to lend
   * @returns names of what was taken
   */
  async interrupt(service: string, capacity: "there" | "absent"): Promise<readonly string[]> {
    return (await this.#asked("PUT", "/interruptions", { service, capacity })) as readonly string[];
  }

  /** How many calls the planned fault could have been, and how many it was. */
  async struck(): Promise<{ readonly matched: number; readonly struck: number }> {
    return (await this.#asked("GET", "/faults")) as { readonly matched: number; readonly struck: number };
  }

  async #asked(method: string, path: string, body?: unknown): Promise<unknown> {
    const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
    const response = await fetch(`${this.#desk}${path}`, init);
    const text = await response.text();
    if (!response.ok) throw new Error(`the desk answered ${response.status}: ${text}`);
    return text === "" ? undefined : (JSON.parse(text) as unknown);
  }
}
