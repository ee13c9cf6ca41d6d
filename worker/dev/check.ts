import { spawn } from "node:child_process";

/** The one gate: everything that can be judged without Redis. Tools run side by side and speak only on failure. */
const steps: Readonly<Record<string, readonly string[]>> = {
  format: ["oxfmt", "--check"],
  lint: ["oxlint", "--deny-warnings"],
  types: ["tsc", "-p", ".", "--noEmit"],
  unused: ["knip"],
  architecture: ["vitest", "run", "worker/architecture.test.ts"],
};

const results = await Promise.all(Object.entries(steps).map(([name, command]) => runStep(name, command)));
process.exitCode = results.every(Boolean) ? 0 : 1;

async function runStep(name: string, [program = "", ...parameters]: readonly string[]): Promise<boolean> {
  const started = performance.now();
  const child = spawn(program, parameters, { stdio: ["ignore", "pipe", "pipe"] });
  const output: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => output.push(chunk));
  const passed = await new Promise<boolean>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve(code === 0));
  });
  if (!passed) process.stdout.write(Buffer.concat(output));
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${passed ? "ok    " : "FAILED"} ${name} (${seconds} s)`);
  return passed;
}
