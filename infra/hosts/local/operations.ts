import { open } from "node:fs/promises";
import { createInterface } from "node:readline";
import { PassThrough } from "node:stream";
import TailFile from "@logdna/tail-file";
import { homeDirectory } from "../../home.ts";
import type { Operations, PrintedLine, ProcessStatus } from "../../host.ts";
import { generationsOf, type Generation } from "../../provider/local/generations.ts";
import { processFolder } from "../../provider/local/places.ts";
import { urlsOf } from "../../provider/local/worker-service.ts";
import type { LocalFleetPlan } from "./plan.ts";

/** Bytes at the end of a log in which its last lines are looked for. */
const TAIL_BYTES = 1024 * 1024;
/** Between two looks at a log that is followed, in ms. */
const LOOK_MS = 200;

/** Through the records that the supervisors of this machine keep. */
export const operations: Operations<LocalFleetPlan> = {
  async status(plan, stack) {
    const each = plan.processes.map(({ name }) => processStatus(name, stack, plan));
    return (await Promise.all(each)).flat();
  },

  async *logs(plan, stack, { lines, follow, signal }) {
    const printed = new PassThrough({ objectMode: true });
    const newest = plan.processes.map(async ({ name }) => ({
      name,
      found: await newestOf(name, stack, plan),
    }));
    for (const { name, found } of await Promise.all(newest)) {
      if (found === undefined) continue;
      const { logFile } = found.state.record;
      const { text, end } = await endOf(logFile, lines);
      for (const line of text) yield { process: name, text: line };
      if (follow) await followFile(logFile, end, name, printed, signal);
    }
    if (!follow) return;
    yield* printed as AsyncIterable<PrintedLine>;
  },
};

async function processStatus(name: string, stack: string, plan: LocalFleetPlan): Promise<ProcessStatus[]> {
  const generations = await generationsOf(processFolder(homeDirectory(), stack, plan.name, name));
  if (generations.length === 0) return [{ name, condition: "not there", image: plan.image }];
  return await Promise.all(
    generations.map(async ({ state: { record, supervisorAlive, childAlive } }) => ({
      name,
      condition: conditionOf(supervisorAlive, childAlive),
      image: record.labels["image"] ?? "",
      since: record.startedAt,
      restarts: record.restarts,
      urls: urlsOf(record),
    })),
  );
}

function conditionOf(supervisorAlive: boolean, childAlive: boolean): string {
  if (supervisorAlive) return childAlive ? "running" : "restarting";
  return childAlive ? "running without its supervisor" : "not running";
}

async function newestOf(name: string, stack: string, plan: LocalFleetPlan): Promise<Generation | undefined> {
  return (await generationsOf(processFolder(homeDirectory(), stack, plan.name, name))).at(-1);
}

async function endOf(path: string, lines: number): Promise<{ text: string[]; end: number }> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const from = Math.max(0, size - TAIL_BYTES);
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(size - from), position: from });
    const whole = buffer.toString("utf8", 0, bytesRead).split("\n");
    return { text: whole.slice(0, -1).slice(lines === 0 ? whole.length : -lines), end: size };
  } finally {
    await file.close();
  }
}

async function followFile(
  path: string,
  from: number,
  process: string,
  printed: PassThrough,
  signal: AbortSignal,
): Promise<void> {
  const tail = new TailFile(path, { startPos: from, pollFileIntervalMs: LOOK_MS });
  createInterface(tail).on("line", (text) => printed.write({ process, text } satisfies PrintedLine));
  signal.addEventListener("abort", () => {
    void tail.quit();
    printed.end();
  });
  await tail.start();
}
