import { parseArgs } from "node:util";
import { BuildFailed, buildImage, findBuilder } from "./builder.ts";

const USAGE = "usage: npm run image -- [--tag <name>] [--base-image <image with Node 24 and npm>]";

process.exitCode = await main(process.argv.slice(2));

/** Builds the image with whatever builder works here, and prints which one came of it. */
async function main(args: string[]): Promise<number> {
  const options = optionsOf(args);
  if (options === undefined) return fail(USAGE);
  const builder = await findBuilder();
  if (builder === undefined) {
    return fail("no builder works here: start docker's daemon, or install podman or buildah");
  }
  try {
    const { tag, id, bytes } = await buildImage(builder, options);
    process.stdout.write(`${tag}  ${id}  ${Math.round(bytes / 1e6)} MB\n`);
    return 0;
  } catch (error) {
    if (error instanceof BuildFailed) return fail(error.message);
    throw error;
  }
}

function optionsOf(args: string[]): { tag: string; baseImage: string | undefined } | undefined {
  try {
    const { values } = parseArgs({
      args,
      options: { tag: { type: "string", default: "oxy-worker" }, "base-image": { type: "string" } },
    });
    return { tag: values.tag, baseImage: values["base-image"] };
  } catch {
    return undefined;
  }
}

function fail(sentence: string): number {
  process.stderr.write(`${sentence}\n`);
  return 1;
}
