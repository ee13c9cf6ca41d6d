import {
  concat,
  jsonStringify,
  Output,
  secret,
  type CustomResourceOptions,
  type Input,
  type Resource as Created,
} from "@pulumi/pulumi";
import type { NetworkDeployment, StackResources } from "../stack-resources.ts";
import type { Graph, Resource } from "./graph.ts";
import {
  isReference,
  isStackSecret,
  isStoreUrl,
  resolvedBy,
  type Attribute,
  type Document,
  type Text,
} from "./references.ts";

/** What a node becomes is made with. */
export interface Making {
  readonly options: CustomResourceOptions & { readonly dependsOn: readonly Created[] };
  text(value: Text): Input<string>;
  texts(values: readonly Text[]): Input<string>[];
  /** Where a node may say nothing. */
  textIfAny(value: Text | undefined): Input<string> | undefined;
  /** As AWS takes a document; secret when something in it is. */
  json(document: Document): Output<string>;
  /** What another node became. @throws Error when it comes later, or is nowhere */
  named(name: string): Created;
}

/** For each type of node, the resource that it becomes. A type without one does not compile. */
export type Makers<Kind extends Resource> = {
  readonly [Type in Kind["type"]]: (node: Extract<Kind, { readonly type: Type }>, making: Making) => Created;
};

/** What a graph refers to besides its own nodes. */
interface Surroundings extends Pick<NetworkDeployment, "options">, Pick<StackResources, "secret"> {
  /** Of the network that it is in. */
  readonly resources?: NetworkDeployment["resources"];
  /** As the graph's resources reach it. */
  readonly storeUrl?: () => Output<string>;
}

/**
 * Makes a resource of every node, in the order of the graph, and nothing else.
 * @returns them by name
 */
export function makeAll<Kind extends Resource>(
  graph: Graph<Kind>,
  makers: Makers<Kind>,
  surroundings: Surroundings,
): ReadonlyMap<string, Created> {
  const made = new Map<string, Created>();
  const making = makingWith(made, surroundings);
  for (const node of graph) {
    const type: Kind["type"] = node.type;
    // TypeScript does not see that the maker found by a node's type is the one for that node.
    const maker = makers[type] as unknown as (node: Kind, making: Making) => Created;
    made.set(node.name, maker(node, afterAll(node, making)));
  }
  return made;
}

/** @throws Error when one of those comes later, or is nowhere */
function afterAll({ after = [] }: Resource, making: Making): Making {
  const { options, named } = making;
  return {
    ...making,
    options: { ...options, dependsOn: [...options.dependsOn, ...after.map((name) => named(name))] },
  };
}

/** What text becomes among these resources. */
export function makingWith(
  made: ReadonlyMap<string, Created>,
  { options, resources, secret: secretOf, storeUrl }: Surroundings,
): Making {
  const making: Making = {
    options: { ...options, dependsOn: [...options.dependsOn] },
    text(value) {
      if (typeof value === "string") return value;
      if (isReference(value)) return attributeOf(making.named(value.of), value.of, value.attribute);
      if (isStackSecret(value)) return secretOf(value.secret);
      if (!isStoreUrl(value)) return concat(...making.texts(value.join));
      if (storeUrl === undefined)
        throw new Error("the store's address: expected only what needs the store to name it");
      return secret(storeUrl());
    },
    texts: (values) => values.map((value) => making.text(value)),
    textIfAny: (value) => (value === undefined ? undefined : making.text(value)),
    json: (document) => jsonStringify(resolvedBy(document, making.text)),
    named(name) {
      const found = made.get(name) ?? resources?.get(name);
      if (found === undefined)
        throw new Error(`${name}: expected a resource that is made before whatever names it`);
      return found;
    },
  };
  return making;
}

/** @throws Error for what the SDK's class does not have */
function attributeOf(resource: Created, name: string, attribute: Attribute): Output<string> {
  const value = (resource as unknown as Readonly<Partial<Record<Attribute, unknown>>>)[attribute];
  if (!Output.isInstance<string>(value))
    throw new Error(`${name}: expected a resource that has ${attribute}, got ${resource.constructor.name}`);
  return value;
}
