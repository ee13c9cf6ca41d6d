import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { projectDirectory } from "../home.ts";
import { DEPLOYMENT_SETTINGS } from "../workload.ts";

/** Settings of the worker, as its own page lists them: nothing here knows the worker. */
export interface WorkerSettings {
  readonly plain: ReadonlySet<string>;
  readonly secret: ReadonlySet<string>;
}

const PAGE = join(projectDirectory, "docs", "configuration.md");

/** Those that a stack may say; what only the deployment makes is none of them. */
export async function workerSettings(page?: string): Promise<WorkerSettings> {
  const text = page ?? (await readFile(PAGE, "utf8"));
  const rows = [...text.matchAll(/^\| `([A-Z][A-Z0-9_]*)` \| (.*?) \|/gm)]
    .map(([, name = "", what = ""]) => ({ name, isSecret: what.endsWith("Secret.") }))
    .filter(({ name }) => !Object.hasOwn(DEPLOYMENT_SETTINGS, name));
  const names = (isSecret: boolean) =>
    new Set(rows.filter((row) => row.isSecret === isSecret).map(({ name }) => name));
  return { plain: names(false), secret: names(true) };
}

/** The settings of today's services, by what becomes of them. */
export interface SortedSettings {
  readonly plain: Readonly<Record<string, string>>;
  /** Values that nobody may see. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Names that the worker does not know: they go when the services are taken over. */
  readonly unknown: readonly string[];
  /** Names that the services do not agree on: the last one's value is taken. */
  readonly disagreeing: readonly string[];
}

/** @param environments of the services; where they differ, the last one counts */
export function sortSettings(
  environments: readonly Readonly<Record<string, string>>[],
  { plain, secret }: WorkerSettings,
): SortedSettings {
  const all: Readonly<Record<string, string>> = Object.assign({}, ...environments) as Record<string, string>;
  const given = Object.entries(all).filter(
    ([name, value]) => value !== "" && !Object.hasOwn(DEPLOYMENT_SETTINGS, name),
  );
  const of = (names: ReadonlySet<string>) => given.filter(([name]) => names.has(name));
  const unknown = given.filter(([name]) => !plain.has(name) && !secret.has(name));
  const disagreeing = [...of(plain), ...of(secret)].filter(([name, value]) =>
    environments.some((environment) => environment[name] !== undefined && environment[name] !== value),
  );
  return {
    plain: Object.fromEntries(of(plain)),
    secrets: Object.fromEntries(of(secret)),
    unknown: unknown.map(([name]) => name).toSorted(),
    disagreeing: disagreeing.map(([name]) => name).toSorted(),
  };
}
