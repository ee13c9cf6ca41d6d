import {
  isJoined,
  isLater,
  isList,
  isReference,
  isStackSecret,
  isStoreUrl,
  resolvedBy,
  type Document,
  type Joined,
  type Text,
} from "./references.ts";

/** What a text refers to, as expressions of Terraform. */
export interface Known {
  attribute(of: string, attribute: string): string;
  secret(name: string): string;
  /** @throws Error where there is none */
  storeUrl(): Text;
}

interface Expression {
  readonly expression: string;
}

/**
 * The same with its text as Terraform's templates have it, in which `${` and `%{` begin an expression: whatever is a
 * string after that is done. What is known later stays what it was.
 * Source: developer.hashicorp.com/terraform/language/expressions/strings, 2026-08
 */
export function withLiterals<Value>(value: Value): Value {
  return escaped(value) as Value;
}

function escaped(value: unknown): unknown {
  if (typeof value === "string") return value.replaceAll(/([$%])\{/g, "$1$1{");
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((inside) => escaped(inside));
  if (isJoined(value)) return { join: merged(value).map((inside) => escaped(inside)) };
  if (isLater(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inside]) => [escaped(key) as string, escaped(inside)]),
  );
}

/** Two pieces may be what neither of them is: neighbours that are known become one. */
function merged(text: Joined): readonly Exclude<Text, Joined>[] {
  const pieces: Exclude<Text, Joined>[] = [];
  for (const piece of flat(text)) {
    const last = pieces.at(-1);
    if (typeof piece === "string" && typeof last === "string") pieces[pieces.length - 1] = last + piece;
    else pieces.push(piece);
  }
  return pieces;
}

function flat(text: Text): readonly Exclude<Text, Joined>[] {
  if (typeof text === "string" || !isJoined(text)) return [text];
  return text.join.flatMap((inside) => flat(inside));
}

/** What would escape an expression right after it. */
const AMBIGUOUS = /[$%]$/;

/** As the value of a property. */
export function template(text: Text, known: Known): string {
  const pieces = piecesOf(text, known);
  return pieces
    .map((piece, index) => {
      if (typeof piece !== "string") return `\${${piece.expression}}`;
      const isBeforeAnother = index < pieces.length - 1;
      return isBeforeAnother ? piece.replace(AMBIGUOUS, '$${"$&"}') : piece;
    })
    .join("");
}

/**
 * A document in JSON. With a secret in it, Terraform itself has to write it: a quote in a secret must not end it. So it
 * is where an expression would stand for a single sign: its own quotes would end the document's.
 */
export function json(document: Document, known: Known): string {
  if (needsExpression(document)) return `\${jsonencode(${expression(document, known)})}`;
  return JSON.stringify(resolvedBy(document, (later) => template(later, known)));
}

/** As Terraform's own syntax has it. */
function expression(document: Document, known: Known): string {
  if (typeof document === "number" || typeof document === "boolean") return `${document}`;
  if (typeof document === "string") return quoted(document);
  if (isList(document)) return `[${document.map((inside) => expression(inside, known)).join(", ")}]`;
  if (isLater(document)) {
    const parts = piecesOf(document, known).map((piece) =>
      typeof piece === "string" ? quoted(piece) : piece.expression,
    );
    return parts.length === 1 ? `${parts[0]}` : `join("", [${parts.join(", ")}])`;
  }
  const entries = Object.entries(document).flatMap(([key, inside]) =>
    inside === undefined ? [] : [`${quoted(key)} = ${expression(inside, known)}`],
  );
  return `{${entries.join(", ")}}`;
}

/** As JSON has it, but for two of its escapes, which Terraform does not know. */
function quoted(text: string): string {
  return JSON.stringify(text).replaceAll(/\\(.)/g, (escape, sign: string) =>
    sign === "b" ? String.raw`\u0008` : sign === "f" ? String.raw`\u000c` : escape,
  );
}

function piecesOf(text: Text, known: Known): readonly (string | Expression)[] {
  if (typeof text === "string") return [text];
  if (isReference(text)) return [{ expression: known.attribute(text.of, text.attribute) }];
  if (isStackSecret(text)) return [{ expression: known.secret(text.secret) }];
  if (isStoreUrl(text)) return piecesOf(known.storeUrl(), known);
  return text.join.flatMap((inside) => piecesOf(inside, known));
}

function needsExpression(document: Document): boolean {
  if (typeof document !== "object") return false;
  if (isList(document)) return document.some((inside) => needsExpression(inside));
  if (isStackSecret(document) || isStoreUrl(document)) return true;
  if (isReference(document)) return false;
  if (isJoined(document))
    return document.join.some(
      (piece, index) =>
        (typeof piece === "string" && index < document.join.length - 1 && AMBIGUOUS.test(piece)) ||
        needsExpression(piece),
    );
  return Object.values(document).some((inside) => inside !== undefined && needsExpression(inside));
}
