import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

/** How long a person waits for a comparison of all targets: cold, with nothing compiled ahead, and warm. */
const { values } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: "string", default: "5" } },
});
const rounds = Number(values.rounds);
const oxy = fileURLToPath(new URL("../infra/cli/oxy.mjs", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "bench-"));
const usage = ["--messages", "500k", "--sessions", "10", "--model", "gpt-4o-mini", "--hourly-rate", "80"];

/** Each in a process of its own. */
const variants: Readonly<Record<string, readonly string[]>> = {
  "oxy compare (text, all examples)": ["compare", ...usage],
  "oxy compare --json": ["compare", ...usage, "--json"],
  "oxy compare --as-of 2025-01 --explain": ["compare", ...usage, "--as-of", "2025-01", "--explain"],
  "oxy compare --html": ["compare", ...usage, "--html", join(folder, "page.html")],
  "oxy compare --help": ["compare", "--help"],
  "oxy --help (every command)": ["--help"],
};

try {
  const [processor] = cpus();
  console.log(
    `${cpus().length} × ${processor?.model.trim()}, Node ${process.version}; medians of ${rounds} rounds, each in a process ` +
      "of its own; cold: Node's compile cache is empty before each\n",
  );
  const reference = median(measured(variants["oxy --help (every command)"] ?? [], "warm"));
  console.log(`${"".padEnd(40)}cold, s   warm, s   warm / oxy --help`);
  for (const [name, args] of Object.entries(variants)) {
    const cold = median(measured(args, "cold"));
    const warm = median(measured(args, "warm"));
    console.log(
      `${name.padEnd(40)}${cold.toFixed(2).padStart(7)}${warm.toFixed(2).padStart(10)}${(warm / reference).toFixed(1).padStart(20)}`,
    );
  }
} finally {
  rmSync(folder, { recursive: true });
}

/** In s; a warm one has run once before that does not count. */
function measured(args: readonly string[], start: "cold" | "warm"): readonly number[] {
  const cache = join(folder, "cache");
  const once = (): number => {
    if (start === "cold") rmSync(cache, { recursive: true, force: true });
    const began = performance.now();
    execFileSync(process.execPath, [oxy, ...args], {
      env: { ...process.env, NODE_COMPILE_CACHE: cache },
      stdio: ["ignore", "ignore", "inherit"],
      maxBuffer: 2 ** 26,
    });
    return (performance.now() - began) / 1_000;
  };
  if (start === "warm") once();
  return Array.from({ length: rounds }, once);
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((one, other) => one - other)[numbers.length >> 1] ?? Number.NaN;
}
