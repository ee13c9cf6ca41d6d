import { mkdir, readdir } from "node:fs/promises";
import { dirname } from "node:path";
import { expect, test } from "vitest";
import { testMachine } from "../../supervisor/machine-fixture.ts";
import { startService } from "../../supervisor/start-service.ts";
import { testContext } from "../context-fixture.ts";
import type { Context } from "../resource.ts";
import { machine } from "./machine.ts";
import { processFolder } from "./places.ts";

const place = testMachine();

function context(): Context {
  return testContext(place().home);
}

async function service(stack: string): Promise<void> {
  const folder = `${processFolder(place().home, stack, "main", "all")}/1`;
  await mkdir(dirname(folder), { recursive: true });
  await startService(folder, {
    command: process.execPath,
    args: ["--eval", "setInterval(() => {}, 1000)", place().home],
    environment: {},
    workingDirectory: place().home,
    stop: { signal: "SIGTERM", graceSeconds: 5 },
    labels: {},
  });
}

test("takes with it what runs in it and no state knows; another stack's goes on", async () => {
  await machine.create("one", { stack: "one" }, context());
  await machine.create("other", { stack: "other" }, context());
  await service("one");
  await service("other");
  expect(place().living().size).toBe(4);
  const known = { inputs: { stack: "one" }, outputs: {} };
  expect(await machine.read("one", known, context())).toEqual(known);
  await machine.delete("one", known, context());
  expect(place().living().size).toBe(2);
  expect(await machine.read("one", known, context())).toBeUndefined();
  await machine.delete("other", { inputs: { stack: "other" }, outputs: {} }, context());
  expect(place().living().size).toBe(0);
  expect(await readdir(place().home)).toEqual([]);
});
