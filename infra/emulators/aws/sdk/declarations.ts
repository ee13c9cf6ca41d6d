import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type TypeScript from "typescript";
import type { Declared, Properties, Property, Shape } from "./shape.ts";

type Compiler = typeof TypeScript;

/** `aws:ecs/service:Service`: the module's file, and the class in it. */
const TOKEN = /^aws:(?<file>[\w-]+\/\w+):(?<name>\w+)$/;
const NO_FILE = new Set(["ENOENT", "ENOTDIR"]);

/**
 * The kinds of resources that `@pulumi/aws` knows, read from its declarations: only those that are asked for, since
 * the types of all of them are 11 MB.
 */
export class Declarations {
  readonly #folder: string;
  readonly #resources = new Map<string, Promise<Declared | undefined>>();
  readonly #objects = new Map<string, Promise<Properties>>();
  #compiler: Promise<Compiler> | undefined;
  #inputTypes: Promise<string> | undefined;

  /** @param folder of the package */
  constructor(folder: string = installedSdk()) {
    this.#folder = folder;
  }

  /** @returns undefined when the SDK has no such type of resource */
  async resource(type: string): Promise<Declared | undefined> {
    const known = this.#resources.get(type) ?? this.#readResource(type);
    this.#resources.set(type, known);
    return await known;
  }

  /** What an object within an input is made of. @param name `ecs.ServiceNetworkConfiguration` */
  async object(name: string): Promise<Properties> {
    const known = this.#objects.get(name) ?? this.#readObject(name);
    this.#objects.set(name, known);
    return await known;
  }

  /** What the provider itself is configured with. */
  async provider(): Promise<Properties> {
    const text = await readFile(join(this.#folder, "provider.d.ts"), "utf8");
    return await this.#propertiesIn(text, "ProviderArgs");
  }

  async #readResource(type: string): Promise<Declared | undefined> {
    const { file = "", name = "" } = TOKEN.exec(type)?.groups ?? {};
    if (file === "") return undefined;
    const [types, code] = await Promise.all(
      ["d.ts", "js"].map((extension) => textOf(join(this.#folder, `${file}.${extension}`))),
    );
    // The token is what the SDK sends, and not only what its files are called.
    if (types === undefined || code?.includes(`__pulumiType = '${type}'`) !== true) return undefined;
    const inputs = await this.#propertiesIn(types, `${name}Args`);
    return { inputs, outputs: await this.#outputsIn(types, name), secrets: secretOutputsIn(code) };
  }

  async #readObject(name: string): Promise<Properties> {
    this.#inputTypes ??= readFile(join(this.#folder, "types/input.d.ts"), "utf8");
    const all = await this.#inputTypes;
    const [namespace, own] = name.includes(".") ? splitAt(name) : ["", name];
    const within =
      namespace === "" ? all : between(all, `export declare namespace ${namespace} {\n`, "\n}\n");
    const indent = namespace === "" ? "" : "    ";
    const head = `${namespace === "" ? "export " : indent}interface ${own} {\n`;
    return await this.#propertiesIn(`interface ${own} {\n${between(within, head, `\n${indent}}`)}\n}`, own);
  }

  async #propertiesIn(text: string, name: string): Promise<Properties> {
    const ts = await this.#typescript();
    const properties = new Map<string, Property>();
    for (const statement of parsed(ts, text).statements) {
      if (!ts.isInterfaceDeclaration(statement) || statement.name.text !== name) continue;
      for (const member of statement.members) {
        if (!ts.isPropertySignature(member) || member.type === undefined) continue;
        const isRequired = member.questionToken === undefined;
        properties.set(nameOf(ts, member.name), { shape: shapeOf(ts, member.type), isRequired });
      }
    }
    return properties;
  }

  async #outputsIn(text: string, name: string): Promise<ReadonlySet<string>> {
    const ts = await this.#typescript();
    const names = parsed(ts, text)
      .statements.filter(ts.isClassDeclaration)
      .filter((statement) => statement.name?.text === name)
      .flatMap(({ members }) => members.filter(ts.isPropertyDeclaration));
    return new Set(names.map((member) => nameOf(ts, member.name)));
  }

  async #typescript(): Promise<Compiler> {
    // Only here: it takes half a second to load.
    this.#compiler ??= import("typescript").then((module) => module.default);
    return await this.#compiler;
  }
}

function installedSdk(): string {
  return dirname(fileURLToPath(import.meta.resolve("@pulumi/aws/package.json")));
}

function parsed(ts: Compiler, text: string): TypeScript.SourceFile {
  return ts.createSourceFile("declarations.d.ts", text, ts.ScriptTarget.Latest);
}

function nameOf(ts: Compiler, name: TypeScript.PropertyName): string {
  return ts.isIdentifier(name) || ts.isStringLiteral(name) ? name.text : "";
}

function shapeOf(ts: Compiler, node: TypeScript.TypeNode): Shape {
  switch (node.kind) {
    case ts.SyntaxKind.StringKeyword:
      return { kind: "text" };
    case ts.SyntaxKind.NumberKeyword:
      return { kind: "number" };
    case ts.SyntaxKind.BooleanKeyword:
      return { kind: "flag" };
    default:
  }
  if (ts.isArrayTypeNode(node)) return { kind: "list", of: shapeOf(ts, node.elementType) };
  if (ts.isParenthesizedTypeNode(node)) return shapeOf(ts, node.type);
  if (ts.isLiteralTypeNode(node) && ts.isStringLiteral(node.literal))
    return { kind: "literal", value: node.literal.text };
  if (ts.isUnionTypeNode(node))
    return unionOf(node.types.filter(isSaid(ts)).map((type) => shapeOf(ts, type)));
  if (ts.isTypeLiteralNode(node)) {
    const entry = node.members.find(ts.isIndexSignatureDeclaration);
    return entry === undefined ? { kind: "anything" } : { kind: "map", of: shapeOf(ts, entry.type) };
  }
  return ts.isTypeReferenceNode(node) ? referredBy(ts, node) : { kind: "anything" };
}

function referredBy(ts: Compiler, node: TypeScript.TypeReferenceNode): Shape {
  const path = pathOf(ts, node.typeName);
  const [argument] = node.typeArguments ?? [];
  if (path.at(-1) === "Input" && argument !== undefined) return shapeOf(ts, argument);
  if (path[0] === "inputs") return { kind: "object", name: path.slice(1).join(".") };
  // An enumeration of the SDK's is text on its way, and so is a resource that stands for its own id.
  return path[0] === "enums" || path.length === 1 ? { kind: "text" } : { kind: "anything" };
}

function pathOf(ts: Compiler, name: TypeScript.EntityName): string[] {
  return ts.isIdentifier(name) ? [name.text] : [...pathOf(ts, name.left), name.right.text];
}

function isSaid(ts: Compiler): (type: TypeScript.TypeNode) => boolean {
  return (type) => type.kind !== ts.SyntaxKind.UndefinedKeyword;
}

function unionOf(shapes: readonly Shape[]): Shape {
  const [first, ...others] = shapes;
  return first !== undefined && others.length === 0 ? first : { kind: "either", of: shapes };
}

/** As its constructor says it: `additionalSecretOutputs: ["authToken"]`. */
function secretOutputsIn(code: string): readonly string[] {
  const list = /additionalSecretOutputs: (\[[^\]]*\])/.exec(code)?.[1];
  return list === undefined ? [] : (JSON.parse(list) as string[]);
}

async function textOf(file: string): Promise<string | undefined> {
  return await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (NO_FILE.has(error.code ?? "")) return undefined;
    throw error;
  });
}

function splitAt(name: string): readonly [string, string] {
  const dot = name.lastIndexOf(".");
  return [name.slice(0, dot), name.slice(dot + 1)];
}

/** @throws Error when the SDK's types are not written as they were */
function between(text: string, head: string, end: string): string {
  const start = text.indexOf(head);
  const stop = text.indexOf(end, start);
  if (start === -1 || stop === -1) throw new Error(`the types of @pulumi/aws have no "${head.trim()}"`);
  return text.slice(start + head.length, stop + 1);
}
