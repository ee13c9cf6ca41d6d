import { VOCABULARY } from "./vocabulary.ts";

/** A resource as an engine was told of it. References are `«name.attribute»`, secrets `«secret NAME»`. */
export interface Recorded {
  readonly type: string;
  readonly name: string;
  readonly properties: object;
}

/** Something that the engines do not say alike; `undefined` is what one of them does not say at all. */
export interface Difference {
  readonly resource: string;
  /** A path; "" for the whole resource. */
  readonly property: string;
  readonly pulumi: unknown;
  readonly terraform: unknown;
}

export interface Comparison {
  /** That both have. */
  readonly resources: number;
  /** Values that were compared. */
  readonly properties: number;
  readonly differences: readonly Difference[];
}

/** Resource by resource, property by property; whoever has one more is different. */
export function compare(pulumi: readonly Recorded[], terraform: readonly Recorded[]): Comparison {
  const byPulumi = new Map(pulumi.map((resource) => [resource.name, resource]));
  const byTerraform = new Map(terraform.map((resource) => [resource.name, resource]));
  const names = [...new Set([...byPulumi.keys(), ...byTerraform.keys()])];
  const each = names.map((name) => compareOne(name, byPulumi.get(name), byTerraform.get(name)));
  return {
    resources: each.filter(({ isBoth }) => isBoth).length,
    properties: each.reduce((sum, { properties }) => sum + properties, 0),
    differences: each.flatMap(({ differences }) => differences),
  };
}

function compareOne(resource: string, pulumi: Recorded | undefined, terraform: Recorded | undefined) {
  if (pulumi === undefined || terraform === undefined) {
    const difference = { resource, property: "", pulumi: pulumi?.type, terraform: terraform?.type };
    return { isBoth: false, properties: 0, differences: [difference] };
  }
  const { token, names = {} } = vocabularyOf(terraform.type);
  const one = leavesOf(renamed(pulumi.properties, names));
  const other = leavesOf(terraform.properties);
  const paths = [...new Set([...one.keys(), ...other.keys()])];
  const differences: Difference[] = paths
    .filter((path) => one.get(path) !== other.get(path))
    .map((property) => ({ resource, property, pulumi: one.get(property), terraform: other.get(property) }));
  const kind: Difference[] =
    pulumi.type === token
      ? []
      : [{ resource, property: "type", pulumi: pulumi.type, terraform: terraform.type }];
  return { isBoth: true, properties: paths.length, differences: [...kind, ...differences] };
}

/** @throws Error for a type that nobody has looked up */
function vocabularyOf(type: string) {
  const known = VOCABULARY[type.replace(/^aws_/, "")];
  if (known === undefined) throw new Error(`${type}: expected a type of infra/dev/parity/vocabulary.ts`);
  return known;
}

function renamed(value: unknown, names: Readonly<Record<string, string>>): unknown {
  if (Array.isArray(value)) return value.map((inside) => renamed(inside, names));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inside]) => [names[key] ?? key, renamed(inside, names)]),
  );
}

/**
 * Every value by its path. Terraform writes a block that there may be several of as a list, and one that there is one of
 * as it likes: the only element of a list of objects stands for itself. What is empty or unset says nothing; numbers
 * and booleans are compared as the text that both engines accept for them.
 */
function leavesOf(value: unknown, path = ""): Map<string, string> {
  const leaves = new Map<string, string>();
  const visit = (inside: unknown, at: string): void => {
    if (inside === undefined || inside === null) return;
    if (Array.isArray(inside)) {
      const [only] = inside as readonly unknown[];
      if (inside.length === 1 && typeof only === "object") visit(only, at);
      else for (const [index, element] of inside.entries()) visit(element, `${at}[${index}]`);
    } else if (typeof inside === "object") {
      for (const [key, element] of Object.entries(inside)) visit(element, at === "" ? key : `${at}.${key}`);
    } else leaves.set(at, String(inside));
  };
  visit(value, path);
  return leaves;
}
