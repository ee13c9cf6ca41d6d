#!/usr/bin/env node
// Runs on any Node, to say which one is needed; the rest is TypeScript that only a recent one runs.
import module from "node:module";
import { fileURLToPath } from "node:url";

const NEEDED = 24;
if (Number(process.versions.node.split(".")[0]) < NEEDED) {
  process.stderr.write(
    `oxy needs Node ${NEEDED} or later, this is ${process.version}: run it as "npx oxy" in the project\n`,
  );
  process.exit(1);
}
// A third of a short command's time would be compiling; by its name the provider finds the cache too.
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL("../../node_modules/.cache/oxy", import.meta.url));
module.enableCompileCache(process.env.NODE_COMPILE_CACHE);
await import("./main.ts");
