import { writeFile } from "node:fs/promises";
import { calls, type CallName } from "../contract/calls.ts";
import { callSchema, openApi } from "../contract/openapi.ts";
import manifest from "../package.json" with { type: "json" };

const FOLDER = new URL("../../docs/contract/", import.meta.url);

/** The files of `docs/contract/`, by name. Run directly, this module writes them. */
export function contractPages(): ReadonlyMap<string, string> {
  const pages = new Map<string, object>([["openapi.json", openApi(manifest.version)]]);
  for (const name of Object.keys(calls) as CallName[]) {
    const { about, version } = calls[name];
    pages.set(`${name}.v${version}.json`, {
      $id: `${name} v${version}`,
      description: about,
      ...callSchema(name),
    });
  }
  return new Map([...pages].map(([name, page]) => [name, `${JSON.stringify(page, null, 2)}\n`]));
}

if (import.meta.main)
  for (const [name, page] of contractPages()) await writeFile(new URL(name, FOLDER), page);
