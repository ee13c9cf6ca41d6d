import { spawnSync } from "node:child_process";
import { resolve } from "node:path";
import { Command } from "commander";
import { homeDirectory, projectDirectory } from "../home.ts";
import { EXIT } from "./failure.ts";
import { openProject, type Project } from "./project.ts";
import { reportFor } from "./report.ts";
import { stateLocation } from "./state.ts";

interface DoctorOptions {
  readonly cwd?: string;
  readonly json?: boolean;
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
    .description("What is installed, where state lives, and which stacks there are.")
    .option("-C, --cwd <folder>", "the folder of Pulumi.yaml (default: this project's)")
    .option("--json", "print the findings as a line of JSON")
    .addHelpText("after", "\nEnds with 1 when something is missing.\n\nExample:\n  $ npx oxy doctor")
    .action(doctor);
}

async function doctor(options: DoctorOptions): Promise<void> {
  const project = await openProject(resolve(options.cwd ?? projectDirectory));
  const findings: readonly Finding[] = [
    { about: "Node", fine: true, found: process.version },
    ...(await engine()),
    redisServer(),
    state(project),
    { about: "home", fine: true, found: homeDirectory() },
    await stacks(project),
  ];
  const width = Math.max(...findings.map(({ about }) => about.length));
  const lines = findings.map(
    ({ about, fine, found }) => `${fine ? "ok     " : "missing"} ${about.padEnd(width)}  ${found}`,
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

async function stacks(project: Project): Promise<Finding> {
  const names = await project.stacks();
  return {
    about: "stacks",
    fine: names.length > 0,
    found: names.join(", ") || `none: expected Pulumi.<name>.yaml in ${project.folder}`,
  };
}
