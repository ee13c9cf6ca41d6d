import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, vi } from "vitest";
import { inspectService, type ServiceState } from "./inspect-service.ts";
import type { ServiceSpec } from "./service.ts";
import { SUPERVISION, type Supervision } from "./supervision.ts";

const CHILD = fileURLToPath(new URL("child-fixture.ts", import.meta.url));
const STARTER = fileURLToPath(new URL("starter-fixture.ts", import.meta.url));

/** Restarts without waiting for what the tests do not look at. */
export const HASTY: Supervision = {
  ...SUPERVISION,
  backoff: { firstMs: 1, longestMs: 1, settledMs: 60_000 },
};

/** A folder for one test. Whatever process has it in its arguments at the end of the test is a leak. */
export class TestMachine {
  readonly home = mkdtempSync(join(tmpdir(), "supervisor-"));
  /** Not created. */
  readonly directory = join(this.home, "service");

  spec(behaviour: string, argument = "", more: Partial<ServiceSpec> = {}): ServiceSpec {
    return {
      command: process.execPath,
      args: [CHILD, this.home, behaviour, argument],
      environment: {},
      workingDirectory: this.home,
      stop: { signal: "SIGTERM", graceSeconds: 30 },
      labels: { behaviour },
      ...more,
    };
  }

  /** Resolves with the first state of that kind. */
  async state(matches: (state: ServiceState) => boolean): Promise<ServiceState> {
    return await vi.waitFor(
      async () => {
        const state = await inspectService(this.directory);
        if (state === undefined || !matches(state)) throw new Error(`not yet: ${JSON.stringify(state)}`);
        return state;
      },
      { timeout: 20_000, interval: 10 },
    );
  }

  /** Resolves when the service has printed that, also if its log was rotated in that instant. */
  async printed(text: string): Promise<void> {
    const rotated = join(this.directory, "service.log.1");
    const before = (): string => (existsSync(rotated) ? readFileSync(rotated, "utf8") : "");
    await vi.waitFor(() => expect(`${before()}${this.log()}`).toContain(text), {
      timeout: 20_000,
      interval: 10,
    });
  }

  log(): string {
    return readFileSync(join(this.directory, "service.log"), "utf8");
  }

  /** The API in a process of its own, that leads a process group. */
  other(action: "start" | "stop", spec?: ServiceSpec): ChildProcess {
    return spawn(process.execPath, [STARTER, action, this.directory, JSON.stringify(spec)], {
      detached: true,
      stdio: ["ignore", "pipe", "inherit"],
    });
  }

  /** A process that nobody supervises. */
  async bystander(behaviour = "idle"): Promise<ChildProcess> {
    const child = spawn(process.execPath, [CHILD, this.home, behaviour], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(child.stdout, "data");
    return child;
  }

  /** Command lines of what lives, by pid. */
  living(): Map<number, string> {
    const lines = execFileSync("ps", ["-axww", "-o", "pid=,state=,args="], { encoding: "utf8" }).split("\n");
    const found = lines
      .map((line) => /^ *(\d+) ([^Z]\S*) +(.*)$/.exec(line))
      .filter((match) => match !== null);
    return new Map(
      found
        .map((match) => [Number(match[1]), `${match[3]}`] as const)
        .filter(([, args]) => args.includes(this.home)),
    );
  }

  /** Ends what is left, and tells what it was. */
  clear(): string[] {
    const left = [...this.living()];
    for (const [pid] of left) process.kill(pid, "SIGKILL");
    rmSync(this.home, { recursive: true, force: true });
    return left.map(([, args]) => args);
  }
}

/** A machine anew for each test of a file, which has to end what it started. */
export function testMachine(): () => TestMachine {
  let machine: TestMachine;
  beforeEach(() => {
    machine = new TestMachine();
  });
  afterEach(() => expect(machine.clear()).toEqual([]));
  return () => machine;
}

/** Pid of what a state says to be running. */
export function pidOf(state: ServiceState): number {
  return state.record.child?.pid ?? 0;
}
