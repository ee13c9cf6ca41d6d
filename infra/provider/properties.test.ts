import rpc from "@pulumi/pulumi/runtime/rpc.js";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { secret, struct, UNKNOWN_TEXT, type Wire } from "./client-fixture.ts";
import { startProvider } from "./provider-fixture.ts";
import { decode, encode } from "./properties.ts";
import { type Resource, ResourceFailed } from "./resource.ts";
import { Secret, UNKNOWN } from "./values.ts";

/** Nothing else looks like it, so that it is a leak wherever it is found. */
const secretText = fc.string({ minLength: 1, maxLength: 8 }).map((text) => `<<${text}>>`);
const secretNumber = fc.integer({ min: 1_234_567, max: 9_999_999 });
const hidden = fc
  .letrec((tie) => ({
    any: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      secretText,
      secretNumber,
      fc.array(tie("any"), { maxLength: 3 }),
      fc.dictionary(fc.string(), tie("any"), { maxKeys: 3 }),
    ),
  }))
  .any.map(secret);
const wire = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom(null, true, "plain", 7, UNKNOWN_TEXT),
    hidden,
    fc.array(tie("any"), { maxLength: 3 }),
    fc.dictionary(fc.string(), tie("any"), { maxKeys: 3 }),
  ),
})).any as fc.Arbitrary<unknown>;
const inputs = fc.record({ name: fc.constant("one"), data: wire, other: hidden });

describe("what travels", () => {
  test("comes back as it was", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), wire), (values) => {
        expect(encode(decode(struct(values))).toJavaScript()).toEqual(struct(values).toJavaScript());
      }),
    );
  });

  test("is a secret or unknown where the engine says so", () => {
    const { specialSigKey, specialOutputValueSig } = rpc;
    const values = decode(
      struct({
        a: secret("x"),
        b: UNKNOWN_TEXT,
        c: { [specialSigKey]: specialOutputValueSig, value: [secret(1)], secret: true },
        d: { [specialSigKey]: specialOutputValueSig },
      }),
    );
    expect(values).toEqual({ a: new Secret("x"), b: UNKNOWN, c: new Secret([1]), d: UNKNOWN });
  });

  test("has the marks of Pulumi's own SDK", () => {
    const { unknownValue, specialSigKey, specialSecretSig } = rpc;
    expect(encode({ a: UNKNOWN, b: new Secret("x") }).toJavaScript()).toEqual({
      a: unknownValue,
      b: { [specialSigKey]: specialSecretSig, value: "x" },
    });
  });

  test("is no asset and no resource", () => {
    const { specialSigKey, specialResourceSig } = rpc;
    expect(() => decode(struct({ a: [{ [specialSigKey]: specialResourceSig, urn: "u" }] }))).toThrow(
      "a[0]: expected a plain value, got a resource",
    );
  });
});

/** Gives everything away that it is told. */
const gossip: Resource<{ name: string; data?: unknown; other?: unknown }, object> = {
  type: "oxy:toy:Gossip",
  description: "Repeats everything in other words.",
  inputs: z.object({ name: z.string(), data: z.any(), other: z.any(), fails: z.boolean().optional() }),
  outputs: z.object({ text: z.string(), words: z.any(), keys: z.any(), swapped: z.any(), url: z.string() }),
  identify: ({ name }) => name,
  async create(_id, given, context) {
    context.progress(`creating with ${JSON.stringify(given)}`);
    if ("fails" in given) throw new ResourceFailed(`failed with ${JSON.stringify(given)}`);
    return repeated(given);
  },
  read: async (_id, known) => known && { inputs: known.inputs, outputs: repeated(known.inputs) },
  update: async (_id, given) => repeated(given),
  delete: async (_id, { inputs: given }) => {
    throw new Error(`cannot delete ${JSON.stringify(given)}`);
  },
};

function repeated(given: { data?: unknown; other?: unknown }): object {
  const text = JSON.stringify(given);
  return {
    text,
    words: [leavesOf(given).toReversed(), { below: { given } }],
    keys: { inner: Object.fromEntries(leavesOf(given).map((leaf) => [String(leaf), true])) },
    swapped: { data: given.other, other: given.data ?? null },
    url: `https://${leavesOf(given)
      .map((leaf) => encodeURIComponent(String(leaf)))
      .join("@")}`,
  };
}

function leavesOf(value: unknown): unknown[] {
  if (typeof value !== "object" || value === null) return [value];
  return Object.values(value).flatMap(leavesOf);
}

test("no secret ever leaves outside of a secret", async () => {
  const { engine, shown, logged, stop } = await startProvider([gossip]);
  Object.assign(engine, { type: gossip.type, urn: `urn:pulumi:test::project::${gossip.type}::one` });
  await engine.configure({ home: "/nowhere" });
  try {
    await fc.assert(
      fc.asyncProperty(inputs, inputs, async (one, two) => {
        const secrets = [...secretsOf(one), ...secretsOf(two)];
        const said = async (saying: Promise<unknown>) =>
          expect(leaked(secrets, await saying.catch((error: Error) => error.message))).toEqual([]);

        await said(engine.check(one));
        await said(engine.check({ ...one, datta: one.data, name: one.other }));
        await said(engine.create(one, { preview: true }));
        const [known, next] = [withoutUnknowns(one), withoutUnknowns(two)];
        const { id, state } = await engine.create(known);
        await said(Promise.resolve(state));
        await said(engine.diff(known, state, two));
        await said(engine.read(id, { inputs: known, state }));
        await said(engine.update(id, known, state, two, true));
        await said(engine.update(id, known, state, next));
        await said(engine.create({ ...known, fails: true }));
        await said(engine.delete(id, known, state));
        await said(Promise.resolve([shown.map(({ message }) => message), logged]));
      }),
      { numRuns: 60 },
    );
  } finally {
    stop();
  }
});

/** The values in the wrappers. */
function secretsOf(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  if (isSecret(value)) return leavesOf(value.value).map(String);
  return Object.values(value).flatMap(secretsOf);
}

/** What can be seen of them without opening a wrapper. */
function leaked(secrets: readonly string[], value: unknown): string[] {
  const visible = JSON.stringify(value, (_key, inner: unknown) => (isSecret(inner) ? "" : inner));
  const written = (text: string) => [text, encodeURIComponent(text), JSON.stringify(text).slice(1, -1)];
  // What is visible is JSON once more.
  const forms = (text: string) => written(text).map((form) => JSON.stringify(form).slice(1, -1));
  return secrets.filter((text) => forms(text).some((form) => visible.includes(form)));
}

function isSecret(value: unknown): value is { readonly value: unknown } {
  return typeof value === "object" && value !== null && rpc.specialSigKey in value;
}

/** As at the update that follows the preview. */
function withoutUnknowns(values: Wire): Wire {
  return JSON.parse(JSON.stringify(values).replaceAll(UNKNOWN_TEXT, "known")) as Wire;
}
