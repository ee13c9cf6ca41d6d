/** Values as Terraform's JSON has them: text holds templates. */
export type Value = string | number | boolean | readonly Value[] | { readonly [key: string]: Value };

type Block = Readonly<Record<string, Value>>;

/**
 * A module in Terraform's JSON syntax (developer.hashicorp.com/terraform/language/syntax/json, 2026-08): what of it is
 * used here. `//` is for comments, and Terraform passes over it.
 */
export interface TerraformJson {
  readonly "//": string;
  readonly terraform: Block;
  readonly provider: Readonly<Record<string, readonly Block[]>>;
  /** By name. */
  readonly variable: Readonly<Record<string, Block>>;
  /** By type and name. */
  readonly resource: Readonly<Record<string, Readonly<Record<string, Block>>>>;
  /** By name. Terraform refuses an empty one. */
  readonly output?: Readonly<Record<string, Block>>;
}
