import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { Command } from "commander";
import { SETTING_NAME } from "../stack-config/settings.ts";
import { EXIT, Failure } from "./failure.ts";
import { reportFor } from "./report.ts";
import type { OpenStack } from "./stack.ts";
import { withStack, type StackOptions } from "./stack-options.ts";
import { answerTo } from "./terminal.ts";

export function secretCommand(): Command {
  const set = new Command("set")
    .description("Keep a secret setting of the worker in the stack's config, encrypted.")
    .argument("<name>", "as docs/configuration.md has it")
    .addHelpText(
      "after",
      `
The value is read from standard input, so that it is in no history of commands and no list of processes.

Examples:
  $ npx oxy secret set -s local OPENAI_API_KEY          # then type it, unseen, and Enter
  $ npx oxy secret set -s local OPENAI_API_KEY < key.txt`,
    )
    .action(setSecret);
  return new Command("secret").description("Secret settings of a stack.").addCommand(withStack(set));
}

async function setSecret(name: string, options: StackOptions): Promise<void> {
  const { openStack } = await import("./stack.ts");
  const report = reportFor(options);
  if (!SETTING_NAME.test(name)) {
    // Not said: name and value are easily swapped.
    throw new Failure(
      "expected the name of a setting, such as OPENAI_API_KEY, got another word",
      EXIT.configuration,
    );
  }
  const value = await valueOf(name);
  if (value === "") {
    throw new Failure(`${name}: expected a value on standard input, got nothing`, EXIT.configuration);
  }
  const open = await openStack({ ...options, create: true }, report.say);
  await keep(open, name, value);
  report.result(
    { kind: "result", stack: open.name, secret: name },
    `${name} is kept in ${open.project.stackPath(open.name)}; the next oxy up deploys it`,
  );
}

async function valueOf(name: string): Promise<string> {
  const given = process.stdin.isTTY
    ? await answerTo(`the value of ${name} (it is not shown): `, { hidden: true })
    : await text(process.stdin);
  return given?.trim() ?? "";
}

/** On the engine's standard input: the Automation API would make it an argument, which any user of the machine sees. */
export async function keep(
  { stack: { name, workspace } }: OpenStack,
  setting: string,
  value: string,
): Promise<void> {
  const path = ["--path", `secrets.${setting}`];
  const child = spawn(
    workspace.pulumiCommand.command,
    ["config", "set", "--stack", name, "--secret", "--non-interactive", ...path],
    {
      cwd: workspace.workDir,
      env: { ...process.env, ...workspace.envVars },
      stdio: ["pipe", "ignore", "pipe"],
    },
  );
  // It may end before it reads.
  child.stdin.on("error", () => {});
  child.stdin.end(value);
  const ended = once(child, "close");
  const printed = await text(child.stderr);
  const [code] = (await ended) as [number | null];
  if (code !== 0) throw new Failure(`${setting} was not kept: ${printed.trim().replace(/^error: /, "")}`);
}
