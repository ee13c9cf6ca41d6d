#!/usr/bin/env node
// Runs on any Node, to say which one is needed; the rest is TypeScript that only a recent one runs.
const NEEDED = 24;
if (Number(process.versions.node.split(".")[0]) < NEEDED) {
  process.stderr.write(
    `oxy needs Node ${NEEDED} or later, this is ${process.version}: run it as "npx oxy" in the project\n`,
  );
  process.exit(1);
}
await import("./main.ts");
