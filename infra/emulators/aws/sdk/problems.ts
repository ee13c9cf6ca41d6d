import { closestMatch } from "leven";
import {
  holdsUnknown,
  isList,
  isValues,
  Secret,
  UNKNOWN,
  type Value,
  type Values,
} from "../../../provider/values.ts";
import type { Declarations } from "./declarations.ts";
import type { Properties, Shape } from "./shape.ts";

/**
 * What is wrong with properties, each `path: expected …, got …`: names that the SDK does not know, nested ones too,
 * required ones that are missing, and values of another type. Never the value: it may be secret.
 */
export async function problemsIn(
  given: Values,
  properties: Properties,
  declarations: Declarations,
  path = "",
): Promise<string[]> {
  const missing = [...properties]
    .filter(([name, { isRequired }]) => isRequired && (given[name] ?? null) === null)
    .map(([name]) => `${joined(path, name)}: expected a value, got nothing`);
  const each = Object.entries(given).map(async ([name, value]) => {
    const property = properties.get(name);
    if (property !== undefined)
      return await problemsWith(value, property.shape, declarations, joined(path, name));
    const nearest = closestMatch(name, [...properties.keys()]);
    const instead = nearest === undefined ? "" : ` (the nearest is ${nearest})`;
    return [`${joined(path, name)}: expected a property that @pulumi/aws knows, got another one${instead}`];
  });
  return [...missing, ...(await Promise.all(each)).flat()];
}

async function problemsWith(
  value: Value,
  shape: Shape,
  declarations: Declarations,
  path: string,
): Promise<string[]> {
  if (value instanceof Secret) return await problemsWith(value.value, shape, declarations, path);
  // Known only once something else is there; the check is made again then.
  if (value === UNKNOWN || value === null) return [];
  const wrong = (expected: string) => [`${path}: expected ${expected}, got ${kindOf(value)}`];
  switch (shape.kind) {
    case "anything":
      return [];
    case "text":
      return typeof value === "string" ? [] : wrong("text");
    case "number":
      return typeof value === "number" ? [] : wrong("a number");
    case "flag":
      return typeof value === "boolean" ? [] : wrong("true or false");
    case "literal":
      return value === shape.value || holdsUnknown(value) ? [] : wrong(JSON.stringify(shape.value));
    case "list": {
      if (!isList(value)) return wrong("a list");
      const each = value.map((entry, index) =>
        problemsWith(entry, shape.of, declarations, `${path}[${index}]`),
      );
      return (await Promise.all(each)).flat();
    }
    case "map": {
      if (!isValues(value)) return wrong("an object");
      const each = Object.entries(value).map(([key, entry]) =>
        problemsWith(entry, shape.of, declarations, joined(path, key)),
      );
      return (await Promise.all(each)).flat();
    }
    case "object":
      if (!isValues(value)) return wrong("an object");
      return await problemsIn(value, await declarations.object(shape.name), declarations, path);
    case "either": {
      const each = await Promise.all(shape.of.map((one) => problemsWith(value, one, declarations, path)));
      return each.find((problems) => problems.length === 0) ?? each[0] ?? [];
    }
  }
}

function joined(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}

function kindOf(value: Value): string {
  if (isList(value)) return "a list";
  if (isValues(value)) return "an object";
  return typeof value === "string" ? "text" : `a ${typeof value}`;
}
