import type { TerraformJson } from "./terraform-json.ts";

/** What is in a module, in numbers and names. */
export interface Contents {
  readonly resources: number;
  /** How many there are of each type. */
  readonly types: Readonly<Record<string, number>>;
  /** Whoever applies it sets them; none has a value. */
  readonly variables: readonly { readonly name: string; readonly description: string }[];
  readonly outputs: readonly string[];
}

export function contentsOf({ resource, variable, output = {} }: TerraformJson): Contents {
  const types = Object.entries(resource).map(([type, ofType]): [string, number] => [
    type,
    Object.keys(ofType).length,
  ]);
  return {
    resources: types.reduce((sum, [, count]) => sum + count, 0),
    types: Object.fromEntries(types),
    variables: Object.entries(variable).map(([name, { description }]) => ({
      name,
      description: description as string,
    })),
    outputs: Object.keys(output),
  };
}
