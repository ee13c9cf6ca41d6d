import { expect, test } from "vitest";
import { unresolvedIn, variablesUsed } from "./references.ts";
import type { TerraformJson, Value } from "./terraform-json.ts";

function module(properties: Readonly<Record<string, Value>>): TerraformJson {
  return {
    "//": "",
    terraform: {},
    provider: {},
    variable: { WORD: { type: "string" } },
    resource: { aws_vpc: { "network-vpc": { cidr_block: "10.0.0.0/20" } }, aws_subnet: { one: properties } },
  };
}

test.each<readonly [string, Readonly<Record<string, Value>>]>([
  ["a resource", { vpc_id: "${aws_vpc.network-vpc.id}" }],
  ["a variable", { tags: { Name: "a ${var.WORD} b" } }],
  ["a resource that is waited for", { depends_on: ["aws_vpc.network-vpc"] }],
  ["what is inside a function", { policy: '${jsonencode({"a" = join("", ["no.such ", var.WORD])})}' }],
  ["nothing at all", { tags: { Name: "$${no.such.thing} %%{no} $ %" } }],
  ["nothing, in a text of an expression", { policy: '${jsonencode("no.such \\"}\\" ${var.WORD}")}' }],
])("%s that is there is resolved", (_what, properties) => {
  expect(unresolvedIn(module(properties))).toEqual([]);
});

test.each<readonly [string, Readonly<Record<string, Value>>, string, string]>([
  ["a resource", { vpc_id: "${aws_vpc.network-vcp.id}" }, "aws_subnet.one.vpc_id", "aws_vpc.network-vcp.id"],
  ["a type", { vpc_id: "${aws_vcp.network-vpc.id}" }, "aws_subnet.one.vpc_id", "aws_vcp.network-vpc.id"],
  ["a variable", { tags: [{ a: "x${var.WORT}" }] }, "aws_subnet.one.tags.a", "var.WORT"],
  ["a local", { vpc_id: "${local.vpc}" }, "aws_subnet.one.vpc_id", "local.vpc"],
  ["what is waited for", { depends_on: ["aws_vpc.other"] }, "aws_subnet.one.depends_on", "aws_vpc.other"],
  [
    "what is inside a function",
    { policy: '${jsonencode({"a" = aws_vpc.other.id, "b" = "}"})}' },
    "aws_subnet.one.policy",
    "aws_vpc.other.id",
  ],
  [
    "what is in a text of an expression",
    { a: '${jsonencode("x${var.WORT}")}' },
    "aws_subnet.one.a",
    "var.WORT",
  ],
  ["a key", { tags: { "${var.WORT}": "x" } }, "aws_subnet.one.tags", "var.WORT"],
  [
    "what comes after an escaped one",
    { tags: { a: "$${aws_vpc.other.id} ${aws_vpc.other.arn}" } },
    "aws_subnet.one.tags.a",
    "aws_vpc.other.arn",
  ],
])("%s that is not there is named, and where", (_what, properties, at, reference) => {
  expect(unresolvedIn(module(properties))).toEqual([{ at, reference }]);
});

test("an output and a provider are looked at too", () => {
  const broken = {
    ...module({}),
    output: { url: { value: "${aws_lb.none.dns_name}" } },
    provider: { aws: [{ region: "${var.REGION}" }] },
  };
  expect(unresolvedIn(broken).map(({ at }) => at)).toEqual(["output.url.value", "provider.aws.region"]);
});

test("the variables that are used are those that expressions name", () => {
  const policy = '${jsonencode({"a" = var.ONE, "b" = join("", ["var.NONE", var.TWO])})}';
  expect(variablesUsed(module({ policy, tags: { a: "${var.WORD} $${var.NONE}" } }))).toEqual(
    new Set(["ONE", "TWO", "WORD"]),
  );
});
