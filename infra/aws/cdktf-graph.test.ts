import { SnsTopic } from "@cdktf/provider-aws/lib/sns-topic/index.js";
import fc from "fast-check";
import { expect, test } from "vitest";
import { evaluated, hasTerraform } from "../synth/terraform-fixture.ts";
import type { TerraformJson } from "../synth/terraform-json.ts";
import { addAll, emptyModule, type Makers } from "./cdktf-graph.ts";
import type { Resource } from "./graph.ts";
import { reference, type Document, type Text } from "./references.ts";

interface Box extends Resource {
  readonly type: "box";
  readonly label?: Text;
}

interface Letter extends Resource {
  readonly type: "letter";
  readonly content: Document;
}

/** A topic has whatever we say. */
const makers: Makers<Box | Letter> = {
  box: ({ name, label = "" }, { scope, text }) => new SnsTopic(scope, name, { displayName: text(label) }),
  letter: ({ name, content }, { scope, json }) => new SnsTopic(scope, name, { policy: json(content) }),
};

function added(graph: readonly (Box | Letter)[], storeUrl?: Text): TerraformJson {
  const module = emptyModule("trial");
  addAll<Box | Letter>(graph, makers, module, storeUrl);
  const made = module.scope.toTerraform() as Partial<TerraformJson>;
  return { variable: {}, ...made } as TerraformJson;
}

function labelsOf({ resource }: TerraformJson): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(resource["aws_sns_topic"] ?? {}).map(([name, { display_name: label, policy }]) => [
      name,
      label ?? policy,
    ]),
  );
}

function box(name: string, label?: Text): Box {
  return { type: "box", name, ...(label === undefined ? {} : { label }) };
}

function letter(name: string, content: Document): Letter {
  return { type: "letter", name, content };
}

test("each node is a resource of its name, and a reference is an attribute of another one", () => {
  const module = added([
    box("one", "text"),
    box("two", reference("one", "arn")),
    box("three", { join: ["a:", reference("one", "id"), ":z"] }),
  ]);
  expect(labelsOf(module)).toEqual({
    one: "text",
    two: "${aws_sns_topic.one.arn}",
    three: "a:${aws_sns_topic.one.id}:z",
  });
});

test("a node is made after what it says it comes after, which has to be there", () => {
  const { resource } = added([box("one"), { ...box("two"), after: ["one"] }]);
  expect(resource["aws_sns_topic"]?.["two"]?.["depends_on"]).toEqual(["aws_sns_topic.one"]);
  expect(() => added([{ ...box("one"), after: ["two"] }, box("two")])).toThrow(
    "two: expected a resource that is made",
  );
});

test("a secret is a variable that Terraform shows nobody, the same wherever it is named", () => {
  const module = added([box("one", { secret: "WORD" }), box("two", { join: ["pre-", { secret: "WORD" }] })]);
  expect(labelsOf(module)).toEqual({ one: "${var.WORD}", two: "pre-${var.WORD}" });
  expect(module.variable).toEqual({
    WORD: { type: "string", description: "a secret of the workers", sensitive: true, nullable: false },
  });
});

test("the store's address is what the store says of it", () => {
  const address: Text = { join: ["rediss://:", { secret: "WORD" }, "@", reference("one", "name"), ":6379"] };
  const module = added([box("one"), box("two", { store: "url" })], address);
  expect(labelsOf(module)["two"]).toBe("rediss://:${var.WORD}@${aws_sns_topic.one.name}:6379");
});

test("a document is JSON, in which Terraform puts what it refers to", () => {
  const content = {
    list: [1, true, reference("one", "arn")],
    deep: { no: undefined, text: { join: ["a", "b"] } },
  };
  const { two } = labelsOf(added([box("one"), letter("two", content)]));
  expect(two).toBe('{"list":[1,true,"${aws_sns_topic.one.arn}"],"deep":{"text":"ab"}}');
});

test("a document with a secret in it is written by Terraform", () => {
  const content = { WORD: { secret: "WORD" }, URL: { join: ["a:", reference("one", "arn")] }, n: [1, true] };
  const { two } = labelsOf(added([box("one"), letter("two", content)]));
  expect(two).toBe(
    '${jsonencode({"WORD" = var.WORD, "URL" = join("", ["a:", aws_sns_topic.one.arn]), "n" = [1, true]})}',
  );
});

test.each<readonly [string, Text, string]>([
  ["that is nowhere", reference("nobody", "id"), "nobody: expected a resource that is made before"],
  ["that comes later", reference("later", "id"), "later: expected a resource that is made before"],
  ["without that attribute", reference("one", "dnsName"), "one: expected a resource that has dnsName"],
])("a reference to a resource %s is a defect, named", (_what, label, message) => {
  expect(() => added([box("one"), box("two", label), box("later")])).toThrow(message);
});

test("a graph that the store is made of cannot name the store's address", () => {
  expect(() => added([box("one", { store: "url" })])).toThrow("the store's address");
});

test("a type of node without a maker does not compile", () => {
  // @ts-expect-error: there is none for a letter
  const without: Makers<Box | Letter> = { box: makers.box };
  expect(Object.keys(without)).toEqual(["box"]);
});

/** Text in which everything that means something to Terraform, CDKTF, JSON or a quoted text comes often. */
const hardText = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "$",
        "%",
        "{",
        "}",
        "${",
        "%{",
        '"',
        "\\",
        "\n",
        "\b",
        "\f",
        "$${",
        "${a}",
        "\u2028",
        "é😀",
      ),
      fc.string({ unit: "grapheme", maxLength: 3 }),
    ),
    { maxLength: 8 },
  )
  // Terraform normalizes text, and AWS takes no other.
  .map((pieces) => pieces.join("").normalize("NFC").replaceAll("\0", ""));

const { text: anyText } = fc.letrec<{ text: Text }>((tie) => ({
  text: fc.oneof(
    { depthSize: "small" },
    hardText,
    fc.constant(reference("one", "arn")),
    fc.constant<Text>({ secret: "WORD" }),
    fc.constant<Text>({ store: "url" }),
    fc.array(tie("text"), { maxLength: 5 }).map((pieces): Text => ({ join: pieces })),
  ),
}));

const { document: anyDocument } = fc.letrec<{ document: Document }>((tie) => ({
  document: fc.oneof(
    { depthSize: "small" },
    anyText,
    fc.integer({ min: -1e9, max: 1e9 }),
    fc.boolean(),
    fc.array(tie("document"), { maxLength: 4 }),
    // Names that mean something in a plan are not those of a document.
    fc.dictionary(
      hardText.map((key) => `K${key}`),
      tie("document"),
      { maxKeys: 4, noNullPrototype: true },
    ),
  ),
}));

const PASSWORD = 'correct "horse" ${battery} \\ %{staple}';
const STORE_URL: Text = { join: ["rediss://:", { secret: "WORD" }, "@", reference("one", "name")] };

/** What a person reads in it. */
function meant(document: Document): unknown {
  if (typeof document !== "object") return document;
  if (Array.isArray(document)) return (document as readonly Document[]).map((inside) => meant(inside));
  if ("of" in document) return `«${String(document.of)}.${String(document.attribute)}»`;
  if ("secret" in document) return PASSWORD;
  if ("store" in document) return meant(STORE_URL);
  if ("join" in document) return (document.join as readonly Text[]).map((inside) => meant(inside)).join("");
  return Object.fromEntries(
    Object.entries(document).map(([key, inside]) => [key, inside === undefined ? inside : meant(inside)]),
  );
}

test.skipIf(!hasTerraform)("whatever a text says, Terraform itself makes that of it", async () => {
  const texts = fc.sample(anyText, { numRuns: 400, seed: 6 });
  const module = added([box("one"), ...texts.map((text, index) => box(`box-${index}`, text))], STORE_URL);
  const made = await evaluated(module, { WORD: PASSWORD });
  for (const [index, text] of texts.entries())
    expect([text, made.get(`box-${index}`)?.["display_name"]]).toEqual([text, meant(text)]);
});

test.skipIf(!hasTerraform)("whatever a document says, Terraform itself writes that as JSON", async () => {
  const documents = fc.sample(anyDocument, { numRuns: 400, seed: 6 });
  const module = added(
    [box("one"), ...documents.map((content, index) => letter(`letter-${index}`, content))],
    STORE_URL,
  );
  const made = await evaluated(module, { WORD: PASSWORD });
  for (const [index, content] of documents.entries()) {
    const written = made.get(`letter-${index}`)?.["policy"];
    expect([content, JSON.parse(written as string)]).toEqual([content, meant(content)]);
  }
});
