import { expect, test } from "vitest";
import { flyApp } from "./app.ts";
import { appInputs, machinesOf, useFly } from "./fly-fixture.ts";
import { flyMachines } from "./machines.ts";

const fly = useFly({ isLimited: true });

test("within Fly's limits an update of several machines gets through", async () => {
  const context = fly.context();
  await flyApp.create("", appInputs({ isPublic: true }), context);
  const before = machinesOf(await fly.image("a", "ready"), { machines: 3 });
  await flyMachines.create("", before, context);
  const after = machinesOf(await fly.image("b", "ready"), { machines: 3 });
  const known = { inputs: before, outputs: { condition: "running" } };
  await flyMachines.update("", after, known, context);
  expect(await fly.answering()).toEqual(["b", "b", "b"]);
  expect((await flyMachines.read("", { ...known, inputs: after }, context))?.outputs.condition).toBe(
    "running",
  );
}, 120_000);
