import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { scenarioText } from "./scenario-text.ts";
import { loadOf, readTrial } from "./trial.ts";

/** Limits of a scenario with a message at 1 s, and another scenario with one at 9 s. */
async function files() {
  const folder = await mkdtemp(join(tmpdir(), "trial-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const scenario = (atMs: number): string => {
    const messages = [{ atMs, conversation: 0, aiMs: 10, text: "oi" }];
    return scenarioText({ about: "a test", organizations: 1, messages });
  };
  const limits = join(folder, "limits.yaml");
  const other = join(folder, "other.yaml");
  await writeFile(join(folder, "one.yaml"), scenario(1_000));
  await writeFile(other, scenario(9_000));
  await writeFile(
    limits,
    "version: 1\nscenario: one.yaml\nspeed: 2\npatienceSeconds: 7\nlimits: { lost: 0 }\n",
  );
  return { limits, other };
}

test("a trial has the scenario beside its limits, as fast as they say", async () => {
  const trial = await readTrial({ limits: (await files()).limits });
  expect(trial.scenario.messages).toMatchObject([{ atMs: 500, aiMs: 10 }]);
  expect(trial.shown).toMatch(/one\.yaml, 2 times as fast as recorded$/);
  expect(loadOf(trial)).toMatchObject({ arrivals: trial.scenario.messages, patienceMs: 7_000 });
});

test("a trial has the scenario and the speed that a person asks for in their place", async () => {
  const { limits, other } = await files();
  const { benchmark, scenario, shown } = await readTrial({ limits, scenario: other, speed: 1 });
  expect(scenario.messages).toMatchObject([{ atMs: 9_000 }]);
  expect(benchmark.speed).toBe(1);
  expect(shown).toMatch(/other\.yaml$/);
});
