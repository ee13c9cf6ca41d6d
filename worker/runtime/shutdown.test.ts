import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";

const MODULE = new URL("./shutdown.ts", import.meta.url).href;
/** Prints each step; stays alive until it is told twice, or for 20 s. */
const PROGRAM = `
  const { untilStopped } = await import(${JSON.stringify(MODULE)});
  const say = (event) => console.log(event);
  const stopped = untilStopped({ info: (event, { signal }) => say(event + " " + signal) });
  setTimeout(() => process.exit(99), 20_000);
  say("waiting");
  await stopped;
  say("stopping");
`;

async function program(): Promise<{
  child: ChildProcess;
  says: (line: string) => Promise<void>;
  code: Promise<unknown>;
}> {
  const child = spawn(process.execPath, ["--input-type=module", "-e", PROGRAM], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const code = once(child, "exit").then(([exitCode]) => exitCode as unknown);
  const lines = createInterface(child.stdout!)[Symbol.asyncIterator]();
  const says = async (line: string): Promise<void> => expect((await lines.next()).value).toBe(line);
  await says("waiting");
  return { child, says, code };
}

test.each([
  ["SIGTERM", "SIGTERM", 143],
  ["SIGTERM", "SIGINT", 130],
  ["SIGINT", "SIGINT", 130],
  ["SIGINT", "SIGTERM", 143],
] as const)("%s asks the process to end, %s then ends it at once", async (first, second, exitCode) => {
  const { child, says, code } = await program();
  child.kill(first);
  await says(`signal ${first}`);
  await says("stopping");
  child.kill(second);
  await says(`signal ${second}`);
  expect(await code).toBe(exitCode);
});
