import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const OXY = fileURLToPath(new URL("main.ts", import.meta.url));
const run = promisify(execFile);

/** The command in a process of its own, whose input is nobody's. */
export async function oxy(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const command = run(process.execPath, [OXY, ...args], { env: { ...process.env, NO_COLOR: "1" } });
  command.child.stdin?.end();
  return await command.then(
    (printed) => ({ code: 0, ...printed }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  );
}
