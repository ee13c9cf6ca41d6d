import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

interface Wish {
  /** How long the AI takes, in ms. */
  readonly aiMs?: number;
  /** How long customers write, in s. */
  readonly seconds?: number;
  readonly limits: Readonly<Record<string, number>>;
}

const MESSAGES = 16;

/** Limits and a small scenario: one conversation for each two messages. @returns path of the limits */
export async function benchmarkFiles({ aiMs = 100, seconds = 4, limits }: Wish): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "oxy-bench-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const messages = Array.from({ length: MESSAGES }, (_, index) => ({
    atMs: Math.round((index * seconds * 1_000) / MESSAGES),
    conversation: index % (MESSAGES / 2),
    aiMs,
    text: `Oi, pela ${index}ª vez`,
  }));
  const scenario = { version: 1, about: "a test", organizations: 2, messages };
  await writeFile(join(folder, "scenario.yaml"), JSON.stringify(scenario));
  const file = join(folder, "benchmark.yaml");
  await writeFile(
    file,
    JSON.stringify({ version: 1, scenario: "scenario.yaml", patienceSeconds: 20, limits }),
  );
  return file;
}
