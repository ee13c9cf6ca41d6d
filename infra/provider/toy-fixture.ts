import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { z } from "zod";
import { type AnyResource, type Resource, ResourceFailed } from "./resource.ts";
import { serve } from "./serve.ts";

const inputs = z
  .object({
    name: z.string().regex(/^[a-z]+$/, "a lower-case name"),
    size: z.int().min(1).max(10).default(1).describe("How big it is."),
    zone: z.enum(["east", "west"]).default("east"),
    password: z.string().min(3).optional(),
    token: z.string().min(3).meta({ secret: true }).optional(),
    settings: z.strictObject({ color: z.string().optional(), depth: z.int().optional() }).optional(),
    labels: z.record(z.string(), z.string()).optional(),
    list: z.array(z.union([z.string(), z.number()])).optional(),
    anything: z.json().optional(),
    behaviour: z.enum(["fails", "breaks", "hangs", "lingers", "is silent"]).optional(),
  })
  .refine(({ size, zone }) => size < 10 || zone === "east", {
    path: ["size"],
    error: "less than 10 in the west",
  });

const outputs = z.object({
  url: z.string(),
  generated: z.string(),
  running: z.boolean(),
  echo: z.json().optional(),
});

type Inputs = z.output<typeof inputs>;
type Outputs = z.output<typeof outputs>;

/** Keeps each thing in a file of the provider's home. */
export const toy: Resource<Inputs, Outputs> = {
  type: "oxy:toy:Thing",
  description: "A thing.",
  inputs,
  outputs,
  secretOutputs: ["generated"],
  stableOutputs: ["generated"],
  replaceOn: ["zone"],
  identify: ({ name }) => `thing-${name}`,
  drift: ({ running }) => (running ? [] : ["running"]),
  async create(id, given, context) {
    context.progress(`making ${id} with ${given.password}`);
    if (given.behaviour === "fails") throw new ResourceFailed(`cannot use ${given.password}`);
    if (given.behaviour === "breaks") throw new Error(`lost ${given.password}`);
    if (given.behaviour === "hangs") await sleep(60_000, undefined, { signal: context.signal });
    if (given.behaviour === "lingers") await sleep(60_000, undefined, { ref: false });
    return keep(context.home, id, given);
  },
  async read(id, known, { home }) {
    const kept = await readFile(join(home, id), "utf8").catch(() => undefined);
    if (kept === undefined) return undefined;
    const found = JSON.parse(kept) as { inputs: Inputs; outputs: Outputs };
    return {
      inputs: { ...found.inputs, ...(known && { behaviour: known.inputs.behaviour }) },
      outputs: found.outputs,
    };
  },
  update: async (id, given, known, { home }) => keep(home, id, given, known.outputs.generated),
  delete: (id, _known, { home }) => rm(join(home, id), { force: true }),
};

async function keep(
  home: string,
  id: string,
  given: Inputs,
  generated = `generated-${id}`,
): Promise<Outputs> {
  const kept: Outputs = {
    url: `toy://:${given.password ?? ""}@${id}`,
    generated,
    running: true,
    // Everything again, in another order and in other words.
    echo: { again: [JSON.stringify(given.anything ?? null), given.anything ?? null] },
  };
  await mkdir(home, { recursive: true });
  await writeFile(join(home, id), JSON.stringify({ inputs: given, outputs: kept }));
  return kept;
}

const toys: readonly AnyResource[] = [toy];

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await serve(toys, process.argv.slice(2));
