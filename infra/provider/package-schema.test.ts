import { expect, test } from "vitest";
import { kindOf } from "./kind.ts";
import { packageSchema } from "./package-schema.ts";
import { toy } from "./toy-fixture.ts";

const schema = packageSchema([kindOf(toy)], "1.2.3");

test("the schema says what the provider is configured with", () => {
  const home = { type: "string", description: "Folder of what this machine keeps: images, services." };
  expect(schema).toMatchObject({
    name: "oxy",
    version: "1.2.3",
    config: { variables: { home }, required: ["home"] },
    provider: {
      inputProperties: { home },
      requiredInputs: ["home"],
      properties: { home },
      required: ["home"],
    },
  });
});

test("the schema says what a resource takes, what it adds, and what is secret", () => {
  expect(schema).toMatchObject({
    resources: {
      "oxy:toy:Thing": {
        description: "A thing.",
        requiredInputs: ["name"],
        required: ["name", "size", "zone", "url", "generated", "running"],
        inputProperties: {
          name: { type: "string" },
          size: { type: "integer", default: 1, description: "How big it is." },
          zone: { type: "string", default: "east", willReplaceOnChanges: true },
          token: { type: "string", secret: true },
          settings: { $ref: "#/types/oxy:toy:ThingSettings" },
          labels: { type: "object", additionalProperties: { type: "string" } },
          list: { type: "array", items: { oneOf: [{ type: "string" }, { type: "number" }] } },
          anything: { $ref: "pulumi.json#/Any" },
        },
        properties: {
          size: { type: "integer" },
          token: { type: "string", secret: true },
          url: { type: "string" },
          generated: { type: "string", secret: true },
        },
      },
    },
    types: {
      "oxy:toy:ThingSettings": {
        type: "object",
        properties: { color: { type: "string" }, depth: { type: "integer" } },
        required: [],
      },
    },
  });
});
