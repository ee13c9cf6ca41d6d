import { z } from "zod";
import type { Context, Observed, Resource } from "../resource.ts";
import { markDeployed, pruneBundles } from "./bundles.ts";
import { generationsOf, isAlive, removeIfEmpty, retire } from "./generations.ts";
import { processFolder } from "./places.ts";
import { untilReady } from "./readiness.ts";
import { isAsDeclared, settingsOf, startWorker, urlsOf } from "./worker-service.ts";

/** How a process of the image is to run here. */
export interface WorkerInputs {
  readonly stack: string;
  readonly fleet: string;
  readonly name: string;
  readonly image: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly memoryMb: number;
  readonly graceSeconds: number;
  readonly readyPath: string;
  readonly startSeconds: number;
}

interface Outputs {
  readonly condition: string;
  readonly urls: Readonly<Record<string, string>>;
}

const AS_DECLARED = "running";

export const workerProcess: Resource<WorkerInputs, Outputs> = {
  type: "oxy:local:WorkerProcess",
  description: "A process of the worker image on this machine, kept running by its supervisor.",
  inputs: z.strictObject({
    stack: z.string().describe("The stack it belongs to."),
    fleet: z.string().describe("The fleet it belongs to."),
    name: z.string().describe("Its name in the fleet."),
    image: z
      .string()
      .regex(/^sha256:[0-9a-f]{64}$/)
      .describe("The bundle it runs, by digest."),
    environment: z.record(z.string(), z.string()).describe("Its settings."),
    memoryMb: z.int().min(64).describe("Its memory, in MB; the JavaScript heap gets three quarters."),
    graceSeconds: z.int().min(0).describe("From the stop signal to the kill, in s."),
    readyPath: z.string().describe("Answers 200 once it takes work."),
    startSeconds: z.int().min(1).describe("How long it may take until then, in s."),
  }),
  outputs: z.object({
    condition: z.string().describe("`running`, or what is not as declared."),
    urls: z.record(z.string(), z.string()).describe("Where it serves, by purpose."),
  }),
  replaceOn: ["stack", "fleet", "name"],
  identify: ({ stack, fleet, name }) => `${stack}/${fleet}/${name}`,
  create: (id, inputs, context) => converge(id, inputs, context),
  update: (id, inputs, _known, context) => converge(id, inputs, context),
  read: observe,
  async delete(id, { inputs }, context) {
    const folder = folderOf(id, context);
    context.progress(`draining, up to ${inputs.graceSeconds} s`);
    await retire(await generationsOf(folder), context.signal);
    await removeIfEmpty(folder);
    await pruneBundles(context.home);
  },
  drift: ({ condition }) => (condition === AS_DECLARED ? [] : ["condition"]),
};

/**
 * Exactly one generation runs, and it is as declared: what is found so is kept, whoever started it; else a new one
 * comes up, and only when it is ready, with its part of the shards or waiting for them, are the others drained.
 */
async function converge(id: string, inputs: WorkerInputs, context: Context): Promise<Outputs> {
  const folder = folderOf(id, context);
  const found = await generationsOf(folder);
  const fit = found.findLast((generation) => isAsDeclared(generation, inputs));
  context.progress(fit === undefined ? "starting" : "waiting until it is ready");
  const current = fit ?? (await startWorker(folder, inputs, context));
  const urls = urlsOf(current.state.record);
  try {
    await untilReady(current.folder, `${urls.http}${inputs.readyPath}`, inputs.startSeconds, context.signal);
  } catch (error) {
    // What ran before goes on as if nothing had been.
    if (fit === undefined) await retire([current], AbortSignal.timeout(inputs.graceSeconds * 2_000 + 1_000));
    throw error;
  }
  const others = found.filter((generation) => generation.folder !== current.folder);
  if (others.some(isAlive))
    context.progress(`ready; the one before it drains, up to ${inputs.graceSeconds} s`);
  await retire(others, context.signal);
  await markDeployed(context.home, inputs.image);
  await pruneBundles(context.home);
  return { condition: AS_DECLARED, urls };
}

async function observe(
  id: string,
  known: Observed<WorkerInputs, Outputs> | undefined,
  context: Context,
): Promise<Observed<WorkerInputs, Outputs> | undefined> {
  const generations = await generationsOf(folderOf(id, context));
  const newest = generations.at(-1);
  if (newest === undefined) {
    // Of a creation that was undone: nobody would come back for it.
    await removeIfEmpty(folderOf(id, context));
    return undefined;
  }
  const { labels } = newest.state.record;
  // Its settings are secret and on no disk: who imports it, declares them.
  const inputs = known?.inputs ?? { ...settingsOf(labels), environment: {} };
  const living = generations.filter(isAlive);
  const [one] = living;
  const outputs = (condition: string): Outputs => ({ condition, urls: urlsOf(newest.state.record) });
  if (one === undefined) return { inputs, outputs: outputs("not running") };
  if (living.length > 1) return { inputs, outputs: outputs(`${living.length} of them running`) };
  if (!one.state.supervisorAlive) return { inputs, outputs: outputs("running without its supervisor") };
  return {
    inputs,
    outputs: outputs(isAsDeclared(one, inputs) ? AS_DECLARED : "running with other settings"),
  };
}

function folderOf(id: string, { home }: Context): string {
  const [stack = "", fleet = "", name = ""] = id.split("/");
  return processFolder(home, stack, fleet, name);
}
