import type { TerraformJson, Value } from "./terraform-json.ts";

/** An expression of a module that leads nowhere, or to nothing that is known of it. */
interface Unresolved {
  /** Where it is: `aws_subnet.network-subnet-1.vpc_id`. */
  readonly at: string;
  readonly reference: string;
}

/** A text of an expression, in its quotes. */
const TEXT = String.raw`"(?:[^"\\]|\\.)*"`;
/** What expressions have here besides references. */
const KNOWN_WORDS = new Set(["jsonencode", "join", "true", "false"]);

/**
 * Every reference that its module has nothing for: Terraform says so only once it has the provider, which it downloads.
 * What an attribute of a resource may be called, the SDK's types have said already.
 */
export function unresolvedIn(module: TerraformJson): readonly Unresolved[] {
  return [...textsIn(module)].flatMap(({ at, text }) =>
    [...namesIn(text)]
      .filter((reference) => !isKnown(reference, module))
      .map((reference) => ({ at, reference })),
  );
}

/** The variables that expressions name, each once. */
export function variablesUsed(module: TerraformJson): ReadonlySet<string> {
  const names = [...textsIn(module)].flatMap(({ text }) => Array.from(namesIn(text)));
  return new Set(names.flatMap((name) => /^var[.](.+)$/.exec(name)?.[1] ?? []));
}

function isKnown(reference: string, { resource, variable }: TerraformJson): boolean {
  const [first = "", name = "", attribute, ...more] = reference.split(".");
  if (first === "var") return name in variable && attribute === undefined;
  if (more.length > 0) return false;
  return Object.hasOwn(resource, first) && name in (resource[first] ?? {});
}

interface Located {
  readonly at: string;
  readonly text: string;
}

function* textsIn({ resource, output = {}, provider }: TerraformJson): Generator<Located> {
  for (const [type, ofType] of Object.entries(resource))
    for (const [name, { depends_on: after = [], ...properties }] of Object.entries(ofType)) {
      yield* located(properties, `${type}.${name}`);
      // Terraform takes an address as it is there.
      for (const address of after as readonly string[])
        yield { at: `${type}.${name}.depends_on`, text: `\${${address}}` };
    }
  yield* located(output, "output");
  yield* located(provider, "provider");
}

function* located(value: Value, at: string): Generator<Located> {
  if (typeof value === "string") yield { at, text: value };
  if (typeof value !== "object") return;
  if (Array.isArray(value)) for (const inside of value as readonly Value[]) yield* located(inside, at);
  else
    for (const [key, inside] of Object.entries(value)) {
      yield { at, text: key };
      yield* located(inside, `${at}.${key}`);
    }
}

/** What every expression of a template names; a text in one is a template too. */
function* namesIn(template: string): Generator<string> {
  for (const expression of expressionsOf(template)) {
    const text = new RegExp(TEXT, "g");
    for (const name of expression.replaceAll(text, '""').match(/[A-Za-z_][\w.-]*/g) ?? [])
      if (!KNOWN_WORDS.has(name)) yield name;
    for (const inside of expression.match(text) ?? []) yield* namesIn(inside);
  }
}

/** What is between `${` and its `}`; `$${` begins none. */
function expressionsOf(template: string): readonly string[] {
  const found: string[] = [];
  for (let index = 0; index < template.length; index += 1) {
    if (/^(?:\$\$|%%)\{/.test(template.slice(index, index + 3))) index += 2;
    else if (template.startsWith("${", index)) {
      const end = endOf(template, index + 2);
      found.push(template.slice(index + 2, end));
      index = end;
    }
  }
  return found;
}

/** @returns the index of the brace that ends the expression which begins there */
function endOf(template: string, from: number): number {
  let depth = 1;
  for (let index = from; index < template.length; index += 1) {
    const sign = template[index];
    if (sign === '"') index += (new RegExp(`^${TEXT}`).exec(template.slice(index))?.[0].length ?? 1) - 1;
    else if (sign === "{") depth += 1;
    else if (sign === "}" && (depth -= 1) === 0) return index;
  }
  return template.length;
}
