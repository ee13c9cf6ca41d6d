import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { inheritedEnvironment } from "../../home.ts";
import { bundleDirectory } from "../../image.ts";
import { freePort } from "../../supervisor/free-port.ts";
import type { ServiceRecord } from "../../supervisor/record.ts";
import { startService } from "../../supervisor/start-service.ts";
import { ResourceFailed, type Context } from "../resource.ts";
import { nextGeneration, type Generation } from "./generations.ts";
import type { WorkerInputs } from "./worker-process.ts";

/** What a bundle starts with. */
const MAIN = "main.mjs";
/** Share of a process's memory that its JavaScript heap may take; the rest is buffers, code and stacks. */
const HEAP_SHARE = 0.75;

/** Starts a further generation of a process; whether it gets ready is not known then. */
export async function startWorker(
  folder: string,
  inputs: WorkerInputs,
  context: Context,
): Promise<Generation> {
  const bundle = bundleDirectory(context.home, inputs.image);
  if (!existsSync(bundle)) {
    throw new ResourceFailed(
      `image: expected one that this machine keeps (./worker makes one), got ${inputs.image}`,
    );
  }
  const healthPort = `${await freePort()}`;
  const boardPort = `${await freePort()}`;
  const generation = await nextGeneration(folder);
  const { record } = await startService(
    generation,
    {
      command: process.execPath,
      args: [`--max-old-space-size=${Math.round(inputs.memoryMb * HEAP_SHARE)}`, join(bundle, MAIN)],
      environment: {
        ...inheritedEnvironment(),
        ...inputs.environment,
        OXY_HEALTH_PORT: healthPort,
        OXY_BOARD_PORT: boardPort,
      },
      workingDirectory: bundle,
      stop: { signal: "SIGTERM", graceSeconds: inputs.graceSeconds },
      labels: { ...labelsOf(inputs), healthPort, boardPort },
    },
    { signal: context.signal },
  );
  return {
    folder: generation,
    number: Number(basename(generation)),
    state: { record, supervisorAlive: true, childAlive: true },
  };
}

/** Whether it runs, supervised, what is declared. */
export function isAsDeclared({ state }: Generation, inputs: WorkerInputs): boolean {
  return state.supervisorAlive && state.record.labels["digest"] === digestOf(inputs);
}

/** Where a process serves. */
export function urlsOf({ labels }: ServiceRecord): { readonly http: string; readonly board: string } {
  return {
    http: `http://127.0.0.1:${labels["healthPort"]}`,
    board: `http://127.0.0.1:${labels["boardPort"]}/board`,
  };
}

/** What a record says of the declaration; the environment it does not. */
export function settingsOf(labels: ServiceRecord["labels"]): Omit<WorkerInputs, "environment"> {
  const text = (key: string): string => labels[key] ?? "";
  return {
    stack: text("stack"),
    fleet: text("fleet"),
    name: text("name"),
    image: text("image"),
    memoryMb: Number(text("memoryMb")),
    graceSeconds: Number(text("graceSeconds")),
    readyPath: text("readyPath"),
    startSeconds: Number(text("startSeconds")),
  };
}

function labelsOf(inputs: WorkerInputs): Record<string, string> {
  const { environment: _secret, ...plain } = inputs;
  const labels = Object.entries(plain).map(([key, value]) => [key, `${value}`]);
  return { ...Object.fromEntries(labels), digest: digestOf(inputs) };
}

/** Of everything declared. The environment holds a 256-bit key, so nothing can be guessed from it. */
function digestOf(inputs: WorkerInputs): string {
  const { environment, ...plain } = inputs;
  const parts = [...Object.entries(plain), ...Object.entries(environment)].toSorted(([one], [other]) =>
    one < other ? -1 : 1,
  );
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}
