import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly author?: string | { readonly name?: string };
}

const LICENSE_FILE = /^(licen[cs]e|copying|notice)([.-]|$)/i;
const RULE = "=".repeat(80);

/** The licenses of the packages that these files come from: minifying takes them out of the code. */
export async function thirdPartyLicenses(files: readonly string[]): Promise<string> {
  const folders = new Set(files.map(packageOf).filter((folder) => folder !== undefined));
  const sections = await Promise.all([...folders].map(sectionOf));
  return `What this bundle contains of others, and under which terms.\n\n${sections.toSorted().join("\n")}`;
}

/** `…/node_modules/name` or `…/node_modules/@scope/name`, the innermost. */
function packageOf(file: string): string | undefined {
  return /^.*[/\\]node_modules[/\\](@[^/\\]+[/\\])?[^/\\]+/.exec(file)?.[0];
}

async function sectionOf(folder: string): Promise<string> {
  const { name, version, license, author } = JSON.parse(
    await readFile(join(folder, "package.json"), "utf8"),
  ) as Manifest;
  const texts = (await readdir(folder)).filter((file) => LICENSE_FILE.test(file)).toSorted();
  const by = typeof author === "string" ? author : author?.name;
  const contents =
    texts.length === 0
      ? [
          `The package carries no text of its license; that of MIT is in LICENSE.${by === undefined ? "" : ` It is by ${by}.`}`,
        ]
      : await Promise.all(texts.map((file) => readFile(join(folder, file), "utf8")));
  return [
    RULE,
    `${name} ${version}: ${license ?? "see below"}`,
    RULE,
    "",
    ...contents.map((text) => text.trim()),
    "",
  ].join("\n");
}
