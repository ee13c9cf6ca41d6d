/** What a property of the SDK may hold, as its declarations have it. */
export type Shape =
  | { readonly kind: "text" }
  | { readonly kind: "number" }
  | { readonly kind: "flag" }
  /** Whatever the declarations say of it, this does not read it. */
  | { readonly kind: "anything" }
  | { readonly kind: "list"; readonly of: Shape }
  | { readonly kind: "map"; readonly of: Shape }
  /** By its name in the SDK's types: `ecs.ServiceNetworkConfiguration`. */
  | { readonly kind: "object"; readonly name: string }
  | { readonly kind: "literal"; readonly value: string }
  | { readonly kind: "either"; readonly of: readonly Shape[] };

/** A property of an object. */
export interface Property {
  readonly shape: Shape;
  readonly isRequired: boolean;
}

export type Properties = ReadonlyMap<string, Property>;

/** A kind of resource as the SDK declares it. */
export interface Declared {
  /** What it is given. */
  readonly inputs: Properties;
  /** What can be read of it, also what it was given. */
  readonly outputs: ReadonlySet<string>;
  /** What the SDK tells the engine to keep secret. */
  readonly secrets: readonly string[];
}
