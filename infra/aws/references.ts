/** Attributes that AWS says of a resource once it is there; both SDKs call them so. */
export type Attribute =
  | "arn"
  | "arnSuffix"
  | "dnsName"
  | "id"
  | "name"
  | "primaryEndpointAddress"
  | "repositoryUrl"
  | "resourceId"
  | "secretId"
  | "versionId";

/** An attribute of another resource of the stack, by that resource's name in the plan. */
export interface Reference {
  readonly of: string;
  readonly attribute: Attribute;
}

/** A secret of the stack's configuration, by its name there. */
export interface StackSecret {
  readonly secret: string;
}

/** Text of a plan: as it is, or known once something else is there. */
export type Text = string | Reference | StackSecret | { readonly store: "url" } | Joined;

/** One piece after the other. */
export interface Joined {
  readonly join: readonly Text[];
}

/** A document that AWS takes as JSON, such as a policy, with text that is known later. */
export type Document =
  | Text
  | number
  | boolean
  | readonly Document[]
  | { readonly [key: string]: Document | undefined };

export function reference(of: string, attribute: Attribute): Reference {
  return { of, attribute };
}

export function isReference(value: object): value is Reference {
  return "of" in value && "attribute" in value && Object.keys(value).length === 2;
}

export function isStackSecret(value: object): value is StackSecret {
  return "secret" in value && Object.keys(value).length === 1;
}

export function isStoreUrl(value: object): value is { readonly store: "url" } {
  return "store" in value && Object.keys(value).length === 1;
}

export function isJoined(value: object): value is Joined {
  return "join" in value && Object.keys(value).length === 1;
}

/** Whether it is text that something else has to be asked for. */
export function isLater(value: object): value is Exclude<Text, string> {
  return isReference(value) || isStackSecret(value) || isStoreUrl(value) || isJoined(value);
}

/** `Array.isArray` does not tell a readonly list from the rest. */
export function isList(document: object): document is readonly Document[] {
  return Array.isArray(document);
}

/** A document with every text that is known later as `known` has it. */
export function resolvedBy(document: Document, known: (later: Exclude<Text, string>) => unknown): unknown {
  if (typeof document !== "object") return document;
  if (isList(document)) return document.map((inside) => resolvedBy(inside, known));
  if (isLater(document)) return known(document);
  return Object.fromEntries(
    Object.entries(document).map(([key, inside]) => [
      key,
      inside === undefined ? undefined : resolvedBy(inside, known),
    ]),
  );
}
