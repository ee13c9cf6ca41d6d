import { parseArgs } from "node:util";
import { BundleChanged, keep } from "./bundle-store.ts";
import { compile, SourceError } from "./compile.ts";

const USAGE = "usage: node worker/image/bundle.ts --to <folder>";

process.exitCode = await main(process.argv.slice(2));

/** Bundles the worker into `<folder>/<digest>/` and prints what came of it as one line of JSON. */
async function main(args: string[]): Promise<number> {
  const to = folderOf(args);
  if (to === undefined) return fail(USAGE);
  try {
    process.stdout.write(`${JSON.stringify(await keep(await compile(), to))}\n`);
    return 0;
  } catch (error) {
    if (error instanceof BundleChanged) return fail(error.message);
    if (error instanceof SourceError) return fail(`the worker does not compile: ${error.message}`);
    throw error;
  }
}

function folderOf(args: string[]): string | undefined {
  try {
    return parseArgs({ args, options: { to: { type: "string" } } }).values.to;
  } catch {
    return undefined;
  }
}

function fail(sentence: string): number {
  process.stderr.write(`${sentence}\n`);
  return 1;
}
