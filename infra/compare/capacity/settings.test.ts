import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { settingsOf } from "./settings.ts";

/** The worker's own page, which is generated from its settings: nothing here knows the worker. */
const page = await readFile(new URL("../../../docs/configuration.md", import.meta.url), "utf8");

function defaultOf(key: string): number {
  return Number(new RegExp(`^\\| \`${key}\` .* \`(\\d+)\` \\|$`, "m").exec(page)?.[1]);
}

test("what a process is not told is as the worker has it by default", () => {
  const defaults = {
    concurrency: defaultOf("OXY_CONCURRENCY"),
    attempt: {
      timeoutMs: defaultOf("OXY_AI_TIMEOUT_MS"),
      attempts: defaultOf("OXY_AI_ATTEMPTS"),
      backoffMs: defaultOf("OXY_AI_BACKOFF_MS"),
    },
    objectiveMs: defaultOf("OXY_REPLY_OBJECTIVE_MS"),
  };
  expect(settingsOf(undefined)).toEqual(defaults);
  expect(settingsOf({ environment: { OXY_CONCURRENCY: "many" } })).toEqual(defaults);
});

test("what it is told counts", () => {
  const environment = {
    OXY_CONCURRENCY: "7",
    OXY_AI_TIMEOUT_MS: "8000",
    OXY_AI_ATTEMPTS: "2",
    OXY_AI_BACKOFF_MS: "90",
    OXY_REPLY_OBJECTIVE_MS: "6000",
  };
  expect(settingsOf({ environment })).toEqual({
    concurrency: 7,
    attempt: { timeoutMs: 8_000, attempts: 2, backoffMs: 90 },
    objectiveMs: 6_000,
  });
});
