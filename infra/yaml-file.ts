import { LineCounter, parseDocument, type Document, type Node } from "yaml";
import type { z } from "zod";
import { docOf, hasDoc } from "./stack-config/field.ts";
import { nearest, quoted } from "./stack-config/problems.ts";

/** A file of data is not what it should be; the message has a sentence with file and line for each problem. */
export class InvalidFile extends Error {
  override readonly name = "InvalidFile";
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
    this.problems = problems;
  }
}

/** What a file says, and where it says it. */
export interface YamlFile<T> {
  readonly value: T;
  /** Line of what is at that path, or of the nearest around it. */
  lineOf(path: readonly PropertyKey[]): number;
  /** `file:line: key: expected …, got …`. */
  problem(path: readonly PropertyKey[], expected: string, got: string): string;
}

/**
 * Reads YAML that has to be as a schema says. Every key's schema that is documented (`stack-config/field.ts`) says what
 * is expected of it.
 * @param name as it is shown
 * @throws InvalidFile with every problem
 */
export function readYaml<S extends z.ZodType>(name: string, text: string, schema: S): YamlFile<z.output<S>> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  const [first] = document.errors;
  if (first !== undefined)
    throw new InvalidFile([
      `${name}:${lines.linePos(first.pos[0]).line}: expected YAML, got something else: ${first.message.split("\n")[0] ?? ""}`,
    ]);
  const lineOf = (path: readonly PropertyKey[]): number => lineAt(document, lines, path);
  const problem = (path: readonly PropertyKey[], expected: string, got: string): string =>
    `${name}:${lineOf(path)}: ${path.length === 0 ? "" : `${written(path)}: `}expected ${expected}, got ${got}`;
  const given: unknown = document.toJS();
  const result = schema.safeParse(given);
  if (result.success) return { value: result.data, lineOf, problem };
  throw new InvalidFile(result.error.issues.flatMap((issue) => sentencesOf(issue, schema, given, problem)));
}

function sentencesOf(
  issue: z.core.$ZodIssue,
  schema: z.ZodType,
  given: unknown,
  problem: YamlFile<unknown>["problem"],
): string[] {
  const { path } = issue;
  if (issue.code === "unrecognized_keys") {
    const known = keysAt(schema, path);
    return issue.keys.map((key) => {
      const hint = nearest(key, known);
      return problem([...path, key], "a known key", `an unknown one${hint === undefined ? "" : `; ${hint}`}`);
    });
  }
  const value = valueAt(given, path);
  return [problem(path, expectedAt(schema, path) ?? issue.message, shown(value))];
}

/** What the nearest documented schema on the way expects. */
function expectedAt(schema: z.ZodType, path: readonly PropertyKey[]): string | undefined {
  const found = schemasOn(schema, path).findLast((each) => hasDoc(each));
  return found === undefined ? undefined : docOf(found).expected;
}

function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  const at = schemasOn(schema, path)[path.length];
  return Object.keys((at as { shape?: object } | undefined)?.shape ?? {});
}

/** Schema of each part of a path, from the whole on, as far as there is one. */
function schemasOn(schema: z.ZodType, path: readonly PropertyKey[]): z.ZodType[] {
  const schemas = [schema];
  for (const key of path) {
    const inner = innerOf(schemas.at(-1), key);
    if (inner === undefined) break;
    schemas.push(unwrapped(inner));
  }
  return schemas;
}

interface Definition {
  readonly innerType?: z.ZodType;
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly element?: z.ZodType;
  readonly valueType?: z.ZodType;
}

/** Without what only says that it may be absent: it is the inner one that is documented. */
function unwrapped(schema: z.ZodType): z.ZodType {
  const { innerType } = schema.def as Definition;
  return innerType === undefined || hasDoc(schema) ? schema : unwrapped(innerType);
}

function innerOf(schema: z.ZodType | undefined, key: PropertyKey): z.ZodType | undefined {
  const definition = schema?.def as Definition | undefined;
  return definition?.shape?.[key as string] ?? definition?.element ?? definition?.valueType;
}

function lineAt(document: Document, lines: LineCounter, path: readonly PropertyKey[]): number {
  for (let length = path.length; length >= 0; length--) {
    const node = document.getIn(path.slice(0, length), true) as Node | undefined;
    if (node?.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
}

function valueAt(given: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce(
    (value: unknown, key) => (value as Readonly<Record<PropertyKey, unknown>> | undefined)?.[key],
    given,
  );
}

function written(path: readonly PropertyKey[]): string {
  return path.map(String).join(".");
}

function shown(value: unknown): string {
  if (value === undefined || value === null) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "an object";
  return typeof value === "string" ? quoted(value) : String(value);
}
