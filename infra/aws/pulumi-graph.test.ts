import { secret } from "@pulumi/pulumi";
import fc from "fast-check";
import { expect, test } from "vitest";
import { OxyProvider } from "../provider/declare.ts";
import { ANY_STORE_URL, AnyResource, AnyStore, registering, SECRET } from "../engine-fixture.ts";
import type { Resource } from "./graph.ts";
import { makeAll, type Makers } from "./pulumi-graph.ts";
import { reference, type Document, type Text } from "./references.ts";

interface Box extends Resource {
  readonly type: "box";
  readonly label?: Text;
}

interface Letter extends Resource {
  readonly type: "letter";
  readonly content: Document;
}

const makers: Makers<Box | Letter> = {
  box: ({ name, label }, { options, textIfAny }) =>
    new AnyResource(name, { label: textIfAny(label) }, options),
  letter: ({ name, content }, { options, json }) =>
    new AnyResource(name, { content: json(content) }, options),
};

const PASSWORD = "correct horse";

interface Options {
  readonly preview?: boolean;
  readonly withStore?: boolean;
}

/** What the engine is told of these nodes. */
async function told(graph: readonly (Box | Letter)[], { preview = false, withStore = true }: Options = {}) {
  const { registered } = await registering(
    "trial",
    async () => {
      const options = { provider: new OxyProvider("oxy", { home: "/home/of/the/test" }), dependsOn: [] };
      const elsewhere = new AnyResource("network-vpc", {}, options);
      makeAll<Box | Letter>(graph, makers, {
        options: { ...options, dependsOn: [elsewhere] },
        resources: new Map([["network-vpc", elsewhere]]),
        secret: (name) => secret(`${name} ${PASSWORD}`),
        ...(withStore ? { storeUrl: () => new AnyStore("store").url } : {}),
      });
    },
    { preview },
  );
  return new Map(registered.map((resource) => [resource.name, resource]));
}

function box(name: string, label?: Text): Box {
  return { type: "box", name, ...(label === undefined ? {} : { label }) };
}

test("each node is a resource of its name, made with the graph's provider and after what everything waits for", async () => {
  const resources = await told([box("one", "text"), box("two")]);
  expect([...resources.keys()]).toEqual(["network-vpc", "one", "oxy", "two"]);
  expect(resources.get("one")).toMatchObject({
    inputs: { label: "text" },
    provider: "oxy",
    dependencies: ["network-vpc"],
    protect: false,
  });
  expect(resources.get("two")?.inputs).toEqual({});
});

test("a reference is an attribute of another node, or of what is around the graph, and waits for it", async () => {
  const resources = await told([
    box("one"),
    box("two", reference("one", "arn")),
    box("three", reference("network-vpc", "id")),
  ]);
  expect(resources.get("two")).toMatchObject({
    inputs: { label: "«one.arn»" },
    dependencies: ["network-vpc", "one"],
  });
  expect(resources.get("three")?.inputs).toEqual({ label: "«network-vpc.id»" });
});

test("pieces are joined in their order, and are a secret as soon as one of them is", async () => {
  const { of, attribute } = reference("one", "arn");
  const resources = await told([
    box("one"),
    box("two", { join: ["a:", { of, attribute }, ":z"] }),
    box("three", { join: ["redis://:", { secret: "WORD" }, { join: ["@", { of, attribute }] }] }),
  ]);
  expect(resources.get("two")?.inputs).toEqual({ label: "a:«one.arn»:z" });
  expect(resources.get("three")).toMatchObject({
    inputs: { label: SECRET },
    secrets: JSON.stringify([`redis://:WORD ${PASSWORD}@«one.arn»`]),
  });
});

test("a secret of the stack stays one, and so does the store's address, whatever the store made of it", async () => {
  const resources = await told([box("one", { secret: "WORD" }), box("two", { store: "url" })]);
  expect(resources.get("one")).toMatchObject({
    inputs: { label: SECRET },
    secrets: JSON.stringify([`WORD ${PASSWORD}`]),
  });
  expect(resources.get("two")).toMatchObject({
    inputs: { label: SECRET },
    secrets: JSON.stringify([ANY_STORE_URL]),
    dependencies: ["network-vpc", "store"],
  });
});

test("a document is JSON, with what is known later in its place and what it does not say left out", async () => {
  const content = {
    list: [1, true, reference("one", "arn")],
    deep: { no: undefined, text: { join: ["a", "b"] } },
  };
  const resources = await told([box("one"), { type: "letter", name: "two", content }]);
  const { content: text } = resources.get("two")?.inputs ?? {};
  expect(text).toBe('{"list":[1,true,"«one.arn»"],"deep":{"text":"ab"}}');
});

test("a document with a secret in it is a secret, and quotes in that secret do not end it", async () => {
  const resources = await told([{ type: "letter", name: "two", content: { WORD: { secret: 'a"b' } } }]);
  expect(resources.get("two")?.inputs).toEqual({ content: SECRET });
  const [text = ""] = JSON.parse(resources.get("two")?.secrets ?? "") as string[];
  expect(JSON.parse(text)).toEqual({ WORD: `a"b ${PASSWORD}` });
});

test("whatever a document of known text says, AWS is told", async () => {
  const { document } = fc.letrec<{ document: Document; leaf: Document }>((tie) => ({
    leaf: fc.oneof(fc.string(), fc.integer(), fc.boolean()),
    document: fc.oneof(
      { depthSize: "small" },
      tie("leaf"),
      fc.array(tie("document"), { maxLength: 4 }),
      // Names that mean something in a plan are not those of a document.
      fc.dictionary(fc.stringMatching(/^[A-Z][a-zA-Z:]{0,8}$/), tie("document"), {
        maxKeys: 4,
        noNullPrototype: true,
      }),
    ),
  }));
  const documents = fc.sample(document, { numRuns: 200, seed: 4 });
  const resources = await told(
    documents.map((content, index) => ({ type: "letter", name: `letter ${index}`, content })),
  );
  for (const [index, content] of documents.entries()) {
    const { content: text } = resources.get(`letter ${index}`)?.inputs ?? {};
    expect(JSON.parse(text as string)).toEqual(content);
  }
});

test("in a preview nothing of another resource is known, and everything is registered all the same", async () => {
  const graph = [
    box("one"),
    box("two", { join: ["a:", reference("one", "arn")] }),
    { type: "letter", name: "three", content: [reference("one", "id"), { secret: "WORD" }] },
  ] as const;
  const resources = await told(graph, { preview: true });
  expect([...resources.keys()]).toEqual([...(await told(graph)).keys()]);
  expect(resources.get("two")?.inputs).toEqual({ label: expect.objectContaining({ __pulumiUnknown: true }) });
  expect(JSON.stringify([...resources.values()].map(({ inputs }) => inputs))).not.toContain(PASSWORD);
});

test.each<readonly [string, Text, string]>([
  [
    "that is nowhere",
    reference("nobody", "id"),
    "nobody: expected a resource that is made before whatever names it",
  ],
  [
    "that comes later",
    reference("later", "id"),
    "later: expected a resource that is made before whatever names it",
  ],
  [
    "without that attribute",
    reference("network-vpc", "dnsName"),
    "network-vpc: expected a resource that has dnsName",
  ],
])("a reference to a resource %s is a defect, named", async (_what, label, message) => {
  await expect(told([box("one", label), box("later")])).rejects.toThrow(message);
});

test("a graph that the store is made of cannot name the store's address", async () => {
  await expect(told([box("one", { store: "url" })], { withStore: false })).rejects.toThrow(
    "the store's address",
  );
});

test("a type of node without a maker does not compile", () => {
  // @ts-expect-error: there is none for a letter
  const without: Makers<Box | Letter> = { box: makers.box };
  expect(Object.keys(without)).toEqual(["box"]);
});
