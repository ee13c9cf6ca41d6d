import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { stringify } from "yaml";
import { projectDirectory } from "../../home.ts";
import type { LiveTarget } from "./target.ts";

const OXY = join(projectDirectory, "infra/cli/oxy.mjs");
/** Of Pulumi.yaml. */
const PROJECT = "oxy-workers";

/** What a command of `oxy` answered. */
export interface Answered {
  readonly code: number | null;
  readonly answers: readonly Readonly<Record<string, unknown>>[];
  /** Why it failed. */
  readonly said: string;
}

export interface ProjectOptions {
  readonly folder: string;
  readonly stack: string;
  readonly image: string;
  /** What `oxy` runs with, credentials among it. */
  readonly environment: NodeJS.ProcessEnv;
  readonly offline: boolean;
}

/** A project of its own, with one stack and a state of its own, that is deployed and taken away again. */
export class LiveProject {
  readonly #options: ProjectOptions;
  #running: ChildProcess | undefined;

  private constructor(options: ProjectOptions) {
    this.#options = options;
  }

  static async create(options: ProjectOptions, target: LiveTarget): Promise<LiveProject> {
    const { folder, stack, image } = options;
    await mkdir(join(folder, "stacks"), { recursive: true, mode: 0o700 });
    await copyFile(join(projectDirectory, "Pulumi.yaml"), join(folder, "Pulumi.yaml"));
    await symlink(join(projectDirectory, "infra"), join(folder, "infra"));
    const config = {
      image,
      store: target.storeFields,
      fleets: { main: target.fleet },
    };
    const keys = Object.entries(config).map(([key, value]) => [`${PROJECT}:${key}`, value]);
    const file = join(folder, "stacks", `Pulumi.${stack}.yaml`);
    await writeFile(file, stringify({ config: Object.fromEntries(keys) }));
    return new LiveProject(options);
  }

  get stack(): string {
    return this.#options.stack;
  }

  /** Runs `oxy … --json` on the stack. @param told each answer when it comes */
  async oxy(
    args: readonly string[],
    { input = "", told }: { readonly input?: string; readonly told?: (answer: object) => void } = {},
  ): Promise<Answered> {
    const child = spawn(process.execPath, [OXY, ...args, "--json", ...this.#on()], {
      env: this.#options.environment,
      stdio: ["pipe", "pipe", "pipe"],
      // A group of its own: Ctrl-C reaches it through us, once.
      detached: true,
    });
    this.#running = child;
    child.stdin.on("error", () => {});
    child.stdin.end(input);
    const printed = text(child.stderr);
    const closed = once(child, "close") as Promise<[number | null]>;
    const answers: Readonly<Record<string, unknown>>[] = [];
    for await (const line of createInterface(child.stdout)) {
      const answer = JSON.parse(line) as Readonly<Record<string, unknown>>;
      answers.push(answer);
      told?.(answer);
    }
    const [code] = await closed;
    this.#running = undefined;
    return { code, answers, said: (await printed).trim().replace(/^oxy: /, "") };
  }

  /** Lets the command that runs end what is under way. */
  interrupt(): void {
    this.#running?.kill("SIGINT");
  }

  /** What the state still has: type and id of each. */
  async remaining(): Promise<readonly string[]> {
    const { folder, stack, offline } = this.#options;
    const home = this.#options.environment["OXY_HOME"] ?? "";
    const state = offline ? join(home, "offline/state") : join(folder, ".oxy/state");
    const file = join(state, ".pulumi/stacks", PROJECT, `${stack}.json`);
    const stored = await readFile(file, "utf8").catch(() => undefined);
    if (stored === undefined) return [];
    const { checkpoint } = JSON.parse(stored) as { checkpoint?: { latest?: { resources?: Stored[] } } };
    const resources = checkpoint?.latest?.resources ?? [];
    return (
      resources
        // The engine's own are nothing anywhere.
        .filter(({ type }) => !type.startsWith("pulumi:"))
        .map(({ type, id, urn }) => `${urn.split("::").at(-1)} (${type}, ${id})`)
    );
  }

  /** With what a person goes on by hand. */
  get byHand(): string {
    const { folder, stack, offline } = this.#options;
    return `npx oxy destroy -s ${stack} -C ${folder}${offline ? " --offline" : ""}`;
  }

  #on(): string[] {
    const { folder, stack, offline } = this.#options;
    return ["-s", stack, "-C", folder, ...(offline ? ["--offline"] : [])];
  }
}

interface Stored {
  readonly type: string;
  readonly id: string;
  readonly urn: string;
}
