import { parseArgs } from "node:util";
import { campaign } from "./campaign.ts";
import { commands } from "./commands.ts";
import { latency } from "./latency.ts";
import { lines, type Benchmark, type Figure } from "./figure.ts";
import { memory } from "./memory.ts";
import { neighbour } from "./neighbour.ts";
import { throughput } from "./throughput.ts";

/** In the order in which they are run unless told. */
export const FIGURES: Readonly<Record<string, Benchmark>> = {
  throughput,
  campaign,
  neighbour,
  memory,
  latency,
  commands,
};

/** The figures of the worker: `npm run bench`, or some by name; `--json` for machines, `--quick` to see that it works. */
export async function runFigures(args: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { json: { type: "boolean", default: false }, quick: { type: "boolean", default: false } },
  });
  const names = positionals.length > 0 ? positionals : Object.keys(FIGURES);
  // Each process that is started ends with this one.
  process.setMaxListeners(0);
  const began = performance.now();
  const say = (line: string): void =>
    void process.stderr.write(`${((performance.now() - began) / 1_000).toFixed(0).padStart(5)} s  ${line}\n`);
  const figures: Figure[] = [];
  for (const name of names) {
    const benchmark = FIGURES[name];
    if (benchmark === undefined)
      throw new RangeError(`expected one of ${Object.keys(FIGURES).join(", ")}, got ${name}`);
    const measured = await benchmark({ quick: values.quick, say });
    figures.push(...measured);
    if (!values.json) for (const figure of measured) console.log(`${lines(figure).join("\n")}\n`);
  }
  if (values.json) console.log(JSON.stringify({ quick: values.quick, figures }, undefined, 2));
}
