import { expect, test } from "vitest";
import { testContext } from "./context-fixture.ts";
import { KEPT, release } from "./release.ts";

const context = testContext("/nowhere");

/** What is recorded after deploying these, one after the other. */
async function after(images: readonly string[]): Promise<readonly string[]> {
  const [first = "", ...others] = images;
  let inputs = { stack: "trial", image: first };
  const id = release.identify(inputs);
  let outputs = await release.create(id, inputs, context);
  for (const image of others) {
    const next = { ...inputs, image };
    outputs = await release.update(id, next, { inputs, outputs }, context);
    inputs = next;
  }
  return outputs.before;
}

test.each([
  ["the first has none before it", ["a"], []],
  ["the last one comes first", ["a", "b", "c"], ["b", "a"]],
  ["going back makes what was left the last one", ["a", "b", "a"], ["b"]],
  ["going back and forth doubles nothing", ["a", "b", "a", "b", "a", "c"], ["a", "b"]],
  ["only so many are kept", ["a", "b", "c", "d", "e", "f", "g"], ["f", "e", "d", "c"]],
])("%s", async (_what, deployed, before) => {
  expect(await after(deployed)).toEqual(before);
  expect(before.length).toBeLessThan(KEPT);
});

test("it is the stack's one, and nothing but a record", async () => {
  const inputs = { stack: "trial", image: "a" };
  expect(release.identify(inputs)).toBe("trial");
  const known = { inputs, outputs: { before: ["b"] } };
  expect(await release.read("trial", known, context)).toBe(known);
  expect(await release.read("trial", undefined, context)).toBeUndefined();
  expect(await release.delete("trial", known, context)).toBeUndefined();
});
