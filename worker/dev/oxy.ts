import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const CLI = fileURLToPath(new URL("../../infra/cli/oxy.mjs", import.meta.url));

/** Longer than the command itself waits for a worker. */
const PATIENCE_MS = 60_000;

/** A line that `oxy … --json` prints. */
export interface OxyAnswer {
  readonly kind: string;
  readonly [detail: string]: string;
}

/**
 * Runs the `oxy` command as an operator would, and yields its answers.
 * @throws Error with what it printed when it fails
 */
export async function* oxy(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): AsyncGenerator<OxyAnswer> {
  const child = spawn(process.execPath, [CLI, ...args, "--json"], {
    env: { PATH: process.env["PATH"] ?? "", ...environment },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: PATIENCE_MS,
  });
  let printed = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    printed += text;
  });
  const exited = once(child, "exit");
  for await (const line of createInterface(child.stdout)) yield JSON.parse(line) as OxyAnswer;
  const [code] = (await exited) as [number | null];
  if (code !== 0) throw new Error(`oxy ${args.join(" ")} ended with ${code}: ${printed.trim()}`);
}
