import { execFileSync } from "node:child_process";

/** Records, in a process of its own, what Node loads for a module. */
const RECORDER = `
  import { registerHooks } from "node:module";
  const urls = [];
  registerHooks({ load: (url, context, next) => (urls.push(url), next(url, context)) });
  await import(process.argv[1]);
  process.stdout.write("\\n" + JSON.stringify(urls), () => process.exit());
`;

/** The addresses of all modules that importing this one loads. @param args what it is called with, if it is a command */
export function modulesLoadedBy(path: string, args: readonly string[] = []): string[] {
  const parameters = ["--input-type=module", "--eval", RECORDER, path, ...args];
  const printed = execFileSync(process.execPath, parameters, { encoding: "utf8" });
  return JSON.parse(printed.split("\n").at(-1) ?? "") as string[];
}

/** The names of the packages among them. */
export function packagesAmong(urls: readonly string[]): string[] {
  const names = urls.flatMap((url) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1] ?? []);
  return [...new Set(names)].toSorted();
}
