import { randomBytes } from "node:crypto";
import { plain, plainValues, type Plain, type Values } from "../../provider/values.ts";

/** What there is at AWS of one resource. */
export interface Held {
  /** As Pulumi calls it: `aws:ecs/service:Service`. */
  readonly type: string;
  /** As its provider calls it. */
  readonly id: string;
  readonly region: string;
  /** With the marks of what is secret. */
  inputs: Values;
  /** What AWS says of it besides; the provider gives no account of what is secret in there. */
  outputs: Readonly<Record<string, Plain>>;
}

/** An account of nobody: everything that was made in it, by type and id. */
export class Account {
  readonly number: string;
  readonly #held = new Map<string, Held>();

  constructor(number: string) {
    this.number = number;
  }

  find(type: string, id: string): Held | undefined {
    return this.#held.get(keyOf(type, id));
  }

  /** In the order in which they were made. */
  all(type: string): readonly Held[] {
    return this.everything.filter((held) => held.type === type);
  }

  get everything(): readonly Held[] {
    return [...this.#held.values()];
  }

  /** Whatever has this ARN. */
  withArn(arn: string): Held | undefined {
    return this.everything.find(({ outputs }) => outputs["arn"] === arn);
  }

  /** @param value of an input, whatever it is */
  having(type: string, input: string, value: Plain): readonly Held[] {
    return this.all(type).filter(({ inputs }) => plain(inputs[input] ?? null) === value);
  }

  keep(held: Held): void {
    this.#held.set(keyOf(held.type, held.id), held);
  }

  forget({ type, id }: Held): void {
    this.#held.delete(keyOf(type, id));
  }
}

/** What a resource was given, in clear. */
export function givenTo(held: Held): Readonly<Record<string, Plain>> {
  return plainValues(held.inputs);
}

/** An attribute of a resource, whoever said it. */
export function attributeOf(held: Held, name: string): Plain {
  return held.outputs[name] ?? plain(held.inputs[name] ?? null);
}

export function textOf(held: Held, name: string): string {
  const value = attributeOf(held, name);
  return typeof value === "string" ? value : "";
}

/** Hexadecimal digits that nobody else has. */
export function hex(digits: number): string {
  return randomBytes(Math.ceil(digits / 2))
    .toString("hex")
    .slice(0, digits);
}

function keyOf(type: string, id: string): string {
  return `${type} ${id}`;
}
