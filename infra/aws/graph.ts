/** What every resource of a plan has, whatever it is. */
export interface Resource {
  /** What it is, in the words of Terraform's provider without `aws_`: both SDKs have a class of that name. */
  readonly type: string;
  /** Unique in the stack, the same in both engines: references name it so. */
  readonly name: string;
  /** Names of resources without which it would not work, though it names none of them: made before, deleted after it. */
  readonly after?: readonly string[];
}

/** Every resource with the names that others refer to it by, in an order in which each comes after those it names. */
export type Graph<Kind extends Resource = Resource> = readonly Kind[];
