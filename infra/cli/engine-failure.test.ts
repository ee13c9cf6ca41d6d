import { expect, test } from "vitest";
import { engineFailure, isEngineError } from "./engine-failure.ts";
import type { Remark } from "./steps.ts";

const COMMAND = "pulumi up --yes --stack local";

test("the errors of resources are told, not that there were errors", () => {
  const failure = engineFailure(failed("Updating (local):\nerror: update failed\n", { exitCode: 1 }), {
    stack: "local",
    errors: [
      error("update failed", "oxy-workers-local"),
      error("it was not ready within 60 s", "main-all"),
      error("it was not ready within 60 s", "main-all"),
      error("the config of stack local is not usable:\n  image: expected …"),
    ],
  });
  expect(failure).toMatchObject({
    exitCode: 1,
    message:
      "main-all: it was not ready within 60 s\nthe config of stack local is not usable:\n  image: expected …",
  });
});

test("the reasons of a creation that left something are told as sentences", () => {
  const one = error("1 error occurred:\n\t* Toy refused to start it (422: no)\n\n", "store");
  const two = error("2 errors occurred:\n\t* it is late\n\t* it is small", "main-all");
  expect(engineFailure(failed("", { exitCode: 1 }), { errors: [one, two] })).toMatchObject({
    message: "store: Toy refused to start it (422: no)\nmain-all: it is late; it is small",
  });
});

test("where no event told why, what the engine printed does", () => {
  const printed = "Updating (local):\nerror: no changes were expected for update but changes were proposed\n";
  expect(engineFailure(failed(printed, { exitCode: 7 }))).toMatchObject({
    exitCode: 7,
    message: "no changes were expected for update but changes were proposed",
  });
  expect(engineFailure(failed("something else\n", {}))).toMatchObject({
    exitCode: 1,
    message: "something else",
  });
});

test("a killed engine, and a provider that ended by itself, are each one sentence with what to do", () => {
  expect(
    engineFailure(failed("Updating (local):\n + store creating\n", { signal: "SIGKILL" })),
  ).toMatchObject({
    exitCode: 1,
    message: "the engine was ended by SIGKILL: run the same command again, it goes on from there",
  });
  const crash =
    "Detected that /srv/infra/provider/pulumi-resource-oxy exited prematurely.\n       This is *always* a bug in the provider. " +
    "To assist with debugging we have dumped the STDOUT and STDERR streams of the plugin:\n";
  const errors = [error("connection error: desc = …", "store"), error(`${crash}\nstderr:\n out of memory\n`)];
  expect(engineFailure(failed("", { exitCode: 1 }), { errors })).toMatchObject({
    exitCode: 1,
    message:
      "our provider ended in the middle (its last words: stderr: out of memory): run the same command again, it goes on from there",
  });
  expect(engineFailure(failed("", { exitCode: 1 }), { errors: [error(crash)] }).message).toBe(
    "our provider ended in the middle: run the same command again, it goes on from there",
  );
});

test("what was interrupted says so, whatever it left unfinished", () => {
  const errors = [error("update failed"), error('creating "main-all" was cancelled', "main-all")];
  expect(engineFailure(failed("", { exitCode: 1 }), { errors, interrupted: true })).toMatchObject({
    exitCode: 8,
    message:
      'stopped: main-all: creating "main-all" was cancelled (the same command again goes on from there)',
  });
  expect(engineFailure(failed("", { signal: "SIGINT" }), { interrupted: true })).toMatchObject({
    exitCode: 8,
    message: "stopped (the same command again goes on from there)",
  });
});

test("another passphrase is asked for by its name", () => {
  const printed = "error: getting stack configuration: get stack secrets manager: incorrect passphrase\n";
  expect(engineFailure(failed(printed, { exitCode: 1 }), { stack: "local" }).message).toMatch(
    /^PULUMI_CONFIG_PASSPHRASE: expected what the secrets of stack local are encrypted with/,
  );
});

test("what is no error of the engine is not taken for one", () => {
  expect(isEngineError(failed("", {}))).toBe(true);
  expect(isEngineError(new Error("commandResult"))).toBe(false);
  expect(isEngineError({ commandResult: {} })).toBe(false);
});

function failed(stderr: string, err: { exitCode?: number; signal?: string }) {
  const printed = stderr === "" ? "" : `Command failed: ${COMMAND}\n${stderr}`;
  return Object.assign(new Error("code: -2"), { commandResult: { stderr: printed, err } });
}

function error(message: string, resource?: string): Remark {
  return { kind: "remark", severity: "error", message, ...(resource === undefined ? {} : { resource }) };
}
