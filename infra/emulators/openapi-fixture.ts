import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2019, type ValidateFunction } from "ajv/dist/2019.js";
import { parse } from "yaml";
import { projectDirectory } from "../home.ts";
import type { RecordedCall } from "./call.ts";

/** What does not fit the description: a sentence each. */
export type CallCheck = (call: RecordedCall) => readonly string[];

/** Beside the project: they are their owners', so it has no copy of them. */
const DESCRIPTIONS = join(projectDirectory, "../shared/specs");

/** What an emulated API answered. */
export interface Answer extends Pick<RecordedCall, "method" | "path" | "status"> {
  /** As it is parsed; undefined for none. */
  readonly body: unknown;
}

/**
 * Checks what an emulated API was sent against the API's own description. More strictly than it is written: few of them
 * say that an object has no other properties than those that they name, and a property that nobody named does nothing.
 * @param file name of an OpenAPI 3.0 description, JSON or YAML
 * @returns undefined when it is not there
 */
export function loadOpenApi(file: string): CallCheck | undefined {
  const description = descriptionIn(file);
  return description === undefined ? undefined : checkAgainst(description);
}

/** Checks what an emulated API answered, as strictly. @returns undefined when the description is not there */
export function loadOpenApiAnswers(file: string): ((answer: Answer) => readonly string[]) | undefined {
  const description = descriptionIn(file);
  if (description === undefined) return undefined;
  const operations = operationsOf(description);
  return (answer) =>
    problemsWith(answer, operations, ({ answerProblems }) => answerProblems(answer.status, answer.body));
}

/** @param description as it is parsed */
export function checkAgainst(description: Description): CallCheck {
  const operations = operationsOf(description);
  return (call) => problemsWith(call, operations, ({ callProblems }) => callProblems(call));
}

function descriptionIn(file: string): Description | undefined {
  const path = join(DESCRIPTIONS, file);
  return existsSync(path) ? (parse(readFileSync(path, "utf8")) as Description) : undefined;
}

function operationsOf(description: Description): readonly Operation[] {
  const schemas = new Schemas(description);
  return Object.entries(description.paths).flatMap(([template, item]) =>
    METHODS.flatMap((method) => {
      const operation = item[method];
      if (operation === undefined) return [];
      return [operationOf(template, method, item, operation, description, schemas)];
    }),
  );
}

function problemsWith(
  call: Pick<RecordedCall, "method" | "path">,
  operations: readonly Operation[],
  problemsOf: (operation: Operation) => readonly string[],
): readonly string[] {
  const candidates = operations.filter((operation) => operation.fits(call));
  // A literal segment is more than a parameter: /services/{id}/env-vars before /services/{id}/{anything}.
  const [best] = candidates.toSorted((one, other) => one.parameters - other.parameters);
  const problems = best === undefined ? ["is not in the description"] : problemsOf(best);
  return problems.map((problem) => `${call.method} ${call.path}: ${problem}`);
}

const METHODS = ["get", "post", "put", "patch", "delete"] as const;

interface Description {
  readonly paths: Readonly<Record<string, PathItem>>;
  readonly components?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}
type PathItem = { readonly [Method in (typeof METHODS)[number]]?: OperationItem } & {
  readonly parameters?: readonly (Parameter | Reference)[];
};
interface OperationItem {
  readonly parameters?: readonly (Parameter | Reference)[];
  readonly requestBody?: Body | Reference;
  readonly responses?: Readonly<Record<string, Partial<Body> | Reference>>;
}
interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly schema?: Schema;
  readonly explode?: boolean;
}
interface Body {
  readonly required?: boolean;
  readonly content: Readonly<Record<string, { readonly schema?: Schema }>>;
}
interface Reference {
  readonly $ref: string;
}
type Schema = Readonly<Record<string, unknown>>;

interface Operation {
  /** How many segments of its path are parameters. */
  readonly parameters: number;
  fits(call: Pick<RecordedCall, "method" | "path">): boolean;
  callProblems(call: RecordedCall): string[];
  answerProblems(status: number, body: unknown): string[];
}

function operationOf(
  template: string,
  method: string,
  item: PathItem,
  operation: OperationItem,
  description: Description,
  schemas: Schemas,
): Operation {
  const pattern = template.replaceAll(/[$()*+.?[\\\]^|]/g, String.raw`\$&`).replaceAll(/\{[^}]+\}/g, "[^/]+");
  const path = new RegExp(`^${pattern}$`);
  const query = [...(item.parameters ?? []), ...(operation.parameters ?? [])]
    .map((parameter) => resolved<Parameter>(parameter, description))
    .filter((parameter) => parameter.in === "query");
  const body =
    operation.requestBody === undefined ? undefined : resolved<Body>(operation.requestBody, description);
  return {
    parameters: template.split("{").length - 1,
    fits: (call) => call.method.toLowerCase() === method && path.test(call.path),
    callProblems: (call) => [...queryProblems(call, query, schemas), ...bodyProblems(call, body, schemas)],
    answerProblems(status, answered) {
      const response = operation.responses?.[`${status}`];
      if (response === undefined) return [`an answer of ${status} is not in the description`];
      const { content } = resolved<Partial<Body>>(response, description);
      return bodyProblems({ body: answered }, content && { content, required: true }, schemas);
    },
  };
}

function queryProblems({ query }: RecordedCall, parameters: readonly Parameter[], schemas: Schemas) {
  const unknown = Object.keys(query).filter((name) => !parameters.some((known) => known.name === name));
  return [
    ...unknown.map((name) => `query parameter ${name} is not in the description`),
    ...parameters.flatMap(({ name, required = false, schema, explode = true }) => {
      const given = query[name];
      if (given === undefined) return required ? [`query parameter ${name} is missing`] : [];
      if (schema === undefined) return [];
      const value = typedAs(schemas.typeOf(schema), given, explode);
      return schemas.problemsOf(schema, value).map((problem) => `query parameter ${name}${problem}`);
    }),
  ];
}

/** In a query everything is text: what it stands for follows from its schema. */
function typedAs(type: unknown, given: unknown, explode: boolean): unknown {
  if (type === "array") {
    const list: readonly unknown[] = Array.isArray(given) ? given : [given];
    return explode ? list : list.flatMap((entry) => String(entry).split(","));
  }
  if (type === "integer" || type === "number")
    return /^-?\d+([.]\d+)?$/.test(String(given)) ? Number(given) : given;
  if (type === "boolean") return given === "true" || (given === "false" ? false : given);
  return given;
}

function bodyProblems(
  { body }: Pick<RecordedCall, "body">,
  described: Body | undefined,
  schemas: Schemas,
): string[] {
  const isEmpty = body === undefined || body === null;
  if (described === undefined) return isEmpty ? [] : ["a body is not in the description"];
  if (isEmpty) return described.required === true ? ["the body is missing"] : [];
  const schema = described.content["application/json"]?.schema;
  return schema === undefined ? [] : schemas.problemsOf(schema, body).map((problem) => `body${problem}`);
}

function resolved<Item extends object>(item: Item | Reference, description: Description): Item {
  return "$ref" in item ? resolved(lookUp(item.$ref, description) as Item, description) : item;
}

function lookUp(reference: string, description: Description): unknown {
  const steps = reference.replace(/^#\//, "").split("/");
  const names = steps.map((step) => decodeURIComponent(step).replaceAll("~1", "/").replaceAll("~0", "~"));
  const found = names.reduce<unknown>(
    (value, name) => (value as Readonly<Record<string, unknown>> | undefined)?.[name],
    description,
  );
  if (found === undefined) throw new Error(`the description has no ${reference}`);
  return found;
}

/** The schemas of a description, as JSON Schema has them. */
class Schemas {
  readonly #description: Description;
  readonly #ajv = new Ajv2019({
    strict: false,
    validateSchema: false,
    validateFormats: false,
    allErrors: true,
  });
  readonly #compiled = new Map<Schema, ValidateFunction>();

  constructor(description: Description) {
    this.#description = description;
    this.#ajv.addSchema(this.#translatedIn(description) as object, BASE);
  }

  typeOf(schema: Schema): unknown {
    return resolved<Schema>(schema, this.#description)["type"];
  }

  /** Each begins where in the value it is. */
  problemsOf(schema: Schema, value: unknown): string[] {
    const validate =
      this.#compiled.get(schema) ?? this.#ajv.compile(this.#absolute(this.#translated(schema, true)));
    this.#compiled.set(schema, validate);
    if (validate(value)) return [];
    return (validate.errors ?? []).map(({ instancePath, message, params }) => {
      const which = Object.values(params as Readonly<Record<string, unknown>>).join(", ");
      return `${instancePath} ${message} (${which})`;
    });
  }

  /** References of a schema that is not at its place in the description any more. */
  #absolute(schema: Schema): Schema {
    return JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#', `"$ref":"${BASE}#`)) as Schema;
  }

  /** Every schema in there: those of the components, and what is called `schema` elsewhere. */
  #translatedIn(value: unknown, key?: string): unknown {
    if (Array.isArray(value)) return value.map((entry) => this.#translatedIn(entry));
    if (typeof value !== "object" || value === null) return value;
    if (key === "schema") return this.#translated(value as Schema, true);
    const entries = Object.entries(value).map(([name, inside]) => [
      name,
      key === "schemas" ? this.#translated(inside as Schema, false) : this.#translatedIn(inside, name),
    ]);
    return Object.fromEntries(entries) as unknown;
  }

  /** @param whole a value has to fit it by itself; a part of another schema sees only some of the properties */
  #translated(schema: Schema, whole: boolean): Schema {
    const { properties, items, additionalProperties, allOf, anyOf, oneOf, nullable, ...others } = schema;
    const parts = (list: unknown) => (list as readonly Schema[]).map((part) => this.#translated(part, false));
    const result: Schema = {
      ...others,
      ...(properties === undefined
        ? {}
        : {
            properties: Object.fromEntries(
              Object.entries(properties as Readonly<Record<string, Schema>>).map(([name, property]) => [
                name,
                this.#translated(property, true),
              ]),
            ),
          }),
      ...(items === undefined ? {} : { items: this.#translated(items as Schema, true) }),
      ...(additionalProperties === undefined
        ? {}
        : {
            additionalProperties:
              typeof additionalProperties === "object"
                ? this.#translated(additionalProperties as Schema, true)
                : additionalProperties,
          }),
      ...(allOf === undefined ? {} : { allOf: parts(allOf) }),
      ...(anyOf === undefined ? {} : { anyOf: parts(anyOf) }),
      // What names no required property fits everything: "exactly one" of such forms is never met.
      ...(oneOf === undefined ? {} : { [anyOf === undefined ? "anyOf" : "oneOf"]: parts(oneOf) }),
      ...(whole && this.#namesProperties(schema, new Set()) ? { unevaluatedProperties: false } : {}),
    };
    return nullable === true ? { anyOf: [result, { type: "null" }] } : result;
  }

  /** Whether it says what an object consists of, itself or by what it is made of. */
  #namesProperties(schema: Schema, seen: Set<Schema>): boolean {
    if (seen.has(schema)) return false;
    seen.add(schema);
    const { $ref, properties, allOf = [], anyOf = [], oneOf = [] } = schema;
    const made = [allOf, anyOf, oneOf].flatMap((parts) => parts as readonly Schema[]);
    const referred = $ref === undefined ? [] : [lookUp($ref as string, this.#description) as Schema];
    return (
      properties !== undefined || [...made, ...referred].some((part) => this.#namesProperties(part, seen))
    );
  }
}

const BASE = "description";
