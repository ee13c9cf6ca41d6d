import { resolve } from "node:path";
import { LocalWorkspace, StackNotFoundError } from "@pulumi/pulumi/automation/index.js";
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import { projectDirectory } from "../home.ts";
import program from "../index.ts";
import { findEngine } from "./engine.ts";
import { EXIT, Failure } from "./failure.ts";
import { clearStaleLocks } from "./locks.ts";
import { openProject, type Project, type StackFile } from "./project.ts";
import type { StackOptions } from "./stack-options.ts";
import { passphraseEnvironment, refuseLaptopState, stateLocation, type StateLocation } from "./state.ts";

/** A stack that commands work on. */
export interface OpenStack {
  readonly name: string;
  readonly stack: Stack;
  readonly project: Project;
  readonly file: StackFile;
  readonly state: StateLocation;
}

/**
 * Opens a stack through the engine, with our program.
 * @param options.create whether one that was never deployed is made
 * @param say told what was done on the way, a line each
 * @throws Failure
 */
export async function openStack(
  options: StackOptions & { readonly create: boolean },
  say: (line: string) => void,
): Promise<OpenStack> {
  const project = await openProject(resolve(options.cwd ?? projectDirectory));
  const file = await project.stackFile(options.stack);
  const state = stateLocation(project.backendUrl);
  if (isProduction(file, project)) refuseLaptopState(options.stack, state);
  const pulumiCommand = await findEngine();
  const envVars = {
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_BACKEND_URL: state.url,
    ...(await passphraseEnvironment(state, file)),
  };
  const program_ = { stackName: options.stack, projectName: project.name, program };
  const workspace = { workDir: project.folder, pulumiCommand, envVars };
  const names = { project: project.name, stack: options.stack };
  for (const pid of await clearStaleLocks(state.url, project.folder, names)) {
    say(`cleared the lock of process ${pid}, which has ended without letting go of it`);
  }
  try {
    const stack = options.create
      ? await LocalWorkspace.createOrSelectStack(program_, workspace)
      : await LocalWorkspace.selectStack(program_, workspace);
    return { name: options.stack, stack, project, file, state };
  } catch (error) {
    if (!(error instanceof StackNotFoundError)) throw error;
    throw new Failure(
      `stack ${options.stack} is not deployed from ${state.url}: run oxy up -s ${options.stack}`,
      EXIT.stackNotFound,
    );
  }
}

function isProduction(file: StackFile, project: Project): boolean {
  return String(file.config?.[`${project.name}:production`]) === "true";
}
