import { readdirSync } from "node:fs";
import { FIGURES, runFigures } from "../worker/bench/run.ts";

/**
 * `npm run bench`: the worker's figures, all or some by name. Each other file of this folder is a measurement of its own,
 * `npm run bench -- <name>`.
 */
const others = readdirSync(import.meta.dirname)
  .map((file) => file.replace(/[.]ts$/, ""))
  .filter((name) => name !== "run");
const args = process.argv.slice(2);
const [name = ""] = args;
const known = (each: string): boolean => each.startsWith("-") || each in FIGURES;
if (args.includes("--help")) console.log(usage());
else if (others.includes(name)) await import(`./${name}.ts`);
else if (args.every(known)) await runFigures(args);
else {
  process.stderr.write(
    `npm run bench: expected the name of a measurement, got ${args.find((each) => !known(each))}\n\n${usage()}\n`,
  );
  process.exitCode = 1;
}

function usage(): string {
  return [
    "npm run bench                          the worker's figures, about half an hour",
    `npm run bench -- <name> …              some of them: ${Object.keys(FIGURES).join(", ")}`,
    "npm run bench -- --json                for machines: name, value, unit, baseline, ratio, aim, set-up",
    "npm run bench -- --quick               to see that it works: seconds instead of minutes, and no true figure",
    `npm run bench -- <other> [--help]      ${others.join(", ")}`,
  ].join("\n");
}
