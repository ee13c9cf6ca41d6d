import { readdirSync } from "node:fs";

/** `npm run bench -- <name>`: each other file of this folder is a measurement that prints what came of it. */
const names = readdirSync(import.meta.dirname)
  .map((file) => file.replace(/[.]ts$/, ""))
  .filter((name) => name !== "run");
const name = process.argv[2] ?? "";
if (names.includes(name)) {
  await import(`./${name}.ts`);
} else {
  process.stderr.write(`usage: npm run bench -- <${names.join(" | ")}>\n`);
  process.exitCode = 1;
}
