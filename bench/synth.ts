import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

/** What expressing a stack through CDKTF takes, as a person waits for it, and in memory; beside what it would otherwise. */
const { values } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: "string", default: "5" } },
});
const rounds = Number(values.rounds);
const oxy = fileURLToPath(new URL("../infra/cli/main.ts", import.meta.url));
const root = createRequire(new URL("../infra/package.json", import.meta.url)).resolve("@cdktf/provider-aws");
const folder = mkdtempSync(join(tmpdir(), "bench-"));

/** Each in a process of its own. */
const variants: Readonly<Record<string, readonly string[]>> = {
  "oxy synth --example aws-minimal": [
    oxy,
    "synth",
    "--example",
    "aws-minimal",
    "-o",
    join(folder, "minimal"),
  ],
  "oxy synth --example aws-recommended": [
    ...[oxy, "synth", "--example", "aws-recommended"],
    ...["-o", join(folder, "recommended")],
  ],
  "oxy synth --help (no CDKTF)": [oxy, "synth", "--help"],
  "import of all of its provider": ["--eval", `require(${JSON.stringify(root)})`],
};
/** The highest that its memory ever was, in KB, on standard error. */
const MEASURING = `process.on("exit", () => console.error("\\nKB " + process.resourceUsage().maxRSS));`;

try {
  const [processor] = cpus();
  console.log(
    `${cpus().length} × ${processor?.model.trim()}, Node ${process.version}; medians of ${rounds} rounds after one that ` +
      "does not count, each in a process of its own\n",
  );
  console.log(`${"".padEnd(38)}seconds   peak memory, MB`);
  for (const [name, args] of Object.entries(variants)) {
    const runs = Array.from({ length: rounds + 1 }, () => measured(args)).slice(1);
    const seconds = median(runs.map((run) => run.seconds));
    const megabytes = median(runs.map((run) => run.megabytes));
    console.log(`${name.padEnd(38)}${seconds.toFixed(2).padStart(7)}${megabytes.toFixed(0).padStart(18)}`);
  }
} finally {
  rmSync(folder, { recursive: true });
}

function measured(args: readonly string[]): { readonly seconds: number; readonly megabytes: number } {
  const measuring = ["--import", `data:text/javascript,${encodeURIComponent(MEASURING)}`];
  const began = performance.now();
  const printed = execFileSync(
    "sh",
    ["-c", '"$0" "$@" 2>&1 >/dev/null', process.execPath, ...measuring, ...args],
    {
      encoding: "utf8",
    },
  );
  const seconds = (performance.now() - began) / 1_000;
  return { seconds, megabytes: Number(/^KB (\d+)$/m.exec(printed)?.[1]) / 1_024 };
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((one, other) => one - other)[numbers.length >> 1] ?? NaN;
}
