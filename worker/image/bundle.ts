import { parseArgs } from "node:util";
import { BundleChanged, keep, type KeptBundle } from "./bundle-store.ts";
import { SourceError } from "./source-error.ts";
import { rememberBuild, unchangedBundle } from "./last-build.ts";

const USAGE = "usage: node worker/image/bundle.ts --to <folder>";

process.exitCode = await main(process.argv.slice(2));

/** Bundles the worker into `<folder>/<digest>/` and prints what came of it as one line of JSON. */
async function main(args: string[]): Promise<number> {
  const to = folderOf(args);
  if (to === undefined) return fail(USAGE);
  try {
    process.stdout.write(`${JSON.stringify((await unchangedBundle(to)) ?? (await build(to)))}\n`);
    return 0;
  } catch (error) {
    if (error instanceof BundleChanged) return fail(error.message);
    if (error instanceof SourceError) return fail(`the worker does not compile: ${error.message}`);
    throw error;
  }
}

async function build(to: string): Promise<KeptBundle> {
  const beganMs = Date.now();
  // Loaded only when something changed.
  const { compile } = await import("./compile.ts");
  const { files, inputs } = await compile();
  const kept = await keep(files, to);
  await rememberBuild(to, kept.digest, inputs, beganMs);
  return kept;
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
