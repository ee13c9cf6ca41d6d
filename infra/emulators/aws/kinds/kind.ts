import type { Plain } from "../../../provider/values.ts";

/** A resource that is about to be there. */
export interface Making {
  readonly inputs: Readonly<Record<string, Plain>>;
  readonly region: string;
  /** Number of the account. */
  readonly account: string;
  /** An attribute of another resource, by an id, name or ARN of it. */
  readonly attribute: (type: string, of: Plain, attribute: string) => Plain;
  /** How many of this type there are, or were. */
  readonly count: (type: string, input: string, value: Plain) => number;
}

/** What AWS and its provider make of a type of resource, as far as others depend on it. */
export interface Kind {
  /** Whether it has no region: IAM's. */
  readonly isGlobal?: true;
  /** As its provider calls it. */
  id(making: Making): string;
  /** What is known only once it is there. */
  outputs?(making: Making, id: string): Readonly<Record<string, Plain>>;
  /** Inputs that cannot be changed: AWS has no call for it. */
  readonly replaceOn?: readonly string[];
  /** All but these inputs cannot be changed. */
  readonly replaceOnAllBut?: readonly string[];
}

/** `arn:aws:ecs:us-east-1:123456789012:cluster/main` */
export function arnOf(
  { region, account }: Making,
  service: string,
  resource: string,
  isGlobal = false,
): string {
  return `arn:aws:${service}:${isGlobal ? "" : region}:${account}:${resource}`;
}

export function text(value: Plain | undefined): string {
  return typeof value === "string" ? value : "";
}
