import {
  DefaultTokenResolver,
  StringConcat,
  TerraformOutput,
  TerraformStack,
  TerraformVariable,
  Tokenization,
  type TerraformElement,
  type TerraformResource,
} from "cdktf";
import { RootConstruct } from "constructs";
import { json, template, withLiterals, type Known } from "./cdktf-text.ts";
import {
  DEPLOYMENT_SECRETS,
  PLANNED_SETTINGS,
  type DeploymentSecret,
  type RequiredSecret,
} from "../workload.ts";
import type { Graph, Resource } from "./graph.ts";
import type { Document, Text } from "./references.ts";

/** A stack while it is expressed for Terraform: one module, and what is in it by name. */
export interface Module {
  readonly scope: TerraformStack;
  readonly made: Map<string, TerraformResource>;
  readonly variables: Map<string, TerraformVariable>;
  /** The provider, and outputs. */
  readonly around: TerraformElement[];
}

/** What a node is made with; its own text is Terraform's already. */
export interface Making {
  readonly scope: TerraformStack;
  text(value: Text): string;
  texts(values: readonly Text[]): string[];
  /** As AWS takes a document. */
  json(document: Document): string;
  /** What another node became. @throws Error when it comes later, or is nowhere */
  named(name: string): TerraformResource;
}

/** For each type of node, the resource that it becomes. A type without one does not compile. */
export type Makers<Kind extends Resource> = {
  readonly [Type in Kind["type"]]: (
    node: Extract<Kind, { readonly type: Type }>,
    making: Making,
  ) => TerraformResource;
};

/** Without CDKTF's `App`, which makes a folder as soon as there is one. */
export function emptyModule(stack: string): Module {
  const scope = new TerraformStack(new RootConstruct(""), stack);
  return { scope, made: new Map(), variables: new Map(), around: [] };
}

/** Adds a resource for every node, in the order of the graph, and nothing else. */
export function addAll<Kind extends Resource>(
  graph: Graph<Kind>,
  makers: Makers<Kind>,
  module: Module,
  storeUrl?: Text,
): void {
  const making = makingIn(module, storeUrl);
  for (const node of graph) {
    const type: Kind["type"] = node.type;
    // TypeScript does not see that the maker found by a node's type is the one for that node.
    const maker = makers[type] as unknown as (node: Kind, making: Making) => TerraformResource;
    const resource = maker(withLiterals(node), making);
    if (node.after !== undefined)
      resource.dependsOn = node.after.map((name) => expressionOf(making.named(name).fqn, module));
    module.made.set(node.name, resource);
  }
}

function makingIn(module: Module, storeUrl?: Text): Making {
  const { scope, made } = module;
  const known: Known = {
    attribute: (of, attribute) => expressionOf(attributeOf(making.named(of), of, attribute), module),
    secret: (name) => expressionOf(variableOf(name, module).stringValue, module),
    storeUrl() {
      if (storeUrl === undefined)
        throw new Error("the store's address: expected only what needs the store to name it");
      return withLiterals(storeUrl);
    },
  };
  const making: Making = {
    scope,
    text: (value) => template(value, known),
    texts: (values) => values.map((value) => making.text(value)),
    json: (document) => json(document, known),
    named(name) {
      const found = made.get(name);
      if (found === undefined)
        throw new Error(`${name}: expected a resource that is made before whatever names it`);
      return found;
    },
  };
  return making;
}

/** Something that whoever applies the module is told. */
export function addOutput(name: string, value: Text, module: Module, storeUrl?: Text): void {
  const { text } = makingIn(module, storeUrl);
  module.around.push(new TerraformOutput(module.scope, name, { value: text(withLiterals(value)) }));
}

/** Only what is given: CDKTF's types know no `undefined`. */
export function given<Values extends object>(
  values: Values,
): { [Key in keyof Values]?: Exclude<Values[Key], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [Key in keyof Values]?: Exclude<Values[Key], undefined>;
  };
}

/**
 * What CDKTF's token stands for, without the braces. Left to CDKTF, it counts those of all the text around it to know
 * whether they are there already, and takes `$${` for one (0.21).
 */
function expressionOf(token: string, { scope }: Module): string {
  const resolver = new DefaultTokenResolver(new StringConcat());
  const resolved = Tokenization.resolve(token, { scope, resolver, preparing: false }) as string;
  return resolved.replace(/^\$\{(.*)\}$/s, "$1");
}

const DESCRIPTIONS: Readonly<Record<string, string>> = {
  ...PLANNED_SETTINGS,
  ...DEPLOYMENT_SECRETS,
  OXY_ENCRYPTION_KEYS: "what the store is encrypted with: k1:<32 bytes in base64> (docs/configuration.md)",
} satisfies Partial<Record<RequiredSecret | DeploymentSecret | keyof typeof PLANNED_SETTINGS, string>>;

/**
 * What ElastiCache takes and an address needs no escapes for. `oxy up` makes one that is like this; here somebody else
 * does. Source: docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth.html, 2026-08: 16 to 128 characters, of which
 * `!&#$^<>-` are the only ones that are no letters or digits.
 */
const STORE_PASSWORD = {
  condition: '${can(regex("^[A-Za-z0-9-]{16,128}$", var.OXY_STORE_PASSWORD))}',
  errorMessage:
    "OXY_STORE_PASSWORD: expected 16 to 128 of A-Z, a-z, 0-9 and '-', because it is part of an address.",
};

/** A secret of the stack: whoever applies the module sets it. */
function variableOf(name: string, { scope, variables }: Module): TerraformVariable {
  const known = variables.get(name);
  if (known !== undefined) return known;
  const description = DESCRIPTIONS[name] ?? "a secret of the workers";
  const about = { type: "string", description, sensitive: true, nullable: false };
  const variable = new TerraformVariable(scope, name, about);
  if (name === ("OXY_STORE_PASSWORD" satisfies DeploymentSecret)) variable.addValidation(STORE_PASSWORD);
  variables.set(name, variable);
  return variable;
}

/** @throws Error for what the SDK's class does not have */
function attributeOf(resource: TerraformResource, name: string, attribute: string): string {
  const value = (resource as unknown as Readonly<Record<string, unknown>>)[attribute];
  if (typeof value !== "string")
    throw new Error(
      `${name}: expected a resource that has ${attribute}, got ${resource.terraformResourceType}`,
    );
  return value;
}
