import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkAgainst, type CallCheck } from "../../emulators/openapi-fixture.ts";
import { projectDirectory } from "../../home.ts";

/** Beside the project: it is its owners', so the project has no copy of it. */
const PACKAGE = join(projectDirectory, "../shared/specs/npm-distilled.cloud-fly-io-0.20.1.tgz");

/**
 * Checks calls of the Machines API against the schemas of a package that is newer than any published description of it:
 * a module for each operation, written in a library of schemas, which is run here with one that only notes them.
 * @returns undefined when the package is not there
 */
export function loadFlyDescription(): CallCheck | undefined {
  if (!existsSync(PACKAGE)) return undefined;
  const folder = mkdtempSync(join(tmpdir(), "fly-description-"));
  try {
    execFileSync("tar", ["xzf", PACKAGE, "-C", folder, "package/lib/operations"]);
    const operations = join(folder, "package/lib/operations");
    const modules = readdirSync(operations).filter((name) => name.endsWith(".js") && name !== "index.js");
    const paths: Record<string, Record<string, object>> = {};
    for (const { input } of modules.map((name) => noted(readFileSync(join(operations, name), "utf8")))) {
      if (input?.http === undefined) continue;
      const { method, path } = input.http;
      paths[path] = { ...paths[path], [method.toLowerCase()]: operationOf(input, method) };
    }
    return checkAgainst({ paths });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

interface Noted {
  readonly schema: JsonSchema;
  readonly isOptional?: boolean;
  readonly isPathParameter?: boolean;
  readonly fields?: Readonly<Record<string, Noted>>;
  readonly http?: { readonly method: string; readonly path: string };
  pipe(change: (noted: Noted) => Noted): Noted;
}
type JsonSchema = Readonly<Record<string, unknown>>;

function note(known: Omit<Noted, "pipe">): Noted {
  return { ...known, pipe: (change) => note(change(note(known))) };
}

/** What the modules use of their library of schemas. */
const Schema = {
  String: note({ schema: { type: "string" } }),
  Number: note({ schema: { type: "number" } }),
  Boolean: note({ schema: { type: "boolean" } }),
  Unknown: note({ schema: {} }),
  Void: note({ schema: {} }),
  optional: (inside: Noted) => note({ ...inside, isOptional: true }),
  Array: (inside: Noted) => note({ schema: { type: "array", items: inside.schema } }),
  Record: (_key: Noted, value: Noted) =>
    note({ schema: { type: "object", additionalProperties: value.schema } }),
  Literals: (values: readonly unknown[]) => note({ schema: { enum: values } }),
  Struct: (fields: Readonly<Record<string, Noted>>) => note({ schema: objectOf(fields), fields }),
};
/** From beside the operations: text that is not to be logged. */
const Sensitive = { SensitiveString: note({ schema: { type: "string" } }) };
const T = {
  PathParam: () => (known: Noted) => note({ ...known, isPathParameter: true }),
  Http: (http: { readonly method: string; readonly path: string }) => (known: Noted) =>
    note({ ...known, http }),
};

/** Of the module's schemas, the one of what is sent. */
function noted(module: string): { readonly input: Noted | undefined } {
  const body = module.replaceAll(/^import .*$/gm, "").replaceAll(/^export const/gm, "const");
  const [, name] = /const (\w+Input) =/.exec(body) ?? [];
  if (name === undefined) return { input: undefined };
  // Up to what needs the package's own client.
  const schemas = body.slice(0, body.indexOf("// The operation"));
  const libraries = { Schema, T, ...Sensitive };
  const run = new Function(...Object.keys(libraries), `${schemas}; return ${name};`) as (
    ...given: object[]
  ) => Noted;
  return { input: run(...Object.values(libraries)) };
}

/** What is in no path is in the body of a write, and in the query of all else. */
function operationOf({ fields = {} }: Noted, method: string): object {
  const others = Object.entries(fields).filter(([, field]) => field.isPathParameter !== true);
  if (method === "POST" || method === "PUT")
    return {
      requestBody: { content: { "application/json": { schema: objectOf(Object.fromEntries(others)) } } },
    };
  return {
    parameters: others.map(([name, { schema, isOptional }]) => ({
      name,
      in: "query",
      required: isOptional !== true,
      schema,
    })),
  };
}

function objectOf(fields: Readonly<Record<string, Noted>>): JsonSchema {
  const entries = Object.entries(fields);
  return {
    type: "object",
    properties: Object.fromEntries(entries.map(([name, { schema }]) => [name, schema])),
    required: entries.filter(([, { isOptional }]) => isOptional !== true).map(([name]) => name),
  };
}
