import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { buildSchema, getVariableValues, Kind, parse, validate, type GraphQLSchema } from "graphql";
import type { RecordedCall } from "../../emulators/call.ts";
import { projectDirectory } from "../../home.ts";

/** Beside the project: it is its owner's, so the project has no copy of it. */
const DESCRIPTION = join(projectDirectory, "../shared/specs/railway-schema.graphql");

/** What does not fit Railway's public schema: a sentence each. */
export type CallCheck = (call: Pick<RecordedCall, "body">) => readonly string[];

/** @returns undefined when the schema is not there */
export function loadRailwaySchema(): CallCheck | undefined {
  if (!existsSync(DESCRIPTION)) return undefined;
  // Railway's server is not as particular about its own schema as the package is.
  const schema = buildSchema(readFileSync(DESCRIPTION, "utf8"), { assumeValid: true });
  return ({ body }) => problemsOf(schema, body as { readonly query: string; readonly variables: object });
}

function problemsOf(
  schema: GraphQLSchema,
  { query, variables }: { readonly query: string; readonly variables: object },
): string[] {
  const document = parse(query);
  const problems = validate(schema, document).map(({ message }) => message);
  const [operation] = document.definitions;
  if (problems.length > 0 || operation?.kind !== Kind.OPERATION_DEFINITION) return problems;
  const { errors = [] } = getVariableValues(schema, operation.variableDefinitions ?? [], { ...variables });
  return errors.map(({ message }) => message);
}
