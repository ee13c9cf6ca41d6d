import { resolve } from "node:path";
import {
  LocalWorkspace,
  StackAlreadyExistsError,
  StackNotFoundError,
} from "@pulumi/pulumi/automation/index.js";
import type { InlineProgramArgs, LocalWorkspaceOptions, Stack } from "@pulumi/pulumi/automation/index.js";
import { isOffline, projectDirectory } from "../home.ts";
import program from "../index.ts";
import { engineFailure, isEngineError } from "./engine-failure.ts";
import { findEngine } from "./engine.ts";
import { EXIT, Failure } from "./failure.ts";
import { clearStaleLocks, type Holder } from "./locks.ts";
import { isProduction, openProject, type Project, type StackFile } from "./project.ts";
import { rehearse } from "./rehearse.ts";
import { reportFor } from "./report.ts";
import type { StackOptions } from "./stack-options.ts";
import { passphraseEnvironment, refuseLaptopState, rehearsalLocation, stateLocation } from "./state.ts";
import type { StateLocation } from "./state.ts";

/** A stack that commands work on. */
export interface OpenStack {
  readonly name: string;
  readonly stack: Stack;
  readonly project: Project;
  readonly file: StackFile;
  readonly state: StateLocation;
  /** Who works on it already. */
  readonly holder: Holder | undefined;
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
  const offline = options.offline === true || isOffline();
  const state = offline ? rehearsalLocation() : stateLocation(project.backendUrl);
  if (offline) reportFor(options).say(await rehearse(options.stack, { file, project }));
  else if (isProduction(file, project)) refuseLaptopState(options.stack, state);
  const pulumiCommand = await findEngine();
  const envVars = {
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_BACKEND_URL: state.url,
    ...(await passphraseEnvironment(state, file)),
  };
  const program_ = { stackName: options.stack, projectName: project.name, program };
  const workspace = { workDir: project.folder, pulumiCommand, envVars };
  const names = { project: project.name, stack: options.stack };
  const { cleared, holder } = await clearStaleLocks(state.url, project.folder, names);
  for (const pid of cleared) {
    say(`cleared the lock of process ${pid}, which has ended without letting go of it`);
  }
  try {
    const stack = options.create
      ? await createOrSelect(program_, workspace)
      : await LocalWorkspace.selectStack(program_, workspace);
    return { name: options.stack, stack, project, file, state, holder };
  } catch (error) {
    if (!isEngineError(error)) throw error;
    if (!(error instanceof StackNotFoundError)) throw engineFailure(error, { stack: options.stack });
    throw new Failure(
      `stack ${options.stack} is not deployed from ${state.shown}: run oxy up -s ${options.stack}`,
      EXIT.stackNotFound,
    );
  }
}

/** Another command may create it between our looking for it and our creating it. */
async function createOrSelect(what: InlineProgramArgs, how: LocalWorkspaceOptions): Promise<Stack> {
  try {
    return await LocalWorkspace.createOrSelectStack(what, how);
  } catch (error) {
    if (!(error instanceof StackAlreadyExistsError)) throw error;
    return await LocalWorkspace.selectStack(what, how);
  }
}
