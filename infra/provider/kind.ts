import { z } from "zod";
import type { AnyResource } from "./resource.ts";

/** What of JSON Schema our schemas are described with; `secret` comes from `.meta({ secret: true })`. */
export interface Described {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly secret?: boolean;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Described>>;
  readonly required?: readonly string[];
  readonly items?: Described | boolean;
  readonly additionalProperties?: Described | boolean;
  readonly anyOf?: readonly Described[];
  readonly oneOf?: readonly Described[];
  readonly allOf?: readonly Described[];
}

/** A resource, and what its schemas say about it. */
export interface Kind {
  readonly resource: AnyResource;
  /** Refuses keys that it does not know. */
  readonly inputs: z.ZodObject;
  readonly inputKeys: ReadonlySet<string>;
  readonly outputKeys: ReadonlySet<string>;
  readonly secretInputs: ReadonlySet<string>;
  readonly secretOutputs: ReadonlySet<string>;
  readonly describedInputs: Described;
  readonly describedOutputs: Described;
}

/** @throws TypeError when its schemas are not objects */
export function kindOf(resource: AnyResource): Kind {
  const inputs = objectOf(resource.inputs, `the inputs of ${resource.type}`);
  const outputs = objectOf(resource.outputs, `the outputs of ${resource.type}`);
  const describedInputs = describe(inputs, "input");
  const describedOutputs = describe(outputs, "output");
  return {
    resource,
    inputs: strict(inputs),
    inputKeys: new Set(Object.keys(inputs.shape)),
    outputKeys: new Set(Object.keys(outputs.shape)),
    secretInputs: secretKeys(describedInputs),
    secretOutputs: new Set([...secretKeys(describedOutputs), ...(resource.secretOutputs ?? [])]),
    describedInputs,
    describedOutputs,
  };
}

export function describe(schema: z.ZodType, io: "input" | "output"): Described {
  return z.toJSONSchema(schema, { io, unrepresentable: "any" }) as Described;
}

/** The properties that are secret, or have something secret in them. */
export function secretKeys({ properties = {} }: Described): ReadonlySet<string> {
  return new Set(Object.keys(properties).filter((key) => saysSecret(properties[key])));
}

function saysSecret(described: Described | boolean | undefined): boolean {
  if (typeof described !== "object") return false;
  const {
    secret,
    properties = {},
    items,
    additionalProperties,
    anyOf = [],
    oneOf = [],
    allOf = [],
  } = described;
  const parts = [...Object.values(properties), items, additionalProperties, ...anyOf, ...oneOf, ...allOf];
  return secret === true || parts.some(saysSecret);
}

function objectOf(schema: z.ZodType, what: string): z.ZodObject {
  if (schema instanceof z.ZodObject) return schema;
  throw new TypeError(`${what} have to be a z.object()`);
}

function strict(schema: z.ZodObject): z.ZodObject {
  return schema.def.catchall === undefined ? schema.strict() : schema;
}
