import { configSchema } from "./config.ts";
import { describe, secretKeys, type Described, type Kind } from "./kind.ts";

interface TypeSpec {
  type?: string;
  $ref?: string;
  items?: TypeSpec;
  additionalProperties?: TypeSpec;
  oneOf?: TypeSpec[];
}
interface PropertySpec extends TypeSpec {
  description?: string;
  secret?: true;
  default?: boolean | number | string;
  willReplaceOnChanges?: true;
}
interface ObjectSpec {
  type: "object";
  properties: Record<string, PropertySpec>;
  required: string[];
}

const ANY: TypeSpec = { $ref: "pulumi.json#/Any" };

/** The schema of the whole package, as the engine's tools read it. */
export function packageSchema(kinds: readonly Kind[], version: string): object {
  const types: Record<string, ObjectSpec> = {};
  const config = objectOf(describe(configSchema, "input"), "oxy:index:Config", new Set(), types);
  return {
    name: "oxy",
    displayName: "Oxy Workers",
    version,
    description: "Keeps what Oxy Workers runs on.",
    config: { variables: config.properties, required: config.required },
    provider: { ...outputsOf(config), inputProperties: config.properties, requiredInputs: config.required },
    resources: Object.fromEntries(kinds.map((kind) => [kind.resource.type, resourceSpec(kind, types)])),
    types,
  };
}

function resourceSpec(kind: Kind, types: Record<string, ObjectSpec>): object {
  const { type, description, replaceOn = [] } = kind.resource;
  const inputs = objectOf(kind.describedInputs, type, kind.secretInputs, types);
  const outputs = objectOf(kind.describedOutputs, `${type}State`, kind.secretOutputs, types);
  for (const key of replaceOn) if (inputs.properties[key]) inputs.properties[key].willReplaceOnChanges = true;
  const echoed = outputsOf(inputs);
  // An input with a default is there afterwards although nobody gave it.
  const defaulted = Object.keys(inputs.properties).filter(
    (key) => inputs.properties[key]?.default !== undefined,
  );
  return {
    description,
    properties: { ...echoed.properties, ...outputs.properties },
    required: [...new Set([...echoed.required, ...defaulted, ...outputs.required])],
    inputProperties: inputs.properties,
    requiredInputs: inputs.required,
  };
}

/** Outputs have no defaults. */
function outputsOf({ properties, required }: ObjectSpec): Pick<ObjectSpec, "properties" | "required"> {
  const copies = structuredClone(properties);
  for (const property of Object.values(copies)) delete property.default;
  return { properties: copies, required };
}

function objectOf(
  { properties = {}, required = [] }: Described,
  token: string,
  secret: ReadonlySet<string>,
  types: Record<string, ObjectSpec>,
): ObjectSpec {
  const entries = Object.entries(properties).map(([key, described]) => {
    const below = `${token}${key.charAt(0).toUpperCase()}${key.slice(1)}`;
    return [key, propertyOf(described, below, secret.has(key), types)] as const;
  });
  return { type: "object", properties: Object.fromEntries(entries), required: [...required] };
}

function propertyOf(
  described: Described,
  token: string,
  isSecret: boolean,
  types: Record<string, ObjectSpec>,
): PropertySpec {
  const { description, default: value } = described;
  const isPrimitive = typeof value === "boolean" || typeof value === "number" || typeof value === "string";
  return {
    ...typeOf(described, token, types),
    ...(description !== undefined && { description }),
    ...(isSecret && { secret: true }),
    ...(isPrimitive && { default: value }),
  };
}

function typeOf(
  described: Described | boolean | undefined,
  token: string,
  types: Record<string, ObjectSpec>,
): TypeSpec {
  if (typeof described !== "object") return ANY;
  const forms = [...(described.anyOf ?? []), ...(described.oneOf ?? [])];
  if (forms.length > 0) return unionOf(forms, token, types);
  if (Array.isArray(described.type))
    return unionOf(
      described.type.map((type: string) => ({ ...described, type })),
      token,
      types,
    );
  switch (described.type ?? typeof (described.const ?? described.enum?.[0])) {
    case "string":
      return { type: "string" };
    case "boolean":
      return { type: "boolean" };
    case "integer":
      return { type: "integer" };
    case "number":
      return { type: "number" };
    case "array":
      return { type: "array", items: typeOf(described.items, `${token}Entry`, types) };
    case "object":
      return mapOrObject(described, token, types);
    default:
      return ANY;
  }
}

function mapOrObject(described: Described, token: string, types: Record<string, ObjectSpec>): TypeSpec {
  if (described.properties === undefined)
    return {
      type: "object",
      additionalProperties: typeOf(described.additionalProperties, `${token}Value`, types),
    };
  types[token] = objectOf(described, token, secretKeys(described), types);
  return { $ref: `#/types/${token}` };
}

/** Null is no type of its own: a property is there or not. */
function unionOf(forms: readonly Described[], token: string, types: Record<string, ObjectSpec>): TypeSpec {
  const specs = forms
    .filter(({ type }) => type !== "null")
    .map((form, index) => typeOf(form, `${token}${index === 0 ? "" : index + 1}`, types));
  const [only] = specs;
  if (specs.length < 2) return only ?? ANY;
  return specs.some(({ $ref }) => $ref === ANY.$ref) ? ANY : { oneOf: specs };
}
