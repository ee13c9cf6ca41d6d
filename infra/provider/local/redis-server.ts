import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { z } from "zod";
import { freePort } from "../../supervisor/free-port.ts";
import { stopService } from "../../supervisor/stop-service.ts";
import type { Context, Resource } from "../resource.ts";
import { generationsOf, isAlive, removeIfEmpty, retire } from "./generations.ts";
import type { Generation } from "./generations.ts";
import { storeFolder } from "./places.ts";
import { dataFolder, settingsFile, startRedis, untilAnswering } from "./redis-service.ts";
import { applySettings, settingsChanged, writeSettings, type RedisSettings } from "./redis-settings.ts";

interface Inputs extends RedisSettings {
  readonly stack: string;
}

interface Outputs {
  readonly condition: string;
  readonly url: string;
}

const AS_DECLARED = "running";
const PASSWORD_BYTES = 24;

export const redisServer: Resource<Inputs, Outputs> = {
  type: "oxy:local:RedisServer",
  description: "A redis-server on this machine's loopback, kept running by its supervisor.",
  inputs: z.strictObject({
    stack: z.string().describe("The stack it belongs to."),
    persistence: z
      .enum(["append-only", "none"])
      .describe("Whether writes are appended to a file, synced every second."),
    maxMemoryMb: z.int().min(16).describe("Past it writes are refused; nothing is evicted. In MB."),
  }),
  outputs: z.object({
    condition: z.string().describe("`running`, or what is not as declared."),
    url: z.string().describe("Where it is reached, with its password."),
  }),
  secretOutputs: ["url"],
  stableOutputs: ["url"],
  replaceOn: ["stack"],
  identify: ({ stack }) => stack,
  create: (id, inputs, context) => converge(id, inputs, undefined, context),
  update: (id, inputs, known, context) => converge(id, inputs, known.outputs.url, context),
  async read(id, known, context) {
    const folder = storeFolder(context.home, id);
    const generations = await generationsOf(folder);
    // What a creation left that was cut off is there too: it has to be deleted some day.
    if (generations.length === 0 && !existsSync(folder)) return undefined;
    const inputs = known?.inputs ?? { ...UNKNOWN, stack: id };
    // Imported, or its creation was cut off, without its password: the next update gives it a new one.
    const url = known?.outputs.url ?? "";
    return { inputs, outputs: { condition: await conditionOf(generations, inputs, url), url } };
  },
  async delete(id, _known, context) {
    const folder = storeFolder(context.home, id);
    await retire(await generationsOf(folder), context.signal);
    await rm(dataFolder(folder), { recursive: true, force: true });
    await rm(settingsFile(folder), { force: true });
    await removeIfEmpty(folder);
  },
  drift: ({ condition }) => (condition === AS_DECLARED ? [] : ["condition"]),
};

/** What is found without a declaration; the next update compares it with one. */
const UNKNOWN: RedisSettings = { persistence: "append-only", maxMemoryMb: 256 };

/**
 * One server runs on the stack's data with these settings. One that answers is changed as it runs, so that nobody
 * who is connected notices; any other is started anew, with the same address where it had one.
 */
async function converge(
  stack: string,
  inputs: Inputs,
  knownUrl: string | undefined,
  context: Context,
): Promise<Outputs> {
  const folder = storeFolder(context.home, stack);
  const living = (await generationsOf(folder)).filter(isAlive);
  if (knownUrl && isSupervised(living) && (await settingsChanged(knownUrl, inputs)) !== undefined) {
    await writeSettings(settingsFile(folder), dataFolder(folder), inputs);
    await applySettings(knownUrl, inputs);
    return { condition: AS_DECLARED, url: knownUrl };
  }
  context.progress("starting");
  // Two servers must not write the same files.
  await retire(await generationsOf(folder), context.signal);
  await writeSettings(settingsFile(folder), dataFolder(folder), inputs);
  const url =
    knownUrl || `redis://:${randomBytes(PASSWORD_BYTES).toString("base64url")}@127.0.0.1:${await freePort()}`;
  const generation = await startRedis(folder, url, context);
  try {
    await untilAnswering(generation, url, context.signal);
  } catch (error) {
    // Not to be restarted for ever.
    await stopService(generation);
    throw error;
  }
  return { condition: AS_DECLARED, url };
}

async function conditionOf(generations: readonly Generation[], inputs: Inputs, url: string): Promise<string> {
  const living = generations.filter(isAlive);
  if (living.length === 0) return "not running";
  if (!isSupervised(living)) return "running without its supervisor";
  const changed = url === "" ? undefined : await settingsChanged(url, inputs);
  if (changed === undefined) return "not answering";
  return changed.length === 0 ? AS_DECLARED : `running with other settings: ${changed.join(", ")}`;
}

function isSupervised(living: readonly Generation[]): boolean {
  return living.length === 1 && living[0]?.state.supervisorAlive === true;
}
