import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { Command } from "commander";
import { missingVariables, type Api } from "../api/api.ts";
import { findEmulators } from "../emulators/running.ts";
import { homeDirectory, projectDirectory, projectHome } from "../home.ts";
import { apis } from "../provider/apis.ts";
import { AWS, awsCredentialState } from "./aws-credentials.ts";
import { awsPluginState } from "./aws-plugin.ts";
import { EXIT } from "./failure.ts";
import { openProject, type Project } from "./project.ts";
import { reportFor } from "./report.ts";
import { stackState } from "./stack-check.ts";
import { stateLocation } from "./state.ts";
import { tokenState } from "./token-check.ts";

interface DoctorOptions {
  readonly cwd?: string;
  readonly json?: boolean;
  readonly check?: boolean;
}

/** One thing that was looked at. */
interface Finding {
  readonly about: string;
  readonly fine: boolean;
  readonly found: string;
  /** Of the program that was found. */
  readonly path?: string;
}

export function doctorCommand(): Command {
  return new Command("doctor")
    .description(
      "What is installed, which tokens are set, where state lives, and which stacks could be previewed.",
    )
    .option("-C, --cwd <folder>", "the folder of Pulumi.yaml (default: this project's)")
    .option("--check", "ask each API whether it accepts its token; without it, nothing leaves this machine")
    .option("--json", "print the findings as a line of JSON")
    .addHelpText(
      "after",
      `
Ends with 1 when there is a problem. A token is one only where a stack needs it, or when it is not accepted. For AWS it
looks where its SDKs look: variables, profiles (SSO too), a web identity, the role of a container or of the machine.

Examples:
  $ npx oxy doctor
  $ npx oxy doctor --check`,
    )
    .action(doctor);
}

async function doctor(options: DoctorOptions): Promise<void> {
  const project = await openProject(resolve(options.cwd ?? projectDirectory));
  const names = await project.stacks();
  const states = await Promise.all(
    names.map(async (name) => ({ name, ...(await stackState(name, project, apis, process.env)) })),
  );
  const findings: readonly Finding[] = [
    { about: "Node", fine: true, found: process.version },
    ...(await engine()),
    redisServer(),
    state(project),
    { about: "home", fine: true, found: homeDirectory() },
    await emulators(),
    ...(await Promise.all(apis.map((api) => token(api, states, options.check === true)))),
    await awsCredentials(states, options.check === true),
    ...awsPlugin(states),
    stacks(project, names),
    ...states.map(({ name, fine, found }) => ({ about: `stack ${name}`, fine, found })),
  ];
  const width = Math.max(...findings.map(({ about }) => about.length));
  const lines = findings.map(
    ({ about, fine, found }) => `${fine ? "ok     " : "problem"} ${about.padEnd(width)}  ${found}`,
  );
  reportFor(options).result({ kind: "result", findings }, lines.join("\n"));
  if (findings.some(({ fine }) => !fine)) process.exitCode = EXIT.error;
}

async function engine(): Promise<Finding[]> {
  const about = "Pulumi engine";
  const { findEngine, languageHostFor } = await import("./engine.ts");
  try {
    const { command, version } = await findEngine();
    return [
      { about, fine: true, found: `${version} (${command})`, path: command },
      languageHost(languageHostFor(command)),
    ];
  } catch (error) {
    return [{ about, fine: false, found: (error as Error).message }];
  }
}

function languageHost(path: string | undefined): Finding {
  const about = "language host";
  return path === undefined
    ? { about, fine: true, found: "none, which only plain pulumi commands need" }
    : { about, fine: true, found: path, path };
}

function redisServer(): Finding {
  const { status, stdout } = spawnSync("redis-server", ["--version"], { encoding: "utf8" });
  const found =
    status === 0
      ? stdout.trim()
      : "none on PATH; store local needs it (Debian: apt-get install redis-server)";
  return { about: "redis-server", fine: status === 0, found };
}

function state(project: Project): Finding {
  const about = "state";
  try {
    const { shown, from, onThisMachine } = stateLocation(project.backendUrl);
    return {
      about,
      fine: true,
      found: `${shown} (${from}${onThisMachine ? ", on this machine: not for production" : ""})`,
    };
  } catch (error) {
    return { about, fine: false, found: (error as Error).message };
  }
}

/** A stack, and the titles of what it is deployed through. */
interface User {
  readonly name: string;
  readonly apis: readonly string[];
}

async function token(api: Api, states: readonly User[], check: boolean): Promise<Finding> {
  const isSet = missingVariables(api, process.env).length === 0;
  const seen = await tokenState(api, process.env, check);
  return neededBy(states, api.title, { about: `token of ${api.title}`, isSet, ...seen });
}

async function awsCredentials(states: readonly User[], check: boolean): Promise<Finding> {
  const found = await awsCredentialState(process.env, false);
  const { fine: isSet } = found;
  const seen = check ? await awsCredentialState(process.env, true) : found;
  return neededBy(states, AWS, { about: `credentials of ${AWS}`, isSet, ...seen });
}

/** Only where somebody needs it: it is big. */
function awsPlugin(states: readonly User[]): Finding[] {
  if (!states.some(({ apis: titles }) => titles.includes(AWS))) return [];
  return [{ about: `plugin for ${AWS}`, fine: true, found: awsPluginState(process.env) }];
}

/** Where nothing is deployed through it, nobody misses what is not set. */
function neededBy(
  states: readonly User[],
  title: string,
  { about, isSet, fine, found }: Finding & { readonly isSet: boolean },
): Finding {
  const by = states.filter(({ apis: titles }) => titles.includes(title)).map(({ name }) => name);
  const users = by.length === 0 ? "no stack needs it" : `for stack ${by.join(", ")}`;
  return { about, fine: fine || (!isSet && by.length === 0), found: `${found} (${users})` };
}

async function emulators(): Promise<Finding> {
  const about = "emulators";
  const running = await findEmulators(projectHome());
  if (running === undefined)
    return { about, fine: true, found: "none run, which only --offline needs (npm run emulators)" };
  const titles = Object.values(running.apis).map(({ title }) => title);
  return {
    about,
    fine: true,
    found: `${titles.join(", ") || "none"} (process ${running.pid}, desk ${running.desk})`,
  };
}

function stacks(project: Project, names: readonly string[]): Finding {
  return {
    about: "stacks",
    fine: names.length > 0,
    found: names.join(", ") || `none: expected Pulumi.<name>.yaml in ${project.folder}`,
  };
}
