import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { testMachine } from "../../supervisor/machine-fixture.ts";
import { bundleDirectory } from "../../image.ts";
import { testContext } from "../context-fixture.ts";
import { ResourceFailed, type Context } from "../resource.ts";
import { workerProcess, type WorkerInputs } from "./worker-process.ts";

const machine = testMachine();
const ID = "stack/main/all";

function context(): Context {
  return testContext(machine().home);
}

/** An image whose process says this of its readiness, and how a process of it is to run. */
async function image(digit: string, status: number, startSeconds = 20): Promise<WorkerInputs> {
  const reference = `sha256:${digit.repeat(64)}`;
  const folder = bundleDirectory(machine().home, reference);
  await mkdir(folder, { recursive: true });
  await writeFile(
    join(folder, "main.mjs"),
    `import { createServer } from "node:http";
    createServer((_, response) => response.writeHead(${status}).end("of ${digit}"))
      .listen(process.env.OXY_HEALTH_PORT, "127.0.0.1");`,
  );
  return {
    stack: "stack",
    fleet: "main",
    name: "all",
    image: reference,
    environment: {},
    memoryMb: 64,
    graceSeconds: 5,
    readyPath: "/ready",
    startSeconds,
  };
}

test("one that does not get ready in its time is ended, and the one before it goes on", async () => {
  const good = await image("a", 200);
  const outputs = await workerProcess.create(ID, good, context());
  const before = machine().living();
  expect(before.size).toBe(2);
  const update = workerProcess.update(ID, await image("b", 503, 1), { inputs: good, outputs }, context());
  await expect(update).rejects.toThrow(
    new RegExp(`^it was not ready within 1 s: http://127.0.0.1:\\d+/ready said 503 of b$`),
  );
  await expect(update).rejects.toBeInstanceOf(ResourceFailed);
  expect(machine().living()).toEqual(before);
  expect(await readdir(join(machine().home, "services/stack/main-all"))).toEqual(["1"]);
  expect(await (await fetch(`${outputs.urls["http"]}/ready`)).text()).toBe("of a");
  const seen = await workerProcess.read(ID, { inputs: good, outputs }, context());
  expect(seen).toEqual({ inputs: good, outputs });
  await workerProcess.delete(ID, { inputs: good, outputs }, context());
  expect(await readdir(machine().home)).toEqual(["services"]);
});
