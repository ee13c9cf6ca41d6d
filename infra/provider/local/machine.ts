import { mkdir, readdir, rm } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Resource } from "../resource.ts";
import { pruneBundles } from "./bundles.ts";
import { generationsOf, removeIfEmpty, retire } from "./generations.ts";
import { servicesFolder, stackFolder } from "./places.ts";

interface Inputs {
  readonly stack: string;
}

/**
 * A stack's place on this machine. Everything else of it here depends on it, so it is made first and goes last, and
 * takes with it what no state knows: a process whose creation was cut off by the death of the provider itself.
 */
export const machine: Resource<Inputs, object> = {
  type: "oxy:local:Machine",
  description: "A stack's place on this machine, and all that runs in it.",
  inputs: z.strictObject({ stack: z.string().describe("Whose place it is.") }),
  outputs: z.object({}),
  replaceOn: ["stack"],
  identify: ({ stack }) => stack,
  async create(stack, _inputs, { home }) {
    await mkdir(stackFolder(home, stack), { recursive: true, mode: 0o700 });
    return {};
  },
  async read(stack, _known, { home }) {
    return existsSync(stackFolder(home, stack)) ? { inputs: { stack }, outputs: {} } : undefined;
  },
  update: async () => ({}),
  async delete(stack, _known, { home, signal }) {
    const folder = stackFolder(home, stack);
    const services = await readdir(folder).catch(() => []);
    await Promise.all(
      services.map(async (service) => retire(await generationsOf(join(folder, service)), signal)),
    );
    await rm(folder, { recursive: true, force: true });
    await removeIfEmpty(servicesFolder(home));
    await pruneBundles(home);
  },
};
