import { copyFile, mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import { projectHome } from "../home.ts";
import type { BenchTarget } from "./bench-targets.ts";
import { EXIT, Failure } from "./failure.ts";
import { carryOut } from "./operation.ts";
import { recover } from "./deploying.ts";
import type { Project } from "./project.ts";
import type { Report } from "./report.ts";
import type { OpenStack } from "./stack.ts";
import type { Step } from "./steps.ts";

interface PlaceOptions {
  readonly offline: boolean;
  readonly json: boolean;
}

/** What a cut-off creation left, the first one takes in. */
const TRIES = 2;

/**
 * Where a target's stack lives as long as it is measured: a project of its own, so that no file of the real one changes.
 * It is there until all that was made is gone: only its state knows what there is.
 */
export class BenchPlace {
  readonly target: BenchTarget;
  readonly #folder: string;
  readonly #options: PlaceOptions;

  private constructor(target: BenchTarget, folder: string, options: PlaceOptions) {
    this.target = target;
    this.#folder = folder;
    this.#options = options;
  }

  /** @throws Failure when one is there */
  static async create(target: BenchTarget, project: Project, options: PlaceOptions): Promise<BenchPlace> {
    const folder = join(projectHome(), "bench", target.stack);
    try {
      await mkdir(join(folder, ".."), { recursive: true, mode: 0o700 });
      await mkdir(folder, { mode: 0o700 });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      const place = new BenchPlace(target, folder, options);
      throw new Failure(
        `stack ${target.stack} is there from a benchmark before, or one is going on: when none is, take it away with ` +
          `${place.byHand}, then remove ${folder}`,
      );
    }
    await copyFile(join(project.folder, "Pulumi.yaml"), join(folder, "Pulumi.yaml"));
    await symlink(join(project.folder, "infra"), join(folder, "infra"));
    await mkdir(join(folder, "stacks"));
    await writeFile(join(folder, "stacks", `Pulumi.${target.stack}.yaml`), stringify(target.file));
    return new BenchPlace(target, folder, options);
  }

  /** With what a person takes it away. */
  get byHand(): string {
    const offline = this.#options.offline ? " --offline" : "";
    return `npx oxy destroy -s ${this.target.stack} -C ${this.#folder}${offline}`;
  }

  async open(create: boolean, report: Report): Promise<OpenStack> {
    const { openStack } = await import("./stack.ts");
    const options = { ...this.#options, stack: this.target.stack, cwd: this.#folder };
    return await openStack({ ...options, create }, report.say);
  }

  /**
   * Takes away what was made.
   * @param told each step
   * @returns what is left, each with how to go on
   */
  async remove(report: Report, told: (step: Step) => void): Promise<readonly string[]> {
    const heard: Report = {
      ...report,
      step: (step) => {
        if (step.kind === "step") told(step);
        report.step(step);
      },
    };
    let problem = "";
    for (let attempt = 1; attempt <= TRIES; attempt++) {
      try {
        await this.#destroy(heard);
        await rm(this.#folder, { recursive: true, force: true });
        return [];
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        problem = error.message;
        // Told to stop: whoever said so does not want to wait for a second attempt.
        if (error.exitCode === EXIT.cancelled) break;
      }
    }
    const resources = await this.#remaining().catch(() => ["what the stack's state says"]);
    return [`${resources.join(", ")} (${problem}); go on with ${this.byHand}, then remove ${this.#folder}`];
  }

  async #destroy(report: Report): Promise<void> {
    const open = await this.open(false, report).catch((error: unknown) => {
      // It was stopped before there was anything.
      if (error instanceof Failure && error.exitCode === EXIT.stackNotFound) return undefined;
      throw error;
    });
    if (open === undefined) return;
    await recover(open, report);
    await carryOut({ stack: open.name, report, preview: false }, async (attention) => {
      await open.stack.destroy(attention);
    });
    await open.stack.workspace.removeStack(open.name);
  }

  /** Type and name of each, without the engine's own. */
  async #remaining(): Promise<readonly string[]> {
    const open = await this.open(false, { say: () => {}, step: () => {}, result: () => {} });
    const { deployment } = await open.stack.exportStack();
    const { resources = [] } = deployment as {
      readonly resources?: readonly { readonly type: string; readonly urn: string }[];
    };
    return resources
      .filter(({ type }) => !type.startsWith("pulumi:"))
      .map(({ type, urn }) => `${urn.split("::").at(-1)} (${type})`);
  }
}
